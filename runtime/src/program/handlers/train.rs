//! Training: sites are drawn as their estimators plan, and scored as the objective says.

use super::{Draws, Handler, Scores, Then};
use crate::estimator::{Scoring, Settings};

impl Handler {
    /// The terms of an objective, for their gradients. Reweighted wake-sleep differentiates no draw, and asks no estimator.
    pub(crate) fn train(settings: Settings) -> Self {
        let scoring = settings.scoring;
        let draws = match scoring {
            Scoring::WakePhase => Draws::Declared(settings),
            Scoring::Terms { .. } | Scoring::Weights { .. } => Draws::Planned(settings),
        };
        Self::new(draws, Then::Score(Scores::Trained(scoring)))
    }
}
