//! Gradient estimators: the trait, the plan that it returns, the automatic choice, and one estimator a file.

/// `without_fields!(Rloo { samples: 4 });` gives an estimator its default, and a constant of its name for it.
macro_rules! without_fields {
    ($name:ident { $($field:ident: $value:literal),* }) => {
        impl Default for $name {
            #[doc = concat!("`", stringify!($name), " { ", stringify!($($field: $value),*), " }`.")]
            fn default() -> Self {
                $name
            }
        }

        #[doc = concat!("The default: `", stringify!($name), " { ", stringify!($($field: $value),*), " }`.")]
        #[expect(non_upper_case_globals, reason = "the estimator without its fields")]
        pub const $name: $name = $name { $($field: $value),* };
    };
}

mod automatic;
mod conditional;
mod disarm;
mod enumerate;
mod gumbel_rao;
mod learned_baseline;
mod leave_one_out;
mod local_expectation;
mod memory;
mod named;
mod pathwise;
mod plan;
mod rebar;
mod reinmax;
mod relaxed;
mod rloo;
mod running_mean;
mod score_function;
mod settings;
mod straight_through;
mod vimco;

pub use automatic::{Automatic, AutomaticScore, Choice, Profile, automatic};
pub use disarm::DisArm;
pub use enumerate::Enumerate;
pub use gumbel_rao::GumbelRao;
pub use learned_baseline::LearnedBaseline;
pub use local_expectation::LocalExpectation;
pub use memory::Memory;
pub(crate) use memory::Mixed;
pub use named::{EstimatorOf, Fitting, Named, via};
pub use pathwise::{Implicit, Pathwise};
pub use plan::{Block, DrawBy, Estimate, Gradient, LogWeights, Plan, Score, Surrogate};
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
use crate::distribution::Draw;
use crate::distribution::kl::Kl;
use crate::error::Error;
use crate::tensor::{Rows, reversed};

/// An estimator of gradients through a site of family `Q`. It says how training draws a latent site so that a gradient exists.
///
/// An estimator is asked once for a site, and answers with a [`Plan`]: how it draws, and where the gradient comes from. A draw
/// may turn each row into several: the states of an enumerated site, the samples of a leave-one-out baseline, an antithetic
/// pair. If the value carries the gradient (pathwise, relaxed, straight-through), there is no surrogate. A score-function
/// estimator gets the cost of each row, which contains only the terms that the site influences. It returns rows whose gradient
/// is its estimate.
///
/// | estimator | family | rows a row | gradient of the ELBO |
/// | --- | --- | --- | --- |
/// | [`Pathwise`] | reparameterised | 1 | unbiased |
/// | [`Implicit`] | reparameterised, without an inverse | 1 | unbiased |
/// | [`Enumerate`] | finite | all states | exact |
/// | [`struct@Relaxed`] | relaxable | 1 | biased; unbiased for the relaxed model |
/// | [`StraightThrough`], [`struct@StraightThroughGumbel`], [`struct@GumbelRao`], [`ReinMax`] | binary units, one-hot vectors | 1 | biased; exact for linear, –, –, quadratic costs |
/// | [`ScoreFunction`], [`RunningMean`], [`LearnedBaseline`] | any | 1 | unbiased |
/// | [`struct@Rloo`] | any | its samples | unbiased |
/// | [`DisArm`] | binary units | 2 | unbiased |
/// | [`LocalExpectation`] | binary units, one-hot vectors | one and one for each other state of a unit, of which the objective counts 1 | unbiased |
/// | [`struct@Rebar`] | binary units, one-hot vectors | 3, of which the objective counts 1 | unbiased |
/// | [`Vimco`] | any, under [importance weights](crate::prelude::ImportanceWeighted) | 1 | unbiased for the importance-weighted bound |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot estimate gradients through `{Q}`",
    label = "not an estimator for this family",
    note = "help: leave `via` away for the automatic choice; `Pathwise` is for continuous families, `Relaxed`, `ReinMax` and `Enumerate` for `Bernoulli` and `OneHotCategorical`, `Rloo` for any"
)]
pub trait Estimator<Q: Distribution>: Clone + 'static {
    /// The plan for a site. It is asked for once, before the draw.
    ///
    /// # Errors
    /// Returns a setting of the estimator that is out of its range. The plan tells whether the estimator fits the objective.
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error>;
}

/// An estimator that can compare its draw with a prior of family `P`.
pub trait Divergence<Q: Distribution, P: Distribution<Event = Q::Event>>: Estimator<Q> {
    /// The divergence of `q` from `p`, or a one-draw estimate of it, and how it was computed.
    ///
    /// `closed` is [`Kl::SAMPLED`] if the graph of the model forbids the closed form.
    fn divergence(
        &self,
        plan: &Plan<Q>,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
    ) -> (Rows, KlForm) {
        let _ = plan;
        divergence_at_draw(q, p, draw, closed)
    }
}

/// How a divergence was computed.
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
    /// Why it fits, if it was chosen automatically.
    pub reason: &'static str,
    /// The objective whose gradient it is.
    pub bias: &'static str,
    /// How many rows each row becomes.
    pub rows: usize,
}

/// The divergence at a draw from `q` itself: in closed form if that is allowed, else the log-ratio.
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

/// The log-ratio at a constant draw, with the gradient of `log q` reversed.
pub(crate) fn reversed_log_ratio<Q: Distribution, P: Distribution<Event = Q::Event>>(
    q: &Q,
    p: &P,
    draw: &Draw<Q::Event>,
) -> Rows {
    reversed(&q.log_prob_of(draw)) - p.log_prob_of(draw)
}

/// Logits are divided by the temperature. At this temperature, logits up to 10⁸ stay finite.
const LEAST_TEMPERATURE: f32 = 1e-30;

/// # Errors
/// Fails if a temperature is not positive, or so small that logits divided by it overflow.
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

/// A row becomes at most this many rows, at any site.
pub(crate) const MOST_ROWS: usize = 1 << 16;

/// # Errors
/// Fails if a number is not within its bounds.
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
