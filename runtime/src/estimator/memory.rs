//! What an estimator keeps from earlier steps.

use std::cell::Cell;

/// The running mean that an estimator keeps for its site: its value after the earlier steps, and what this step adds.
///
/// A number that is added counts from the next step on, so a baseline never depends on the draws that it is subtracted from. A loss
/// whose gradients are not computed adds nothing. The mean is part of the model's [run](crate::prelude::RunState), and saved
/// with it.
///
/// ```
/// use elbow::family::Memory;
///
/// let memory = Memory::new(Some(2.0));
/// memory.mix(4.0, 0.75);
/// assert_eq!(memory.mean(), Some(2.0));
/// assert_eq!(memory.after(), Some(2.5));
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    mean: Option<f64>,
    mixed: Cell<Option<Mixed>>,
}

/// A value to be mixed into a running mean, and the part of the mean that remains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mixed {
    value: f64,
    decay: f64,
}

impl Memory {
    /// A memory with the mean of the earlier steps, if there were any.
    pub fn new(mean: Option<f64>) -> Self {
        Self {
            mean,
            mixed: Cell::new(None),
        }
    }

    /// The running mean of the earlier steps, or none in the first.
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// When the step ends, keeps the part `decay` of the mean and replaces the rest by `value`. The first value becomes the mean. A
    /// value that is NaN or infinite is ignored.
    pub fn mix(&self, value: f64, decay: f64) {
        if value.is_finite() {
            self.mixed.set(Some(Mixed { value, decay }));
        }
    }

    /// The running mean for the next step, if this one ends.
    pub fn after(&self) -> Option<f64> {
        match self.mixed.get() {
            None => self.mean,
            Some(mixed) => Some(mixed.applied_to(self.mean)),
        }
    }

    pub(crate) fn mixed(&self) -> Option<Mixed> {
        self.mixed.get()
    }
}

impl Mixed {
    /// The mean with the value mixed in.
    pub(crate) fn applied_to(self, mean: Option<f64>) -> f64 {
        mean.map_or(self.value, |mean| {
            self.decay * mean + (1.0 - self.decay) * self.value
        })
    }
}
