//! The memory of numbers. A step reuses the memory that the last one has freed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

thread_local! {
    static FREE: RefCell<VecDeque<Vec<f32>>> = const { RefCell::new(VecDeque::new()) };
}

/// At most this many pieces of memory are kept: as many as a step of a large model uses at once.
const MOST: usize = 256;

/// Memory for fewer numbers is cheaper to allocate than to look up.
const LARGE: usize = 1 << 10;

/// Numbers in reused memory, which holds old values.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    numbers: Vec<f32>,
    /// Whether the memory is kept for reuse afterwards. Memory from elsewhere is not, or the kept memory would grow.
    is_kept: bool,
}

impl Scratch {
    pub(crate) fn new(length: usize) -> Self {
        Self::used(length).unwrap_or_else(|| Self::fresh(length))
    }

    /// This many zeros.
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
            // Memory that was used last is nearest in the cache.
            let at = free.iter().rposition(|own| own.len() == length)?;
            let numbers = free.remove(at)?;
            Some(Self {
                numbers,
                is_kept: true,
            })
        })
    }

    /// The numbers. Their memory is then no longer kept for reuse.
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
            // Sizes that are no longer used would keep out current ones.
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
