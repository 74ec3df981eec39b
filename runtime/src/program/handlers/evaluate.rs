//! Evaluation: the model as declared, with discrete draws or all states.

use super::{Draws, Handler, Notes, Scores, Then};
use crate::estimator::Settings;

impl Handler {
    /// The terms of the evidence lower bound. Divergences are in closed form if that is valid.
    pub fn evaluate(settings: Settings) -> Self {
        Self::new(Draws::Declared(settings), Then::Score(Scores::Bound))
    }

    /// The terms of an importance weight: every divergence is the log-ratio at the draw.
    pub fn weigh(settings: Settings) -> Self {
        Self::new(Draws::Declared(settings), Then::Score(Scores::Weight))
    }

    /// One draw of each site as declared, and what it tells of the data.
    pub(crate) fn diagnose() -> Self {
        let notes = Notes::Units;
        Self {
            notes,
            ..Self::new(Draws::Plain, Then::Score(Scores::Weight))
        }
    }

    /// Weights, and keeps the log-density of each guide at its draw.
    pub(crate) fn keeping_densities(self) -> Self {
        let notes = Notes::Densities;
        Self { notes, ..self }
    }
}
