//! Plans: what an estimator does at a site.

use std::fmt;
use std::rc::Rc;

use super::{Description, Memory, RelaxedKl, Scoring, Settings};
use crate::distribution::Draw;
use crate::distribution::{Distribution, Finite, Listing};
use crate::error::{Error, Fault};
use crate::noise::Stream;
use crate::tensor::Rows;
use crate::tensor::tape::unrecorded;
use crate::tensor::weighted;

/// What an [`Estimator`](super::Estimator) does at a site of family `Q`, and why.
pub struct Plan<Q: Distribution> {
    /// The estimator as a model writes it, for errors: `Rloo`.
    pub name: &'static str,
    /// The estimator with its settings, for an explanation: "leave-one-out score function (4 samples)". It is computed only for
    /// an explanation.
    pub label: Box<dyn Fn() -> String>,
    /// Why it fits, if it was chosen automatically.
    pub reason: &'static str,
    /// The bias of its gradient: "unbiased".
    pub bias: &'static str,
    /// How it draws, and where the gradient comes from.
    pub gradient: Gradient<Q>,
}

/// Where a gradient comes from.
pub enum Gradient<Q: Distribution> {
    /// Through the draw, a differentiable function of the parameters and of noise: one row.
    Path {
        /// The draw.
        draw: DrawBy<Q>,
        /// Whether the log-ratio may be differentiated by the draw alone, as the [`Scoring`] wants it. That is right if `q` is the
        /// density of the draw.
        is_reparameterised: bool,
    },
    /// Through a draw from the family's relaxation: one row.
    Relaxed {
        /// The draw.
        draw: DrawBy<Q>,
        /// Its temperature.
        temperature: f32,
        /// The divergence at it.
        divergence: RelaxedKl,
    },
    /// Through a hard draw with a substitute slope, as in straight-through: one row. It does not fit importance weights, whose
    /// gradient is not that of one draw.
    Through(DrawBy<Q>),
    /// Without a draw: every state is a row, weighted by its mass, in training and in evaluation.
    States(Listing),
    /// By the score of a draw, multiplied by what the draw adds to the objective.
    Score(Score<Q>),
}

/// Draws for a number of rows.
///
/// # Errors
/// Returns the value that the estimator was given for a row, if it is out of its range.
pub type DrawBy<Q> =
    Box<dyn Fn(&Q, usize, &Stream) -> Result<Draw<<Q as Distribution>::Event>, Fault>>;

/// How a score-function estimator draws, and how it turns costs into an estimate.
pub struct Score<Q: Distribution> {
    /// The rows that each row becomes.
    pub block: Block,
    /// The draw, in blocks of rows. Its gradient comes from the surrogate alone, except with [`Surrogate::SumAndSlope`].
    pub draw: DrawBy<Q>,
    /// The estimate.
    pub surrogate: Surrogate<Q>,
}

/// The rows that each row becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// This many draws. The objective counts their mean.
    Alike(usize),
    /// This many draws. The objective counts only the first.
    First(usize),
}

impl Block {
    /// How many.
    pub fn rows(self) -> usize {
        let (Self::Alike(rows) | Self::First(rows)) = self;
        rows
    }
}

/// How a draw's earnings become rows whose mean has the estimate as its gradient. Earnings are negative costs: the objective is
/// maximised. The value of the rows does not matter. There is one for each row of the draw, or one for each block.
pub enum Surrogate<Q: Distribution> {
    /// From the terms that the site influences, as constants, for each row of its draw. For objectives that sum terms.
    Sum(Rc<Estimate<Q, Rows>>),
    /// The same, from terms with their gradients.
    SumAndSlope(Rc<Estimate<Q, Rows>>),
    /// From the log-weights, as constants. For importance weights.
    Weights(Rc<Estimate<Q, LogWeights>>),
}

/// The estimate of a draw from `q` with these earnings.
pub type Estimate<Q, Earned> =
    dyn Fn(&Q, &Draw<<Q as Distribution>::Event>, &Earned, &Memory) -> Rows;

/// The log-weight of each row, and how many rows in a block are averaged.
#[derive(Clone, Debug)]
pub struct LogWeights {
    /// For each row.
    pub rows: Rows,
    /// The rows of a block.
    pub block: usize,
}

impl<Q: Distribution> Plan<Q> {
    /// The same plan, if it fits the objective.
    ///
    /// # Errors
    /// Fails if it does not fit, and says what to write instead.
    pub fn legal(self, settings: &Settings) -> Result<Self, Error> {
        let (objective, instead) = match (&self.gradient, settings.scoring) {
            (
                Gradient::Through(_)
                | Gradient::Score(Score {
                    surrogate: Surrogate::Sum(_) | Surrogate::SumAndSlope(_),
                    ..
                }),
                Scoring::Weights { .. },
            ) => (
                "an importance-weighted objective",
                "`Vimco`, `Enumerate` or `Relaxed`, or leave `via` away",
            ),
            (
                Gradient::Score(Score {
                    surrogate: Surrogate::Weights(_),
                    ..
                }),
                Scoring::Terms { .. },
            ) => (
                "an evidence lower bound",
                "`Rloo` or `DisArm`, or leave `via` away",
            ),
            _ => return Ok(self),
        };
        Err(Error::Illegal {
            site: None,
            estimator: self.name,
            objective,
            instead,
        })
    }

    /// A draw for each of `rows` rows, in blocks of [`rows`](Gradient::rows).
    ///
    /// # Errors
    /// Returns the value that the estimator was given for a row, if it is out of its range.
    pub fn draw(&self, q: &Q, rows: usize, noise: &Stream) -> Result<Draw<Q::Event>, Fault> {
        match &self.gradient {
            Gradient::Path { draw, .. }
            | Gradient::Relaxed { draw, .. }
            | Gradient::Through(draw)
            | Gradient::Score(Score { draw, .. }) => draw(q, rows, noise),
            Gradient::States(listing) => Ok(listing.all(rows)),
        }
    }

    /// In words.
    pub fn description(&self) -> Description {
        Description {
            estimator: (self.label)(),
            reason: self.reason,
            bias: self.bias,
            rows: self.gradient.rows(),
        }
    }
}

impl<Q: Distribution> Gradient<Q> {
    /// Through a draw whose density is `q`.
    pub fn path(draw: impl Fn(&Q, usize, &Stream) -> Draw<Q::Event> + 'static) -> Self {
        Self::Path {
            draw: Box::new(move |q, rows, noise| Ok(draw(q, rows, noise))),
            is_reparameterised: true,
        }
    }

    /// Through a hard draw with its own slope.
    pub fn through(draw: impl Fn(&Q, usize, &Stream) -> Draw<Q::Event> + 'static) -> Self {
        Self::Through(Box::new(move |q, rows, noise| Ok(draw(q, rows, noise))))
    }

    /// All states of a family with few states.
    pub fn states() -> Self
    where
        Q: Finite,
    {
        Self::States(Listing::of::<Q>())
    }

    /// By the score of this many draws a row from `q` itself.
    pub fn score(rows: usize, surrogate: Surrogate<Q>) -> Self {
        Self::Score(Score {
            block: Block::Alike(rows),
            draw: Box::new(|q, rows, noise| Ok(unrecorded(|| q.sample(rows, noise)))),
            surrogate,
        })
    }

    /// How many rows each row becomes.
    pub fn rows(&self) -> usize {
        match self {
            Self::Path { .. } | Self::Relaxed { .. } | Self::Through(_) => 1,
            Self::States(listing) => listing.states.unwrap_or(1),
            Self::Score(score) => score.block.rows(),
        }
    }

    /// Whether the log-ratio may be differentiated by the draw alone.
    pub(crate) fn is_reparameterised(&self) -> bool {
        match self {
            Self::Path {
                is_reparameterised, ..
            } => *is_reparameterised,
            Self::Relaxed { divergence, .. } => matches!(divergence, RelaxedKl::LogRatio { .. }),
            Self::Through(_) | Self::States(_) | Self::Score(_) => false,
        }
    }
}

impl<Q: Distribution> Surrogate<Q> {
    /// A surrogate from the earnings of rows, for objectives that sum terms.
    pub fn of_sum(
        estimate: impl Fn(&Q, &Draw<Q::Event>, &Rows, &Memory) -> Rows + 'static,
    ) -> Self {
        Self::Sum(Rc::new(estimate))
    }

    /// The score `∇log q` of each row times a number computed from the earnings of all rows, for objectives that sum terms.
    pub fn of_score(signal: impl Fn(&[f64], &Memory) -> Vec<f64> + 'static) -> Self {
        Self::of_sum(move |q, draw, earned, memory| {
            weighted(&q.log_prob_of(draw), signal(earned.exact(), memory))
        })
    }

    /// A surrogate from log-weights.
    pub fn of_weights(
        estimate: impl Fn(&Q, &Draw<Q::Event>, &LogWeights, &Memory) -> Rows + 'static,
    ) -> Self {
        Self::Weights(Rc::new(estimate))
    }
}

impl<Q: Distribution> fmt::Debug for Plan<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Plan");
        shown.field("description", &self.description());
        shown.finish_non_exhaustive()
    }
}
