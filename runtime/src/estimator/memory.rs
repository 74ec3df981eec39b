//! What an estimator keeps of the steps before.

use std::cell::Cell;

/// The running mean that an estimator keeps for its site: as the steps before have left it, and what this
/// one adds.
///
/// What is added counts from the next step on, so that a baseline never depends on the draws that
/// it is taken off. A loss whose gradients nobody computes adds nothing. The mean is part of the
/// model's [run](crate::prelude::RunState), and saved with it.
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

/// A value to be mixed into a running mean, and how much of the mean remains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mixed {
    value: f64,
    decay: f64,
}

impl Memory {
    /// With what the steps before have left, if there were any.
    pub fn new(mean: Option<f64>) -> Self {
        Self {
            mean,
            mixed: Cell::new(None),
        }
    }

    /// The running mean of the steps before; none before the first.
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// Lets `decay` of the mean remain and replaces the rest by `value`, when the step ends. The first
    /// value is the mean itself. One that is NaN or infinite is left out.
    pub fn mix(&self, value: f64, decay: f64) {
        if value.is_finite() {
            self.mixed.set(Some(Mixed { value, decay }));
        }
    }

    /// The running mean that the next step finds, if this one ends.
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
