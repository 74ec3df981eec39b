//! Whether there is memory, and writing to it part by part.

use std::cell::Cell;
use std::mem;

use super::scratch;
use crate::error::Error;

thread_local! {
    /// The elements of the largest tensor so far.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    static RECORDINGS: Cell<u64> = const { Cell::new(0) };
}

/// After so many recordings the memory that is kept for the next step is given back, so that nothing stays which no step needs
/// any more, such as the memory of an evaluation.
const OFTEN: u64 = 500;

/// Numbers for which there is always room, so that nobody is asked.
const LITTLE: usize = 1 << 24;

/// Tensors of a site's size that are there at once: a draw, its noise, its coordinates and its density's arguments.
const AT_ONCE: usize = 4;

/// Checks that there is room for events of `elements` numbers at a site of this many rows: somebody may have asked for
/// more than there is memory, and an allocation that fails ends the process.
///
/// # Errors
/// Where the system would not give the memory.
pub(crate) fn check_room(site: &'static str, rows: usize, elements: usize) -> Result<(), Error> {
    let numbers = rows.checked_mul(elements);
    if numbers.is_some_and(|numbers| numbers <= LITTLE) {
        return Ok(());
    }
    let all = numbers.and_then(|numbers| numbers.checked_mul(AT_ONCE));
    match all.map(|all| Vec::<f32>::new().try_reserve_exact(all)) {
        Some(Ok(())) => Ok(()),
        _ => Err(Error::TooLarge {
            site,
            rows,
            elements,
        }),
    }
}

/// Notes that a tensor of so many elements was made.
pub(super) fn note_size(elements: usize) {
    LARGEST.with(|largest| largest.set(largest.get().max(elements)));
}

/// The elements of the largest tensor that is made while this runs.
pub(crate) fn largest(run: impl FnOnce()) -> usize {
    LARGEST.set(0);
    run();
    LARGEST.get()
}

/// Counts the recordings of this thread: after many of them, memory is given back.
pub(super) fn note_recording() {
    let number = RECORDINGS.get() + 1;
    RECORDINGS.set(number);
    if number.is_multiple_of(OFTEN) {
        scratch::forget();
    }
}

/// Places for numbers that are written one after another.
pub(crate) struct Places<'a>(&'a mut [f32]);

impl<'a> Places<'a> {
    pub(super) fn new(places: &'a mut [f32]) -> Self {
        Self(places)
    }

    /// How many are left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Writes the next.
    ///
    /// # Panics
    /// When there are not as many.
    pub(crate) fn push(&mut self, values: &[f32]) {
        let (next, rest) = mem::take(&mut self.0).split_at_mut(values.len());
        next.copy_from_slice(values);
        self.0 = rest;
    }
}
