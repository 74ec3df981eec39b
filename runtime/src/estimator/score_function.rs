//! The score-function estimator.

use super::leave_one_out::less_the_others;
use super::{
    Divergence, Estimator, Gradient, LearnedBaseline, Memory, Plan, RunningMean, Scoring, Settings,
    Surrogate,
};
use crate::distribution::Distribution;
use crate::distribution::Draw;
use crate::error::Error;
use crate::tensor::names::Const;
use crate::tensor::{IntoParam, Rows, log_sum_exp, weighted};

/// `(f(z) − b) ∇log q(z)` with one draw (Williams 1992). Unbiased, for any family, with much
/// variance. The baseline `b` is the mean cost of the other rows of the batch, which does not
/// depend on this row's draw. [`ScoreFunction::running_mean`] and [`ScoreFunction::learned`] make estimators with other
/// baselines.
#[doc(alias("REINFORCE", "Reinforce"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct ScoreFunction;

impl ScoreFunction {
    /// The score function whose baseline is the running mean of the cost over earlier steps, for batches with few rows. `decay`,
    /// at least 0 and less than 1, is the part of the mean that remains after every step.
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

    /// The score function with a learned baseline (Mnih and Gregor 2014): one number a row, from a network of the model that reads
    /// only values known before the draw. It is fitted to the cost by least squares along with the model. The draw is paid the
    /// cost minus the baseline.
    ///
    /// A number a row is an event of shape `[1]`, such as the output of `Linear<N, 1>`. A learned number for all rows is a
    /// `Parameter<Rank1<1>>`. For a scalar variable write `.reshape_like(&(rows, Const))`.
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
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error> {
        let surrogate = paid_by(settings, |q: &Q, draw, earned, _| {
            let paid = less_the_others(&earned.amounts).collect();
            earned.scored(paid, &q.log_prob_of(draw))
        });
        Ok(Plan {
            name: "ScoreFunction",
            label: Box::new(|| "score function".into()),
            reason: "the model asks for it",
            bias: "unbiased, with much variance",
            gradient: Gradient::score(1, surrogate),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for ScoreFunction {}

/// The earnings of draws, before a baseline is subtracted.
pub(super) struct Earned {
    /// One amount for each row, or for each block if the objective counts blocks.
    pub(super) amounts: Vec<f64>,
    /// The rows that share an amount.
    pub(super) block: usize,
}

/// The surrogate of an estimator that fits every objective, paid under this objective's scoring.
pub(super) fn paid_by<Q: Distribution>(
    settings: &Settings,
    estimate: impl Fn(&Q, &Draw<Q::Event>, Earned, &Memory) -> Rows + 'static,
) -> Surrogate<Q> {
    match settings.scoring {
        Scoring::Terms { .. } => Surrogate::of_sum(move |q, draw, earned: &Rows, memory| {
            let earned = Earned {
                amounts: earned.exact().to_vec(),
                block: 1,
            };
            estimate(q, draw, earned, memory)
        }),
        Scoring::Weights { .. } | Scoring::WakePhase => {
            Surrogate::of_weights(move |q, draw, weights, memory| {
                let blocks = weights.rows.exact().chunks(weights.block);
                let earned = Earned {
                    amounts: blocks.map(log_sum_exp).collect(),
                    block: weights.block,
                };
                estimate(q, draw, earned, memory)
            })
        }
    }
}

impl Earned {
    pub(super) fn mean(&self) -> f64 {
        self.amounts.iter().sum::<f64>() / self.amounts.len() as f64
    }

    /// The amount of each row.
    pub(super) fn by_row(self) -> Vec<f64> {
        let block = |amount| std::iter::repeat_n(amount, self.block);
        self.amounts.into_iter().flat_map(block).collect()
    }

    /// The score of every row, times the pay of its block. Each draw of a block earns the whole pay, but the objective averages
    /// the block's rows. So the pay is multiplied by their number.
    pub(super) fn scored(&self, paid: Vec<f64>, log_q: &Rows) -> Rows {
        let in_full = |paid: f64| std::iter::repeat_n(paid * self.block as f64, self.block);
        weighted(log_q, paid.into_iter().flat_map(in_full).collect())
    }
}
