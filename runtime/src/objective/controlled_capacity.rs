//! The evidence lower bound with a divergence of given size.

use super::{Bound, Count, Objective, Sampling, Schedule, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// `E_q[log p(x | z)] − γ |KL(q(z | x) ‖ p(z)) − C|`, in nats per row of data (Burgess et al. 2018). The divergence is that of all
/// latent sites, averaged over the batch.
///
/// The latents are to carry `C` nats about each row, neither less nor more. So they cannot collapse, and if `C` grows while
/// training, they take up one cause of the data after another. The [ELBO](super::Elbo) fixes the price of a nat instead, its
/// [KL weight](super::Elbo::kl_weight). The weight `γ` has to exceed the gain in log-likelihood of one nat more, or the divergence
/// does not get to `C`. One that is much larger drowns the gradient of the likelihood. Burgess et al. take 1000 for images of
/// 4096 pixels.
///
/// It is no bound of the evidence. [`evaluate`](Objective::evaluate) gives the ELBO, as for every objective. Estimators fit as
/// they fit the ELBO. A divergence that is not in closed form is estimated from the batch's draws, also to tell which side of
/// `C` it is on.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 0.5); }
/// }
///
/// let pair = Pair::new(0);
/// let x = batch(vec![1.0; 4])?;
/// // From 0 to 25 nats in the first 100,000 steps.
/// let objective = ControlledCapacity::new(10.0, Schedule::linear(0.0, 25.0, 100_000));
/// let loss = objective.loss(&pair.q(&x))?;
/// assert!((f64::from(loss.value()) - (10.0 * loss.kl() - loss.log_likelihood())).abs() < 1e-5);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("beta-VAE", "capacity", "disentanglement"))]
#[derive(Clone, Debug, PartialEq)]
pub struct ControlledCapacity {
    weight: f32,
    nats: Schedule,
    sampling: Sampling,
}

impl ControlledCapacity {
    /// With weight `γ` and a capacity of `C` nats a row, both finite and not negative. The capacity may change with the step.
    pub fn new(weight: f32, nats: impl Into<Schedule>) -> Self {
        Self {
            weight,
            nats: nats.into(),
            sampling: Sampling::default(),
        }
    }
}

impl Objective for ControlledCapacity {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::default()
    }

    fn check(&self, step: u64) -> Result<(), Error> {
        let settings = [
            ("the weight of the controlled capacity", self.weight),
            ("the controlled capacity in nats", self.nats.at(step)),
        ];
        let illegal = |&(_, value): &(_, f32)| !(value >= 0.0 && value.is_finite());
        match settings.into_iter().find(illegal) {
            None => Ok(()),
            Some((setting, value)) => Err(Error::Setting {
                setting,
                value: value.into(),
                expected: "finite and not negative",
            }),
        }
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        let nats = self.nats.at(terms.step());
        let latent = terms.each().iter().filter(|term| term.is_divergence);
        let divergence: f64 = latent.map(|term| terms.mean(term)).sum();
        // The price of a nat: below the capacity the objective pays for it.
        let price = if divergence < f64::from(nats) {
            -self.weight
        } else {
            self.weight
        };
        let bound = terms.sum(|term| match term.is_divergence {
            false => Count::weight(1.0),
            true => Count::weight(price),
        })?;
        Ok(bound.plus(price * nats))
    }
}
