//! The score function with a running mean as its baseline.

use super::score_function::{Earned, leave_one_out};
use super::{Cost, Description, Divergence, Estimator, Memory, Settings};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::tensor::Rows;
use crate::tensor::tape::unrecorded;

/// `(f(z) − b) ∇log q(z)` with one draw, where `b` is the running mean of the cost over the steps
/// before: unbiased, for any family. In the first step it is the mean of the other rows. Made by
/// [`ScoreFunction::running_mean`](super::ScoreFunction::running_mean).
#[doc(alias("REINFORCE", "moving average"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunningMean {
    /// How much of the mean remains at every step, from 0 up to but not 1.
    pub decay: f32,
}

impl<Q: Distribution> Estimator<Q> for RunningMean {
    fn check(&self, _: &Settings) -> Result<(), Error> {
        if (0.0..1.0).contains(&self.decay) {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "the decay of the running mean",
            value: self.decay.into(),
            expected: "at least 0 and less than 1",
        })
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        unrecorded(|| q.sample(rows, noise))
    }

    fn needs_cost(&self, _: &Settings) -> bool {
        true
    }

    fn surrogate(
        &self,
        q: &Q,
        draw: &Draw<Q::Event>,
        cost: &Cost,
        _: &Settings,
        memory: &Memory,
    ) -> Option<Rows> {
        let earned = Earned::by(cost);
        let paid = match memory.mean() {
            None => leave_one_out(&earned.amounts),
            Some(mean) => earned.amounts.iter().map(|amount| amount - mean).collect(),
        };
        memory.mix(earned.mean(), self.decay.into());
        Some(earned.scored(&paid, &q.log_prob_of(draw)))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: format!("score function (running mean, decay {})", self.decay),
            reason: "the model asks for it",
            bias: "unbiased, with much variance",
            rows: 1,
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for RunningMean {}
