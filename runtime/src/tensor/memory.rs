//! Checks that there is memory, and writes to it part by part.

use std::cell::Cell;
use std::mem;

use super::scratch;
use crate::error::Error;

thread_local! {
    /// The elements of the largest tensor so far.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    static RECORDINGS: Cell<u64> = const { Cell::new(0) };
}

/// After this many recordings, the memory kept for the next step is given back. So memory that no step needs any more, such as
/// that of an evaluation, does not stay.
const OFTEN: u64 = 500;

/// There is always room for this many numbers, so the system is not asked.
const LITTLE: usize = 1 << 24;

/// The tensors of a site's size that exist at once: a draw, its noise, its coordinates and its density's arguments.
const AT_ONCE: usize = 4;

/// Checks that there is room for events of `elements` numbers at a site of this many rows. A user may ask for more than there
/// is memory, and a failed allocation ends the process.
///
/// # Errors
/// Fails if the system does not give the memory.
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

/// Notes that a tensor of this many elements was made.
pub(super) fn note_size(elements: usize) {
    LARGEST.with(|largest| largest.set(largest.get().max(elements)));
}

/// The elements of the largest tensor that is made while this runs.
pub(crate) fn largest(run: impl FnOnce()) -> usize {
    LARGEST.set(0);
    run();
    LARGEST.get()
}

/// Counts the recordings of this thread. After many of them, memory is given back.
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

    /// The number of places left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Writes the next numbers.
    ///
    /// # Panics
    /// If there are not as many places.
    pub(crate) fn push(&mut self, values: &[f32]) {
        let (next, rest) = mem::take(&mut self.0).split_at_mut(values.len());
        next.copy_from_slice(values);
        self.0 = rest;
    }
}
