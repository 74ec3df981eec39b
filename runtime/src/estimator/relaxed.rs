//! Continuous relaxation of discrete sites.

use super::{
    Divergence, Estimator, Gradient, KlForm, Plan, Scoring, Settings, check_temperature,
    divergence_at_draw,
};
use crate::distribution::Draw;
use crate::distribution::kl::Kl;
use crate::distribution::{Distribution, Relaxable, Reparameterised};
use crate::error::Error;
use crate::tensor::Rows;

/// While training, draws from the family's relaxation at a temperature: Concrete for Bernoulli,
/// Gumbel-softmax for one-hot vectors (Maddison, Mnih and Teh 2016; Jang, Gu and Poole 2016).
/// Evaluation runs the discrete model.
///
/// The gradient is unbiased for the relaxed objective, and biased for the discrete one. The objective's
/// [`RelaxedKl`] chooses the divergence.
#[doc(alias("Concrete", "Gumbel-softmax"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxed {
    /// The temperature, at least 10⁻³⁰.
    pub temperature: f32,
}

without_fields!(Relaxed { temperature: 0.5 });

/// The divergence of a site that is relaxed for training.
///
/// With relaxed `z` and prior temperature `t`:
///
/// | choice | bounds log p of the discrete model | bounds log p of the relaxed model |
/// | --- | --- | --- |
/// | [`Discrete`](Self::Discrete) | no | no |
/// | [`LogRatio`](Self::LogRatio) | no | yes |
///
/// Neither is the discrete ELBO, which [`evaluate`](crate::prelude::Objective::evaluate) computes from hard
/// draws. `LogRatio` grows without bound in confident logits, while the discrete divergence stops at ln 2 a bit. So
/// `LogRatio` leads to a less confident posterior.
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

impl<Q: Relaxable> Estimator<Q> for Relaxed {
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error> {
        let temperature = self.temperature;
        check_temperature("the temperature", temperature)?;
        let divergence = match (settings.relaxed_kl, settings.scoring) {
            (RelaxedKl::Discrete, Scoring::Weights { .. }) => RelaxedKl::LogRatio {
                prior_temperature: temperature,
            },
            (asked, _) => asked,
        };
        Ok(Plan {
            name: "Relaxed",
            label: Box::new(move || {
                let family = Q::Relaxation::FAMILY;
                format!("relaxed to {family} (temperature {temperature})")
            }),
            reason: "a discrete draw has no derivative; its relaxation has",
            bias: "unbiased for the relaxed objective, biased for the discrete ELBO",
            gradient: Gradient::Relaxed {
                draw: Box::new(move |q: &Q, rows, noise| {
                    Ok(q.relax(temperature).rsample(rows, noise))
                }),
                temperature,
                divergence,
            },
        })
    }
}

impl<Q: Relaxable, P: Relaxable<Event = Q::Event>> Divergence<Q, P> for Relaxed {
    fn divergence(
        &self,
        plan: &Plan<Q>,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
    ) -> (Rows, KlForm) {
        divergence(plan, q, p, draw, closed)
    }
}

/// The divergence of a site that may be relaxed. Its plan says whether it is.
pub(super) fn divergence<Q, P>(
    plan: &Plan<Q>,
    q: &Q,
    p: &P,
    draw: &Draw<Q::Event>,
    closed: Kl<Q, P>,
) -> (Rows, KlForm)
where
    Q: Relaxable,
    P: Relaxable<Event = Q::Event>,
{
    let Gradient::Relaxed {
        temperature,
        divergence,
        ..
    } = plan.gradient
    else {
        return divergence_at_draw(q, p, draw, closed);
    };
    let prior_temperature = match divergence {
        RelaxedKl::Discrete => match closed.closed_form(q, p) {
            Some(kl) => return (kl, KlForm::Discrete),
            // A mass is never scored at a relaxed value. Without a closed form, guide and prior are both relaxed.
            None => temperature,
        },
        RelaxedKl::LogRatio { prior_temperature } => prior_temperature,
    };
    let prior = p.relax(prior_temperature);
    let log_ratio = q.relax(temperature).log_ratio(&prior, draw);
    (log_ratio, KlForm::RelaxedLogRatio { prior_temperature })
}
