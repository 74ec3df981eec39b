//! Gradient estimators: how a latent site is drawn while training, so that a gradient exists.
//!
//! An estimator is a draw, the weights of its rows, and a surrogate. A draw may turn each row into
//! several: the states of an enumerated site, the samples of a leave-one-out baseline, an antithetic
//! pair. Where the value carries the gradient (pathwise, relaxed, straight-through) there is no
//! surrogate; a score-function estimator gets the cost of each row, which holds only the terms that the site
//! influences, and returns rows whose gradient is its estimate.
//!
//! | estimator | family | rows a row | gradient of the ELBO |
//! | --- | --- | --- | --- |
//! | [`Pathwise`] | reparameterised | 1 | unbiased |
//! | [`Implicit`] | reparameterised, without an inverse | 1 | unbiased |
//! | [`Enumerate`] | finite | all states | exact |
//! | [`Relaxed`] | relaxable | 1 | biased; unbiased for the relaxed model |
//! | [`StraightThrough`], [`StraightThroughGumbel`], [`GumbelRao`], [`ReinMax`] | binary units, one-hot vectors | 1 | biased; exact for linear, –, –, quadratic costs |
//! | [`ScoreFunction`], [`RunningMean`], [`LearnedBaseline`] | any | 1 | unbiased |
//! | [`Rloo`] | any | its samples | unbiased |
//! | [`DisArm`] | binary units | 2 | unbiased |
//! | [`Rebar`] | binary units, one-hot vectors | 3, of which the objective counts 1 | unbiased |
//! | [`Vimco`] | any, under [importance weights](crate::ImportanceWeighted) | 1 | unbiased for the importance-weighted bound |

mod automatic;
mod automatic_score;
mod conditional;
mod disarm;
mod enumerate;
mod gumbel_rao;
mod implicit;
mod learned_baseline;
mod memory;
mod pathwise;
mod rebar;
mod reinmax;
mod relaxed;
mod rloo;
mod running_mean;
mod score_function;
mod settings;
mod straight_through;
mod vimco;

pub use automatic::{Automatic, Profile};
pub use automatic_score::AutomaticScore;
pub use disarm::DisArm;
pub use enumerate::Enumerate;
pub(crate) use enumerate::all_states;
pub use gumbel_rao::GumbelRao;
pub use implicit::Implicit;
pub use learned_baseline::LearnedBaseline;
pub use memory::Memory;
pub(crate) use memory::Mixed;
pub use pathwise::Pathwise;
pub use rebar::Rebar;
pub use reinmax::ReinMax;
pub use relaxed::{Relaxed, RelaxedKl};
pub use rloo::Rloo;
pub use running_mean::RunningMean;
pub use score_function::ScoreFunction;
pub use settings::{Scoring, Settings};
pub use straight_through::{StraightThrough, StraightThroughGumbel};
pub use vimco::Vimco;

use std::ops::RangeInclusive;

use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::kernels::rows::reversed;
use crate::kl::Kl;
use crate::noise::Stream;
use crate::param::Fault;
use crate::var::Rows;

/// What a site's value costs, or rather earns: the objective is maximised.
#[derive(Clone, Debug)]
pub enum Cost {
    /// The terms that the site influences, for each row after its draw.
    Sum(Rows),
    /// The log-weight of each row, and how many rows in a block are averaged.
    LogMeanWeight {
        /// For each row.
        log_weights: Rows,
        /// The rows of a block.
        block: usize,
    },
}

/// An estimator of gradients through a site of family `Q`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot estimate gradients through `{Q}`",
    label = "not an estimator for this family",
    note = "help: leave `via` away for the automatic choice; `Pathwise` is for continuous families, `Relaxed`, `ReinMax` and `Enumerate` for `Bernoulli` and `OneHotCategorical`, `Rloo` for any"
)]
pub trait Estimator<Q: Distribution>: Clone + 'static {
    /// Checks the estimator under these settings.
    ///
    /// # Errors
    /// With the setting that makes no sense, or the objective that it is not an estimator for.
    fn check(&self, settings: &Settings) -> Result<(), Error>;

    /// How many rows each row becomes.
    fn rows(&self, _settings: &Settings) -> usize {
        1
    }

    /// Whether the rows are all the states of the site, so that the draw is no draw at all. It then
    /// serves evaluation as well.
    fn is_exact(&self, _settings: &Settings) -> bool {
        false
    }

    /// Whether the draw is a differentiable function of the parameters of `q` and of noise, with the density
    /// that its log-ratio is taken of: then the [`Scoring`] says how that is differentiated.
    fn is_reparameterised(&self, _settings: &Settings) -> bool {
        false
    }

    /// One draw for each of so many rows, which are blocks of [`rows`](Self::rows).
    fn draw(&self, q: &Q, rows: usize, noise: &Stream, settings: &Settings) -> Draw<Q::Event>;

    /// The log-weights of the rows within their block, where they are not all alike.
    fn log_weights(&self, _q: &Q, _draw: &Draw<Q::Event>, _settings: &Settings) -> Option<Rows> {
        None
    }

    /// Checks what the estimator was given for each row, where it was given something, against the
    /// rows of its draw.
    ///
    /// # Errors
    /// With the first row and value that makes no sense, or a number of rows that does not go into them.
    fn check_rows(&self, _rows: usize) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether [`surrogate`](Self::surrogate) wants to be asked.
    fn needs_cost(&self, _settings: &Settings) -> bool {
        false
    }

    /// Whether the surrogate uses the gradient of the cost. Else it gets the cost as a constant.
    fn differentiates_cost(&self) -> bool {
        false
    }

    /// Rows whose mean has the estimate as its gradient; its value does not matter. There is one for
    /// each row of the draw, or one for each block of [`rows`](Self::rows).
    fn surrogate(
        &self,
        _q: &Q,
        _draw: &Draw<Q::Event>,
        _cost: &Cost,
        _settings: &Settings,
        _memory: &Memory,
    ) -> Option<Rows> {
        None
    }

    /// What it does, for [`explain`](crate::explain).
    fn describe(&self, settings: &Settings) -> Description;
}

/// An estimator that can compare its draw with a prior of family `P`.
pub trait Divergence<Q: Distribution, P: Distribution<Event = Q::Event>>: Estimator<Q> {
    /// The divergence of `q` from `p`, or a one-draw estimate of it, and how it was had.
    ///
    /// `closed` is [`Kl::SAMPLED`] where the graph of the model forbids the closed form.
    fn divergence(
        &self,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
        settings: &Settings,
    ) -> (Rows, KlForm) {
        let _ = settings;
        divergence_at_draw(q, p, draw, closed)
    }
}

/// How a divergence was had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KlForm {
    /// In closed form.
    Closed,
    /// As `log q − log p` at the draw.
    LogRatio,
    /// In closed form between the discrete families, though the draw is relaxed.
    Discrete,
    /// As `log q − log p` at the draw, both relaxed.
    RelaxedLogRatio {
        /// The temperature of the relaxed prior.
        prior_temperature: f32,
    },
}

impl KlForm {
    /// Whether the divergence is a function of the draw.
    pub fn is_sampled(self) -> bool {
        matches!(self, Self::LogRatio | Self::RelaxedLogRatio { .. })
    }
}

/// An estimator, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Its name and settings: "pathwise", "enumerated (10 states)".
    pub estimator: String,
    /// Why it fits, where it was not named but chosen.
    pub reason: &'static str,
    /// What its gradient is the gradient of.
    pub bias: &'static str,
    /// How many rows each row becomes.
    pub rows: usize,
}

/// The estimator that the family of a site chooses.
pub fn automatic<Q: Distribution>(_: &Q) -> Q::Auto {
    Q::Auto::default()
}

/// The estimator that the model names for a site.
pub fn via<Q: Distribution, By, E>(_: &Q, estimator: impl EstimatorOf<Q, By, Itself = E>) -> E {
    estimator.itself()
}

/// An estimator for a family. As with [sites](crate::program::IsEventOf), it is no type where it does
/// not fit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot estimate gradients through `{Q}`",
    label = "not an estimator for this family",
    note = "help: leave `via` away for the automatic choice; `Pathwise` is for continuous families, `Relaxed`, `ReinMax` and `Enumerate` for `Bernoulli` and `OneHotCategorical`, `Rloo` for any"
)]
pub trait EstimatorOf<Q, By> {
    /// The same type.
    type Itself;
    /// The same value.
    fn itself(self) -> Self::Itself;
}

/// By being an [`Estimator`] for it.
#[derive(Clone, Copy, Debug)]
pub struct Fitting;

#[diagnostic::do_not_recommend]
impl<Q: Distribution, E: Estimator<Q>> EstimatorOf<Q, Fitting> for E {
    type Itself = E;
    fn itself(self) -> E {
        self
    }
}

// The compiler takes a single impl for granted, also where its bounds do not hold. Of two it asks which one.
#[diagnostic::do_not_recommend]
impl<Q, E: Impossible> EstimatorOf<Q, ()> for E {
    type Itself = E;
    fn itself(self) -> E {
        self
    }
}

/// What no type is.
#[doc(hidden)]
pub trait Impossible {}

/// The divergence at a draw from `q` itself: closed where that is allowed, else the log-ratio.
pub(crate) fn divergence_at_draw<Q: Distribution, P: Distribution<Event = Q::Event>>(
    q: &Q,
    p: &P,
    draw: &Draw<Q::Event>,
    closed: Kl<Q, P>,
) -> (Rows, KlForm) {
    match closed.closed_form(q, p) {
        Some(kl) => (kl, KlForm::Closed),
        None => (q.log_ratio(p, draw), KlForm::LogRatio),
    }
}

/// The log-ratio at a draw that is a constant, with the gradient of `log q` the other way.
pub(crate) fn reversed_log_ratio<Q: Distribution, P: Distribution<Event = Q::Event>>(
    q: &Q,
    p: &P,
    draw: &Draw<Q::Event>,
) -> Rows {
    reversed(&q.log_prob_of(draw)) - p.log_prob_of(draw)
}

/// Logits are divided by a temperature: of this one those up to 10⁸ stay finite.
const LEAST_TEMPERATURE: f32 = 1e-30;

/// # Errors
/// Where a temperature is not positive, or so small that what is divided by it overflows.
pub(crate) fn check_temperature(setting: &'static str, value: f32) -> Result<(), Error> {
    if value >= LEAST_TEMPERATURE && value.is_finite() {
        return Ok(());
    }
    Err(Error::Setting {
        setting,
        value: value.into(),
        expected: "finite and at least 1e-30, for logits are divided by it",
    })
}

/// A row becomes no more rows than this, whoever asks for them.
pub(crate) const MOST_ROWS: usize = 1 << 16;

/// # Errors
/// Where a number is not within its bounds.
pub(crate) fn within(
    setting: &'static str,
    value: usize,
    bounds: RangeInclusive<usize>,
    expected: &'static str,
) -> Result<(), Error> {
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(Error::Setting {
        setting,
        value: value as f64,
        expected,
    })
}

/// # Errors
/// Where the objective is not a sum of terms.
pub(crate) fn only_sums(estimator: &'static str, settings: &Settings) -> Result<(), Error> {
    match settings.scoring {
        Scoring::Terms { .. } => Ok(()),
        Scoring::Weights { .. } | Scoring::WakePhase => Err(Error::Illegal {
            site: None,
            estimator,
            objective: "an importance-weighted objective",
            instead: "`Vimco`, `Enumerate` or `Relaxed`, or leave `via` away",
        }),
    }
}
