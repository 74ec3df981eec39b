//! Inference programs without the type of their model.

use std::ops::Range;

use super::{Inference, Keys, Pass, RunState, Sites};
use crate::error::Error;

/// An [`Inference`] that is run for its terms. Code that takes it as `&dyn Run` is compiled once, in this crate.
pub(crate) trait Run {
    /// The sites of the program.
    fn sites(&self) -> Sites;
    /// The keys of the program's noise.
    fn keys(&self) -> &Keys;
    /// The state of the model's run.
    fn run_state(&self) -> &RunState;
    /// The rows of the data.
    ///
    /// # Errors
    /// As [`Inference::rows`].
    fn rows(&self) -> Result<usize, Error>;
    /// One run.
    ///
    /// # Errors
    /// As [`Inference::run`].
    fn run(&self, pass: &mut Pass) -> Result<(), Error>;
    /// The same on some of the rows.
    ///
    /// # Errors
    /// As [`Inference::run`].
    fn run_on(&self, rows: Range<usize>, pass: &mut Pass) -> Result<(), Error>;
}

impl<I: Inference> Run for I {
    fn sites(&self) -> Sites {
        I::SITES
    }

    fn keys(&self) -> &Keys {
        Inference::keys(self)
    }

    fn run_state(&self) -> &RunState {
        Inference::run_state(self)
    }

    fn rows(&self) -> Result<usize, Error> {
        Inference::rows(self)
    }

    fn run(&self, pass: &mut Pass) -> Result<(), Error> {
        Inference::run(self, pass).map(|_| ())
    }

    fn run_on(&self, rows: Range<usize>, pass: &mut Pass) -> Result<(), Error> {
        Inference::run(&self.slice(rows), pass).map(|_| ())
    }
}
