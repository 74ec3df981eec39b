//! REINFORCE with a leave-one-out baseline.

use super::{
    Cost, Description, Divergence, Estimator, MOST_ROWS, Memory, Settings, only_sums, within,
};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::tensor::tape::unrecorded;
use crate::tensor::{Rows, weighted};

/// `1/(K − 1) Σ_k (f_k − f̄) ∇log q(z_k)` with `K` draws a row (Kool, van Hoof and Welling 2019):
/// unbiased, for any family, each draw's baseline being the mean of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rloo {
    /// The draws a row, from 2 to 65,536.
    pub samples: usize,
}

impl Default for Rloo {
    /// Four draws.
    fn default() -> Self {
        Self { samples: 4 }
    }
}

impl<Q: Distribution> Estimator<Q> for Rloo {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        let expected = "from 2, as each draw's baseline is the mean of the others, to 65,536";
        within(
            "the samples of `Rloo`",
            self.samples,
            2..=MOST_ROWS,
            expected,
        )?;
        only_sums("Rloo", settings)
    }

    fn rows(&self, _: &Settings) -> usize {
        self.samples
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
        _: &Memory,
    ) -> Option<Rows> {
        let Cost::Sum(cost) = cost else { return None };
        // (f_k − mean of the others) = K/(K − 1) (f_k − mean of all)
        let scale = self.samples as f64 / (self.samples - 1) as f64;
        let mut signal = Vec::with_capacity(cost.len());
        for block in cost.exact().chunks(self.samples) {
            let mean = block.iter().sum::<f64>() / block.len() as f64;
            signal.extend(block.iter().map(|f| (f - mean) * scale));
        }
        Some(weighted(&q.log_prob_of(draw), signal))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: format!("leave-one-out score function ({} samples)", self.samples),
            reason: "it needs nothing of the family but its mass and its draws",
            bias: "unbiased",
            rows: self.samples,
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Rloo {}
