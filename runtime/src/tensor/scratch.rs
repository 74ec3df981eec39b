//! The memory of numbers: what a step has freed, the next uses as it is.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

thread_local! {
    static FREE: RefCell<VecDeque<Vec<f32>>> = const { RefCell::new(VecDeque::new()) };
}

/// So many pieces of memory are kept at most: what a step of a large model uses at a time.
const MOST: usize = 256;

/// Fewer numbers are cheaper to allocate than to look up.
const LARGE: usize = 1 << 10;

/// So many numbers: whatever was written there last.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    numbers: Vec<f32>,
    /// Whether the memory is kept for others afterwards. What came from elsewhere is not, or what is kept would grow.
    is_kept: bool,
}

impl Scratch {
    pub(crate) fn new(length: usize) -> Self {
        Self::used(length).unwrap_or_else(|| Self::fresh(length))
    }

    /// So many zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let used = Self::used(length).map(|mut used| {
            used.fill(0.0);
            used
        });
        used.unwrap_or_else(|| Self::fresh(length))
    }

    fn fresh(length: usize) -> Self {
        Self {
            numbers: vec![0.0; length],
            is_kept: length >= LARGE,
        }
    }

    fn used(length: usize) -> Option<Self> {
        if length < LARGE {
            return None;
        }
        FREE.with_borrow_mut(|free| {
            // What was used last is nearest.
            let at = free.iter().rposition(|own| own.len() == length)?;
            let numbers = free.remove(at)?;
            Some(Self {
                numbers,
                is_kept: true,
            })
        })
    }

    /// The numbers, which are then no longer kept for others.
    pub(crate) fn into_vec(mut self) -> Vec<f32> {
        std::mem::take(&mut self.numbers)
    }
}

impl From<Vec<f32>> for Scratch {
    fn from(numbers: Vec<f32>) -> Self {
        let is_kept = false;
        Self { numbers, is_kept }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.is_kept || self.numbers.is_empty() {
            return;
        }
        // A thread that ends keeps nothing.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            // Sizes that nobody asks for any more would keep out those of today.
            if free.len() == MOST {
                free.pop_front();
            }
            free.push_back(std::mem::take(&mut self.numbers));
        });
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers
    }
}

/// Gives the memory of this thread back.
pub(crate) fn forget() {
    FREE.with_borrow_mut(VecDeque::clear);
}
