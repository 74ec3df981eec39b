//! VIMCO: the score function under the importance-weighted bound.

use super::leave_one_out::mean_of_others;
use super::{Divergence, Estimator, Gradient, Plan, Settings, Surrogate};
use crate::distribution::Distribution;
use crate::error::Error;
use crate::tensor::{log_sum_exp, weighted};

/// `Σ_k (L̂ − L̂^−k) ∇log q(z_k)`. In `L̂^−k` the log-weight of draw `k` is replaced by the mean of the others'
/// (Mnih and Rezende 2016). Unbiased for the importance-weighted bound with at least two particles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vimco;

impl<Q: Distribution> Estimator<Q> for Vimco {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let surrogate = Surrogate::of_weights(|q: &Q, draw, weights, _| {
            let mut signal = Vec::with_capacity(weights.rows.len());
            for own in weights.rows.exact().chunks(weights.block) {
                signal.extend(gains(own).map(|s| s * weights.block as f64));
            }
            weighted(&q.log_prob_of(draw), signal)
        });
        Ok(Plan {
            name: "Vimco",
            label: Box::new(|| "VIMCO".into()),
            reason: "a score function whose baselines are the other particles",
            bias: "unbiased for the importance-weighted bound",
            gradient: Gradient::score(1, surrogate),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Vimco {}

/// `L̂ − L̂^−k` for each draw of a block, or `L̂` itself if there is no other draw.
fn gains(log_weights: &[f64]) -> impl Iterator<Item = f64> {
    let bound = log_sum_exp(log_weights);
    let others = mean_of_others(log_weights).enumerate();
    others.map(move |(k, mean)| {
        if log_weights.len() == 1 {
            return bound;
        }
        let mut without = log_weights.to_vec();
        without[k] = mean;
        bound - log_sum_exp(&without)
    })
}
