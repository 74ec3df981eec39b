//! The coordinates of a draw, found by its value. Parameters and functions that read the value use them.
//!
//! A draw near the rim of its support has all its digits in its coordinates and few in its value: for `t` near 1, `1 − t` is
//! one of a few numbers of `f32`. So a pass notes the coordinates of each draw beside [the tape](crate::family::record), by the
//! identity of the value. Repeating or renaming the value keeps them; arithmetic does not. They are forgotten with the pass.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::flat::{Flat, Identity};

/// The coordinates of a tensor that is the value of a draw.
#[derive(Clone, Debug)]
pub(crate) enum Coordinates {
    /// `y` with value `σ(y)`.
    Logit(Flat),
    /// `y` with value `exp(y)`, a positive number.
    PositiveLog(Flat),
    /// `y` with value `exp(y)`, which sums to one.
    LogSimplex(Flat),
}

impl Coordinates {
    fn map(&self, f: impl Fn(&Flat) -> Flat) -> Self {
        match self {
            Self::Logit(y) => Self::Logit(f(y)),
            Self::PositiveLog(y) => Self::PositiveLog(f(y)),
            Self::LogSimplex(y) => Self::LogSimplex(f(y)),
        }
    }
}

/// The note about one tensor.
struct Note {
    value: Identity,
    /// The pass that noted it.
    pass: u64,
    coordinates: Computed,
}

/// Computes coordinates when they are asked for; most never are.
type Computed = Rc<dyn Fn() -> Coordinates>;

thread_local! {
    static NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
    static PASSES: Cell<u64> = const { Cell::new(0) };
}

/// The notes of one pass, which are forgotten with it.
#[derive(Debug)]
pub(crate) struct Noted {
    pass: u64,
}

impl Noted {
    pub(crate) fn nothing() -> Self {
        let pass = PASSES.get();
        PASSES.set(pass + 1);
        Self { pass }
    }

    /// Notes the coordinates of a draw with this value.
    pub(crate) fn value(&self, value: &Flat, coordinates: Coordinates) {
        note(value, self.pass, move || coordinates.clone());
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        // The thread may be ending, and its notes may be gone.
        let _ = NOTES.try_with(|notes| notes.borrow_mut().retain(|note| note.pass != self.pass));
    }
}

fn note(value: &Flat, pass: u64, coordinates: impl Fn() -> Coordinates + 'static) {
    let note = Note {
        value: value.identity(),
        pass,
        coordinates: Rc::new(coordinates),
    };
    NOTES.with_borrow_mut(|notes| notes.push(note));
}

/// Gives a tensor that was renamed, repeated or made constant the coordinates of its original. `f` does to the coordinates what
/// was done to the numbers.
pub(crate) fn carry(from: &Flat, to: &Flat, f: impl Fn(&Flat) -> Flat + 'static) {
    if let Some((pass, coordinates)) = find(from) {
        note(to, pass, move || coordinates().map(&f));
    }
}

fn find(value: &Flat) -> Option<(u64, Computed)> {
    NOTES.with_borrow(|notes| {
        let note = notes
            .iter()
            .rev()
            .find(|note| note.value == value.identity())?;
        Some((note.pass, note.coordinates.clone()))
    })
}

/// The coordinates of the draw that has this value.
pub(crate) fn coordinates_of(value: &Flat) -> Option<Coordinates> {
    find(value).map(|(_, coordinates)| coordinates())
}

/// Whether nothing is noted.
#[cfg(test)]
pub(crate) fn is_forgotten() -> bool {
    NOTES.with_borrow(Vec::is_empty)
}
