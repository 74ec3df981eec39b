//! REINFORCE with a leave-one-out baseline.

use super::leave_one_out::less_the_others;
use super::{Divergence, Estimator, Gradient, MOST_ROWS, Plan, Settings, Surrogate, within};
use crate::distribution::Distribution;
use crate::error::Error;

/// `1/(K − 1) Σ_k (f_k − f̄) ∇log q(z_k)` with `K` draws a row (Kool, van Hoof and Welling 2019). The baseline of each draw is
/// the mean of the others. Unbiased, for any family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rloo {
    /// The draws a row, from 2 to 65,536.
    pub samples: usize,
}

without_fields!(Rloo { samples: 4 });

impl<Q: Distribution> Estimator<Q> for Rloo {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let samples = self.samples;
        let expected = "from 2, as each draw's baseline is the mean of the others, to 65,536";
        within("the samples of `Rloo`", samples, 2..=MOST_ROWS, expected)?;
        let surrogate = Surrogate::of_score(move |earned, _| {
            let mut signal = Vec::with_capacity(earned.len());
            for block in earned.chunks(samples) {
                signal.extend(less_the_others(block));
            }
            signal
        });
        Ok(Plan {
            name: "Rloo",
            label: Box::new(move || format!("leave-one-out score function ({samples} samples)")),
            reason: "it needs nothing of the family but its mass and its draws",
            bias: "unbiased",
            gradient: Gradient::score(samples, surrogate),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Rloo {}
