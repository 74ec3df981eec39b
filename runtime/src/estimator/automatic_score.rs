//! The automatic choice for discrete sites without a relaxation.

use super::{Cost, Description, Divergence, Estimator, Memory, Rloo, Scoring, Settings, Vimco};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::var::Rows;

/// The estimator of `Poisson`, `Categorical` and other families without a relaxation where the model names none: the score
/// function whose baseline fits the objective. Under a sum of terms that is [`Rloo`], under importance weights [`Vimco`].
#[derive(Clone, Copy, Debug, Default)]
pub struct AutomaticScore;

/// Hands a call on to the estimator for the objective.
macro_rules! chosen {
    ($settings:expr, |$estimator:ident| $call:expr) => {
        match $settings.scoring {
            Scoring::Terms { .. } => {
                let $estimator = Rloo::default();
                $call
            }
            Scoring::Weights { .. } | Scoring::WakePhase => {
                let $estimator = Vimco;
                $call
            }
        }
    };
}

impl<Q: Distribution> Estimator<Q> for AutomaticScore {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        chosen!(settings, |e| Estimator::<Q>::check(&e, settings))
    }

    fn rows(&self, settings: &Settings) -> usize {
        chosen!(settings, |e| Estimator::<Q>::rows(&e, settings))
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, settings: &Settings) -> Draw<Q::Event> {
        chosen!(settings, |e| e.draw(q, rows, noise, settings))
    }

    fn needs_cost(&self, settings: &Settings) -> bool {
        chosen!(settings, |e| Estimator::<Q>::needs_cost(&e, settings))
    }

    fn surrogate(
        &self,
        q: &Q,
        draw: &Draw<Q::Event>,
        cost: &Cost,
        settings: &Settings,
        memory: &Memory,
    ) -> Option<Rows> {
        chosen!(settings, |e| e.surrogate(q, draw, cost, settings, memory))
    }

    fn describe(&self, settings: &Settings) -> Description {
        let reason = match settings.scoring {
            Scoring::Terms { .. } => "it needs nothing of the family but its mass and its draws",
            Scoring::Weights { .. } | Scoring::WakePhase => {
                "it needs nothing of the family but its mass and its draws, and its baselines are the other particles"
            }
        };
        Description {
            reason,
            ..chosen!(settings, |e| Estimator::<Q>::describe(&e, settings))
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for AutomaticScore {}
