//! Continuous relaxation of discrete sites.

use super::{Description, Divergence, Estimator, KlForm, Scoring, Settings, check_temperature};
use crate::distribution::{Distribution, Relaxable, Reparameterised};
use crate::draw::Draw;
use crate::error::Error;
use crate::kl::Kl;
use crate::noise::Stream;
use crate::var::Rows;

/// Draws from the family's relaxation at a temperature while training: Concrete for Bernoulli,
/// Gumbel-softmax for one-hot vectors (Maddison, Mnih and Teh 2016; Jang, Gu and Poole 2016).
/// Evaluation never does: it runs the discrete model.
///
/// The gradient is unbiased for the relaxed objective, and biased for the discrete one. The
/// divergence is the objective's [`RelaxedKl`].
#[doc(alias("Concrete", "Gumbel-softmax"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxed {
    /// The temperature, at least 10⁻³⁰.
    pub temperature: f32,
}

/// The divergence of a site that is relaxed for training.
///
/// With relaxed `z` and prior temperature `t`:
///
/// | choice | bounds log p of the discrete model | bounds log p of the relaxed model |
/// | --- | --- | --- |
/// | [`Discrete`](Self::Discrete) | no | no |
/// | [`LogRatio`](Self::LogRatio) | no | yes |
///
/// Neither is the discrete ELBO, which [`evaluate`](crate::Objective::evaluate) computes from hard
/// draws. `LogRatio` grows without bound in confident logits, where the discrete divergence stops at
/// ln 2 a bit, so that it teaches an unconfident posterior.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum RelaxedKl {
    /// The closed-form divergence of the discrete families (Jang, Gu and Poole 2016).
    #[default]
    Discrete,
    /// The log-ratio of the relaxed densities at the draw (Maddison, Mnih and Teh 2016).
    LogRatio {
        /// The temperature of the relaxed prior, at least 10⁻³⁰; 1/2 goes well with 2/3 for the posterior.
        prior_temperature: f32,
    },
}

impl Relaxed {
    fn relaxed_log_ratio<Q, P>(
        self,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        prior: f32,
    ) -> (Rows, KlForm)
    where
        Q: Relaxable,
        P: Relaxable<Event = Q::Event>,
    {
        let log_ratio = q.relax(self.temperature).log_ratio(&p.relax(prior), draw);
        let form = KlForm::RelaxedLogRatio {
            prior_temperature: prior,
        };
        (log_ratio, form)
    }
}

impl<Q: Relaxable> Estimator<Q> for Relaxed {
    fn check(&self, _: &Settings) -> Result<(), Error> {
        check_temperature("the temperature", self.temperature)
    }

    /// Where its log-ratio is of the relaxed densities.
    fn is_reparameterised(&self, settings: &Settings) -> bool {
        !matches!(settings.scoring, Scoring::Terms { .. })
            || matches!(settings.relaxed_kl, RelaxedKl::LogRatio { .. })
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        q.relax(self.temperature).rsample(rows, noise)
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: format!(
                "relaxed to {} (temperature {})",
                Q::Relaxation::FAMILY,
                self.temperature
            ),
            reason: "a discrete draw has no derivative; its relaxation has",
            bias: "unbiased for the relaxed objective, biased for the discrete ELBO",
            rows: 1,
        }
    }
}

impl<Q: Relaxable, P: Relaxable<Event = Q::Event>> Divergence<Q, P> for Relaxed {
    fn divergence(
        &self,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
        settings: &Settings,
    ) -> (Rows, KlForm) {
        match settings.relaxed_kl {
            RelaxedKl::Discrete => match closed.closed_form(q, p) {
                Some(kl) => (kl, KlForm::Discrete),
                // A mass is never scored at a relaxed value: without a closed form both are relaxed.
                None => self.relaxed_log_ratio(q, p, draw, self.temperature),
            },
            RelaxedKl::LogRatio { prior_temperature } => {
                self.relaxed_log_ratio(q, p, draw, prior_temperature)
            }
        }
    }
}
