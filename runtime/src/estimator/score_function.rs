//! The score-function estimator.

use super::{
    Cost, Description, Divergence, Estimator, LearnedBaseline, Memory, RunningMean, Settings,
};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::tensor::tape::unrecorded;
use crate::tensor::{IntoParam, Rows, log_sum_exp, weighted};
use dfdx::shapes::Const;

/// `(f(z) − b) ∇log q(z)` with one draw (Williams 1992); unbiased, for any family, with much
/// variance. The baseline `b` is the mean cost of the other rows of the batch, which does not
/// depend on this row's draw. Two others are made from here:
/// [`ScoreFunction::running_mean`] and [`ScoreFunction::learned`].
#[doc(alias("REINFORCE", "Trace_ELBO"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct ScoreFunction;

impl ScoreFunction {
    /// The score function whose baseline is the running mean of the cost over the steps before, of
    /// which `decay`, from 0 up to but not 1, remains at every step: for batches of few rows.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A bit behind a normal.
    ///     pub struct Coin { logit: Parameter<Rank0> }
    ///     generative p {
    ///         sample heads ~ Bernoulli::probs(0.5);
    ///         sample x ~ Normal::new(heads, 0.5);
    ///     }
    ///     inference q(x) {
    ///         sample heads ~ Bernoulli::logits(logit) via ScoreFunction::running_mean(0.9);
    ///     }
    /// }
    ///
    /// let coin = Coin::new(0);
    /// let x = batch(vec![0.9])?;
    /// let gradients = Elbo::default().loss(&coin.q(&x))?.backward();
    /// assert!(coin.run_state().means().contains_key("heads"));
    /// # let _ = gradients;
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn running_mean(decay: f32) -> RunningMean {
        RunningMean { decay }
    }

    /// The score function with a learned baseline (Mnih and Gregor 2014): one number a row, as a
    /// network of the model gives it that sees what was known before the draw. It is fitted to the cost by least
    /// squares along with the model; the draw is paid what it did not foresee.
    ///
    /// A number a row is an event of shape `[1]`, as `Linear<N, 1>` gives it; a learned number for all rows is a
    /// `Parameter<Rank1<1>>`. A scalar variable becomes one by
    /// `.reshape_like(&(rows, Const))`.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A bit behind a normal.
    ///     pub struct Coin { encoder: Linear<1, 1>, baseline: Linear<1, 1> }
    ///     generative p {
    ///         sample heads: [1] ~ Bernoulli::probs(0.5);
    ///         sample x: [1] ~ Normal::new(heads, 0.5);
    ///     }
    ///     inference q(x) {
    ///         sample heads ~ Bernoulli::logits(encoder(x)) via ScoreFunction::learned(baseline(x));
    ///     }
    /// }
    ///
    /// let coin = Coin::new(0);
    /// let x = batch(vec![0.9, 1.1, 1.0])?;
    /// let gradients = Elbo::default().loss(&coin.q(&x))?.backward();
    /// assert!(gradients.get(&coin.baseline.weight).as_vec().iter().any(|g| *g != 0.0));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn learned(baseline: impl IntoParam<(Const<1>,)>) -> LearnedBaseline {
        LearnedBaseline {
            baseline: baseline.into_param(),
        }
    }
}

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

    fn surrogate(
        &self,
        q: &Q,
        draw: &Draw<Q::Event>,
        cost: &Cost,
        _: &Settings,
        _: &Memory,
    ) -> Option<Rows> {
        let earned = Earned::by(cost);
        Some(earned.scored(&leave_one_out(&earned.amounts), &q.log_prob_of(draw)))
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

/// What draws have earned, before any baseline is taken off.
pub(super) struct Earned {
    /// For each row; for each block where the objective counts blocks.
    pub(super) amounts: Vec<f64>,
    /// The rows that share an amount.
    pub(super) block: usize,
}

impl Earned {
    pub(super) fn by(cost: &Cost) -> Self {
        match cost {
            Cost::Sum(cost) => Self {
                amounts: cost.exact().to_vec(),
                block: 1,
            },
            Cost::LogMeanWeight { log_weights, block } => Self {
                amounts: log_weights
                    .exact()
                    .chunks(*block)
                    .map(log_sum_exp)
                    .collect(),
                block: *block,
            },
        }
    }

    pub(super) fn mean(&self) -> f64 {
        self.amounts.iter().sum::<f64>() / self.amounts.len() as f64
    }

    /// The amount of each row.
    pub(super) fn by_row(self) -> Vec<f64> {
        let block = |amount| std::iter::repeat_n(amount, self.block);
        self.amounts.into_iter().flat_map(block).collect()
    }

    /// The score of every row, times what its block is paid. The objective counts a block once where
    /// rows are averaged, and every draw of the block is paid in full.
    pub(super) fn scored(&self, paid: &[f64], log_q: &Rows) -> Rows {
        let in_full = |&paid: &f64| std::iter::repeat_n(paid * self.block as f64, self.block);
        weighted(log_q, paid.iter().flat_map(in_full).collect())
    }
}

/// Each number less the mean of all others.
pub(super) fn leave_one_out(own: &[f64]) -> Vec<f64> {
    if own.len() < 2 {
        return own.to_vec();
    }
    let count = own.len() as f64;
    let mean = own.iter().sum::<f64>() / count;
    let scale = count / (count - 1.0);
    own.iter().map(|v| (v - mean) * scale).collect()
}
