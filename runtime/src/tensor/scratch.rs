//! The memory of numbers: what a step has freed, the next uses as it is.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

thread_local! {
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// So many pieces of memory are kept at most: what a step of a large model uses at a time.
const MOST: usize = 256;

/// Fewer numbers are cheaper to allocate than to look up.
const LARGE: usize = 1 << 10;

/// So many numbers: whatever was written there last.
#[derive(Debug, Default)]
pub(crate) struct Scratch(Vec<f32>);

impl Scratch {
    pub(crate) fn new(length: usize) -> Self {
        Self::used(length).unwrap_or_else(|| Self(vec![0.0; length]))
    }

    /// So many zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let used = Self::used(length).map(|mut used| {
            used.fill(0.0);
            used
        });
        used.unwrap_or_else(|| Self(vec![0.0; length]))
    }

    fn used(length: usize) -> Option<Self> {
        if length < LARGE {
            return None;
        }
        FREE.with_borrow_mut(|free| {
            // What was used last is nearest.
            let at = free.iter().rposition(|own| own.len() == length)?;
            Some(Self(free.swap_remove(at)))
        })
    }

    /// The numbers, which are then no longer kept for others.
    pub(crate) fn into_vec(mut self) -> Vec<f32> {
        std::mem::take(&mut self.0)
    }
}

impl From<Vec<f32>> for Scratch {
    fn from(values: Vec<f32>) -> Self {
        Self(values)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.0.len() >= LARGE {
            // A thread that ends keeps nothing.
            let _ = FREE.try_with(|free| {
                let mut free = free.borrow_mut();
                if free.len() < MOST {
                    free.push(std::mem::take(&mut self.0));
                }
            });
        }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

/// Gives the memory of this thread back.
pub(crate) fn forget() {
    FREE.with_borrow_mut(Vec::clear);
}
