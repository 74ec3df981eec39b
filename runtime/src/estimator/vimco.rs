//! VIMCO: the score function under the importance-weighted bound.

use super::{Cost, Description, Divergence, Estimator, Memory, Scoring, Settings};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::kernels::rows::{log_sum_exp, weighted};
use crate::noise::Stream;
use crate::tape::unrecorded;
use crate::var::Rows;

/// `Σ_k (L̂ − L̂^−k) ∇log q(z_k)`, where `L̂^−k` replaces the log-weight of draw `k` by the mean of the others'
/// (Mnih and Rezende 2016). Unbiased for the importance-weighted bound with at least two particles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vimco;

impl<Q: Distribution> Estimator<Q> for Vimco {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        match settings.scoring {
            Scoring::Weights { .. } | Scoring::WakePhase => Ok(()),
            Scoring::Terms { .. } => Err(Error::Illegal {
                site: None,
                estimator: "Vimco",
                objective: "an evidence lower bound",
                instead: "`Rloo` or `DisArm`, or leave `via` away",
            }),
        }
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
        let Cost::LogMeanWeight { log_weights, block } = cost else {
            return None;
        };
        let mut signal = Vec::with_capacity(log_weights.len());
        for own in log_weights.exact().chunks(*block) {
            signal.extend(leave_one_out(own).map(|s| s * *block as f64));
        }
        Some(weighted(&q.log_prob_of(draw), signal))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "VIMCO".into(),
            reason: "a score function whose baselines are the other particles",
            bias: "unbiased for the importance-weighted bound",
            rows: 1,
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Vimco {}

/// `L̂ − L̂^−k` for each draw of a block; `L̂` itself where there is no other draw.
fn leave_one_out(log_weights: &[f64]) -> impl Iterator<Item = f64> {
    let bound = log_sum_exp(log_weights);
    let total: f64 = log_weights.iter().sum();
    let others = (log_weights.len() - 1) as f64;
    (0..log_weights.len()).map(move |k| {
        if others == 0.0 {
            return bound;
        }
        let mut without = log_weights.to_vec();
        without[k] = (total - log_weights[k]) / others;
        bound - log_sum_exp(&without)
    })
}
