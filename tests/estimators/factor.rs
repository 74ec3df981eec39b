//! An observed site whose log-likelihood is whatever the model computes: a cost for the estimators.

use elbow::distribution::Distribution;
use elbow::noise::Stream;
use elbow::support::{Density, Domain, RealLine};
use elbow::{Draw, Fault, IntoParam, Param, Rows, Value};

/// `log p(x) = reward`, for any `x`.
#[derive(Clone, Debug)]
pub struct Factor {
    reward: Param<()>,
}

impl Factor {
    /// With this log-likelihood.
    pub fn new(reward: impl IntoParam<()>) -> Self {
        Self {
            reward: reward.into_param(),
        }
    }
}

impl Distribution for Factor {
    type Event = ();
    type Measure = Density;
    type Support = RealLine;
    type Auto = elbow::estimator::ScoreFunction;
    const FAMILY: &'static str = "Factor";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.reward.check("reward", Domain::Finite, rows)
    }

    fn log_prob(&self, _: &Value<()>) -> Rows {
        self.reward.expand(self.reward.rows().unwrap_or(1))
    }

    fn sample(&self, rows: usize, _: &Stream) -> Draw<()> {
        Draw::of(Param::<()>::Number(0.0).expand(rows))
    }

    fn mean(&self, _: usize) -> Option<Value<()>> {
        None
    }

    fn detach(&self) -> Self {
        Self {
            reward: self.reward.detach(),
        }
    }
}
