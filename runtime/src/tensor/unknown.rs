//! Numbers that should name a row of a table and do not, for errors that tell them.
//!
//! What is read there is NaN, and a NaN tells nothing of where it comes from. So the operation that reads the table notes what it found,
//! and the pass looks it up when a parameter is NaN.

use std::cell::RefCell;

thread_local! {
    static NOTES: RefCell<Vec<Unknown>> = const { RefCell::new(Vec::new()) };
}

/// More of them tell no more.
const MOST: usize = 64;

/// A number that names no row of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unknown {
    /// Among this many rows, the row that reads the table.
    pub(crate) row: usize,
    pub(crate) rows: usize,
    /// The number.
    pub(crate) value: f32,
    /// The rows of the table.
    pub(crate) size: usize,
}

/// Forgets those of earlier passes.
pub(crate) fn forget_unknown() {
    NOTES.with_borrow_mut(Vec::clear);
}

pub(crate) fn note_unknown(unknown: Unknown) {
    NOTES.with_borrow_mut(|notes| {
        if notes.len() < MOST {
            notes.push(unknown);
        }
    });
}

/// The first that was noted for which this holds.
pub(crate) fn unknown(is_wanted: impl Fn(&Unknown) -> bool) -> Option<Unknown> {
    NOTES.with_borrow(|notes| notes.iter().copied().find(is_wanted))
}
