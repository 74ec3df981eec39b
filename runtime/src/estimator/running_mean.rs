//! The score function with a running mean as its baseline.

use super::leave_one_out::less_the_others;
use super::score_function::paid_by;
use super::{Divergence, Estimator, Gradient, Plan, Settings};
use crate::distribution::Distribution;
use crate::error::Error;

/// `(f(z) − b) ∇log q(z)` with one draw. `b` is the running mean of the cost over earlier steps; in the first step it is the
/// mean of the other rows. Unbiased, for any family. Made by
/// [`ScoreFunction::running_mean`](super::ScoreFunction::running_mean).
#[doc(alias("REINFORCE", "moving average"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunningMean {
    /// The part of the mean that remains after every step, at least 0 and less than 1.
    pub decay: f32,
}

impl<Q: Distribution> Estimator<Q> for RunningMean {
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error> {
        let decay = self.decay;
        if !(0.0..1.0).contains(&decay) {
            return Err(Error::Setting {
                setting: "the decay of the running mean",
                value: decay.into(),
                expected: "at least 0 and less than 1",
            });
        }
        let surrogate = paid_by(settings, move |q: &Q, draw, earned, memory| {
            let paid = match memory.mean() {
                None => less_the_others(&earned.amounts).collect(),
                Some(mean) => earned.amounts.iter().map(|amount| amount - mean).collect(),
            };
            memory.mix(earned.mean(), decay.into());
            earned.scored(paid, &q.log_prob_of(draw))
        });
        Ok(Plan {
            name: "RunningMean",
            label: Box::new(move || format!("score function (running mean, decay {decay})")),
            reason: "the model asks for it",
            bias: "unbiased, with much variance",
            gradient: Gradient::score(1, surrogate),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for RunningMean {}
