//! Gradient estimators: how a latent site is drawn while training, so that a gradient exists.

mod implicit;
mod pathwise;
mod relaxed;

pub use implicit::Implicit;
pub use pathwise::Pathwise;
pub use relaxed::{Relaxed, RelaxedByDefault, RelaxedKl};

use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::kl::Kl;
use crate::noise::Stream;
use crate::var::Rows;

/// What an objective asks of the estimators in one pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The temperature of relaxed sites that name none of their own.
    pub temperature: f32,
    /// The divergence of relaxed sites.
    pub relaxed_kl: RelaxedKl,
}

/// An estimator of gradients through a site of family `Q`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot estimate gradients through `{Q}`",
    label = "not an estimator for this family",
    note = "help: leave `via` away for the automatic choice; `Pathwise` is for continuous families, `Relaxed` for `Bernoulli` and `OneHotCategorical`"
)]
pub trait Estimator<Q: Distribution> {
    /// Checks the estimator's own settings.
    ///
    /// # Errors
    /// With the setting that makes no sense.
    fn check(&self, settings: &Settings) -> Result<(), Error>;

    /// One draw for each of so many rows.
    fn draw(&self, q: &Q, rows: usize, noise: &Stream, settings: &Settings) -> Draw<Q::Event>;

    /// What it does, for [`explain`](crate::explain).
    fn describe(&self, settings: &Settings) -> Description;
}

/// An estimator that can compare its draw with a prior of family `P`.
pub trait Divergence<Q: Distribution, P: Distribution>: Estimator<Q> {
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
    ) -> (Rows, KlForm);
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

/// An estimator, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Its name and settings: "pathwise", "Relaxed(temperature 0.5)".
    pub estimator: String,
    /// Why it fits.
    pub reason: &'static str,
    /// What its gradient is the gradient of.
    pub bias: &'static str,
}

/// The estimator that the family of a site chooses.
pub fn automatic<Q: Distribution>(_: &Q) -> Q::Auto {
    Q::Auto::default()
}

/// The estimator that the model names for a site.
pub fn via<Q: Distribution, E: Estimator<Q>>(_: &Q, estimator: E) -> E {
    estimator
}

/// The divergence at a draw from `q` itself: closed where that is allowed, else the log-ratio.
pub(crate) fn divergence_at_draw<Q: Distribution, P: Distribution<Event = Q::Event>>(
    q: &Q,
    p: &P,
    draw: &Draw<Q::Event>,
    closed: Kl<Q, P>,
) -> (Rows, KlForm) {
    match closed.closed_form(q, p) {
        Some(kl) => (kl, KlForm::Closed),
        None => (q.log_prob_of(draw) - p.log_prob_of(draw), KlForm::LogRatio),
    }
}
