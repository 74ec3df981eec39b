//! The score-function estimator.

use super::{Cost, Description, Divergence, Estimator, Settings};
use crate::distribution::Distribution;
use crate::draw::{Draw, into_rows};
use crate::error::Error;
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula::Weighted;
use crate::kernels::rows::{log_sum_exp, values};
use crate::noise::Stream;
use crate::tape::unrecorded;
use crate::var::{Rows, constant};

/// `(f(z) − b) ∇log q(z)` with one draw (Williams 1992); unbiased, for any family, with much
/// variance. The baseline `b` is the mean cost of the other rows of the batch, which does not
/// depend on this row's draw.
#[doc(alias("REINFORCE", "Trace_ELBO"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct ScoreFunction;

impl<Q: Distribution> Estimator<Q> for ScoreFunction {
    fn check(&self, _: &Settings) -> Result<(), Error> {
        Ok(())
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        unrecorded(|| q.sample(rows, noise))
    }

    fn needs_cost(&self, _: &Settings) -> bool {
        true
    }

    fn surrogate(&self, q: &Q, draw: &Draw<Q::Event>, cost: &Cost, _: &Settings) -> Option<Rows> {
        let signal = match cost {
            Cost::Sum(cost) => leave_one_out(values(cost)),
            // Every draw of a block is paid what the block earns; the objective counts the block
            // once where rows are averaged.
            Cost::LogMeanWeight { log_weights, block } => {
                let blocks = values(log_weights).chunks(*block);
                let bounds: Vec<f32> = blocks.map(log_sum_exp).collect();
                let paid = leave_one_out(&bounds).into_iter();
                paid.flat_map(|s| std::iter::repeat_n(s * *block as f32, *block))
                    .collect()
            }
        };
        let rows = signal.len();
        Some(scored(&constant(signal, (rows,)), &q.log_prob_of(draw)))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "score function".into(),
            reason: "the model asks for it",
            bias: "unbiased, with much variance",
            rows: 1,
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for ScoreFunction {}

/// Each number less the mean of all others.
fn leave_one_out(own: &[f32]) -> Vec<f32> {
    if own.len() < 2 {
        return own.to_vec();
    }
    let count = own.len() as f64;
    let mean = own.iter().copied().map(f64::from).sum::<f64>() / count;
    let scale = count / (count - 1.0);
    own.iter()
        .map(|&v| ((f64::from(v) - mean) * scale) as f32)
        .collect()
}

/// `signal · log q`, row by row.
pub(super) fn scored(signal: &Rows, log_q: &Rows) -> Rows {
    into_rows(map(
        Weighted,
        [&rows_of::<()>(signal), &rows_of::<()>(log_q)],
    ))
}
