//! What an estimator does at a site: its one answer.

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
    /// The estimator with its settings, for an explanation: "leave-one-out score function (4 samples)". It is asked for
    /// where somebody reads it.
    pub label: Box<dyn Fn() -> String>,
    /// Why it fits, where it was not named but chosen.
    pub reason: &'static str,
    /// What its gradient is the gradient of: "unbiased".
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
        /// Whether the log-ratio may be differentiated by the draw alone, as the [`Scoring`] wants it: the density of `q` is that of
        /// the draw.
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
    /// Through a hard draw with a made-up slope, as of straight-through: one row. Not for importance weights, whose gradient
    /// is none of a draw's alone.
    Through(DrawBy<Q>),
    /// By none: every state is a row with its mass for a weight, in training and in evaluation.
    States(Listing),
    /// By the score of a draw, which is paid what it adds to the objective.
    Score(Score<Q>),
}

/// Draws for so many rows.
///
/// # Errors
/// With what the estimator was given for a row, where that makes no sense.
pub type DrawBy<Q> =
    Box<dyn Fn(&Q, usize, &Stream) -> Result<Draw<<Q as Distribution>::Event>, Fault>>;

/// How a score-function estimator draws, and what it makes of the cost.
pub struct Score<Q: Distribution> {
    /// The rows that each row becomes.
    pub block: Block,
    /// The draw, in blocks of rows. Nothing but the surrogate makes its gradient, if not [`Surrogate::SumAndSlope`] does.
    pub draw: DrawBy<Q>,
    /// The estimate.
    pub surrogate: Surrogate<Q>,
}

/// The rows that each row becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// So many, of which the objective counts the mean.
    Alike(usize),
    /// So many, of which the objective counts the first alone.
    First(usize),
}

impl Block {
    /// How many.
    pub fn rows(self) -> usize {
        let (Self::Alike(rows) | Self::First(rows)) = self;
        rows
    }
}

/// Rows whose mean has the estimate as its gradient, of what a draw costs, or rather earns: the objective is maximised. The
/// value of the rows does not matter. There is one for each row of the draw, or one for each block.
pub enum Surrogate<Q: Distribution> {
    /// Of the terms that the site influences, for each row after its draw, as constants: under a sum of terms.
    Sum(Rc<Estimate<Q, Rows>>),
    /// The same, of terms with their gradients.
    SumAndSlope(Rc<Estimate<Q, Rows>>),
    /// Of the log-weights, as constants: under importance weights.
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
    /// The same plan, if it is one for the objective.
    ///
    /// # Errors
    /// Where it is not, with what to write instead.
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

    /// A draw for each of so many rows, which are blocks of [`rows`](Gradient::rows).
    ///
    /// # Errors
    /// With what the estimator was given for a row, where that makes no sense.
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
    /// Through a draw whose density is that of `q`.
    pub fn path(draw: impl Fn(&Q, usize, &Stream) -> Draw<Q::Event> + 'static) -> Self {
        Self::Path {
            draw: Box::new(move |q, rows, noise| Ok(draw(q, rows, noise))),
            is_reparameterised: true,
        }
    }

    /// Through a hard draw with a slope of its own.
    pub fn through(draw: impl Fn(&Q, usize, &Stream) -> Draw<Q::Event> + 'static) -> Self {
        Self::Through(Box::new(move |q, rows, noise| Ok(draw(q, rows, noise))))
    }

    /// All states of a family that has so few.
    pub fn states() -> Self
    where
        Q: Finite,
    {
        Self::States(Listing::of::<Q>())
    }

    /// By the score of so many draws a row from `q` itself.
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
    /// Of what rows earn, under a sum of terms.
    pub fn of_sum(
        estimate: impl Fn(&Q, &Draw<Q::Event>, &Rows, &Memory) -> Rows + 'static,
    ) -> Self {
        Self::Sum(Rc::new(estimate))
    }

    /// Of what rows earn, under a sum of terms: the score `∇log q` of each row, times a number that is made of all rows'
    /// earnings.
    pub fn of_score(signal: impl Fn(&[f64], &Memory) -> Vec<f64> + 'static) -> Self {
        Self::of_sum(move |q, draw, earned, memory| {
            weighted(&q.log_prob_of(draw), signal(earned.exact(), memory))
        })
    }

    /// Of log-weights.
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
