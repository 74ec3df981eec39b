//! Memory that kernels keep numbers in between the passes, used again as it is.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Fewer numbers are as fast to allocate.
const WORTH_KEEPING: usize = 1 << 13;

thread_local! {
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// So many numbers: whatever was written there last.
#[derive(Debug, Default)]
pub(crate) struct Scratch(Vec<f32>);

impl Scratch {
    pub(crate) fn new(length: usize) -> Self {
        let free = FREE.with_borrow_mut(|free| {
            let at = free.iter().position(|own| own.len() == length)?;
            Some(free.swap_remove(at))
        });
        Self(free.unwrap_or_else(|| vec![0.0; length]))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.0.len() >= WORTH_KEEPING {
            // A thread that ends keeps nothing.
            let _ = FREE.try_with(|free| free.borrow_mut().push(std::mem::take(&mut self.0)));
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
