//! Which elements of a value count while it is scored.
//!
//! Data may be observed in part. While a family scores such a value, its sums over elements leave out what is not observed. They
//! find the mask by the identity of the value, so that a family says nothing about masks, and a mixture hands its mask to its
//! parts.

use std::cell::RefCell;

use super::flat::{Flat, Identity};

thread_local! {
    static COUNTED: RefCell<Option<(Identity, Flat)>> = const { RefCell::new(None) };
}

/// Runs `score`. In sums over the elements of `value`, only those count for which `observed`, of the same size, is not 0.
pub(crate) fn counting<T>(value: &Flat, observed: &Flat, score: impl FnOnce() -> T) -> T {
    let own = (value.identity(), observed.clone());
    let _restored = Restored(COUNTED.replace(Some(own)));
    score()
}

/// What was there before, which comes back even if a formula panics.
struct Restored(Option<(Identity, Flat)>);

impl Drop for Restored {
    fn drop(&mut self) {
        // The thread may be ending, and what it keeps may be gone.
        let _ = COUNTED.try_with(|counted| counted.replace(self.0.take()));
    }
}

/// The mask of a value, if not all of its elements count.
pub(crate) fn counted(value: Option<&Flat>) -> Option<Flat> {
    COUNTED.with_borrow(|counted| {
        let (identity, observed) = counted.as_ref()?;
        (value?.identity() == *identity).then(|| observed.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::{Flat, counted, counting};

    #[test]
    fn a_mask_is_of_its_value_alone_and_as_long_as_it_is_scored() {
        let [value, other, observed] = [1.0, 2.0, 0.0].map(|number| Flat::of(vec![number]));
        let found = || counted(Some(&value)).map(|mask| mask.values().to_vec());
        counting(&value, &observed, || {
            assert_eq!(found(), Some(vec![0.0]));
            assert!(counted(Some(&other)).is_none() && counted(None).is_none());
            counting(&other, &value, || assert!(found().is_none()));
            assert_eq!(found(), Some(vec![0.0]));
        });
        assert!(found().is_none());
    }
}
