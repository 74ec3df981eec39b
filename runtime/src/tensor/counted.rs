//! Which elements of a value count while it is scored.
//!
//! Data may be observed in part. While a family scores such a value, its sums over elements leave out what is not observed. They
//! find the mask by the identity of the value, so that a family says nothing about masks, and a mixture hands its mask to its
//! parts.

use std::cell::RefCell;

use super::flat::{Flat, Identity};

/// The mask of a value that is being scored.
struct Counted {
    value: Identity,
    observed: Flat,
    /// Whether a sum asked for it.
    is_used: bool,
}

thread_local! {
    static COUNTED: RefCell<Option<Counted>> = const { RefCell::new(None) };
}

/// Runs `score`. In sums over the elements of `value`, only those count for which `observed`, of the same size, is not 0. None if there
/// was no such sum.
pub(crate) fn counting<T>(value: &Flat, observed: &Flat, score: impl FnOnce() -> T) -> Option<T> {
    let own = Counted {
        value: value.identity(),
        observed: observed.clone(),
        is_used: false,
    };
    let _restored = Restored(COUNTED.replace(Some(own)));
    let scored = score();
    let is_used = COUNTED.with_borrow(|own| own.as_ref().is_some_and(|own| own.is_used));
    is_used.then_some(scored)
}

/// What was there before, which comes back even if a formula panics.
struct Restored(Option<Counted>);

impl Drop for Restored {
    fn drop(&mut self) {
        // The thread may be ending, and what it keeps may be gone.
        let _ = COUNTED.try_with(|counted| counted.replace(self.0.take()));
    }
}

/// The mask of a value, for a sum over its elements. None if all of them count.
pub(crate) fn counted(value: Option<&Flat>) -> Option<Flat> {
    COUNTED.with_borrow_mut(|counted| {
        let own = counted.as_mut()?;
        let is_its = value?.identity() == own.value;
        own.is_used |= is_its;
        is_its.then(|| own.observed.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::{Flat, counted, counting};

    #[test]
    fn a_mask_is_of_its_value_alone_and_as_long_as_it_is_scored() {
        let [value, other, observed] = [1.0, 2.0, 0.0].map(|number| Flat::of(vec![number]));
        let found = || counted(Some(&value)).map(|mask| mask.values().to_vec());
        let done = counting(&value, &observed, || {
            assert_eq!(found(), Some(vec![0.0]));
            assert!(counted(Some(&other)).is_none() && counted(None).is_none());
            assert!(counting(&other, &value, found).is_none());
            assert_eq!(found(), Some(vec![0.0]));
        });
        assert!(done.is_some() && found().is_none());
    }
}
