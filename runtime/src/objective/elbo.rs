//! The evidence lower bound.

use super::free_bits::FreeBits;
use super::{Bound, Count, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;
use crate::objective::Schedule;
use crate::program::Term;

/// `E_q[log p(x | z)] − KL(q(z | x) ‖ p(z))`, in nats per row of data, averaged over the particles.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A coin whose bias is latent.
///     pub struct Coin {
///         logit: Parameter<Rank0>,
///     }
///     generative p {
///         sample heads ~ Bernoulli::probs(0.5);
///         sample x ~ Normal::new(heads, 0.5);
///     }
///     inference q(x) {
///         sample heads ~ Bernoulli::logits(logit);
///     }
/// }
///
/// let coin = Coin::new(0);
/// let x = batch(vec![0.9, 1.2])?;
/// let loss = Elbo::default().loss(&coin.q(&x))?;
/// let gradients = loss.backward();
/// # let _ = gradients;
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias(
    "ELBO",
    "SVI",
    "TraceElbo",
    "Trace_ELBO",
    "TraceMeanField_ELBO",
    "TraceEnum_ELBO"
))]
#[derive(Clone, Debug, PartialEq)]
pub struct Elbo {
    sampling: Sampling,
    kl_weight: Schedule,
    free_bits: FreeBits,
    sticking_the_landing: bool,
}

impl Default for Elbo {
    fn default() -> Self {
        Self {
            sampling: Sampling::default(),
            kl_weight: Schedule::constant(1.0),
            free_bits: FreeBits::default(),
            sticking_the_landing: false,
        }
    }
}

impl Elbo {
    /// The weight of the divergences while training (a warm-up, or β of a β-VAE), finite and not negative. Evaluation ignores it.
    pub fn kl_weight(self, kl_weight: impl Into<Schedule>) -> Self {
        let kl_weight = kl_weight.into();
        Self { kl_weight, ..self }
    }

    /// While training, the site's divergence, averaged over the batch, counts as `max(nats, KL)` (Kingma et al. 2016). Below
    /// `nats` it has no gradient, with any estimator. Call this once for each site. The rows of the whole data set share the
    /// divergence of a global site, so its floor is in nats per row as well: `nats/rows` for `nats` in all.
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
    /// let loss = Elbo::default().free_bits("z", 1.0).loss(&pair.q(&x))?;
    /// assert!(loss.kl() < 1.0);
    /// assert!((f64::from(loss.value()) - (1.0 - loss.log_likelihood())).abs() < 1e-6);
    ///
    /// let error = Elbo::default().free_bits("y", 1.0).loss(&pair.q(&x)).expect_err("no such site");
    /// assert_eq!(error.to_string(), "the free bits name `y`, which is no latent site; the latents are `z`");
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("lambda", "KL floor"))]
    pub fn free_bits(self, site: impl Into<String>, nats: f32) -> Self {
        let free_bits = self.free_bits.with(site.into(), nats);
        Self { free_bits, ..self }
    }

    /// Takes the log-ratios of reparameterised sites at the draw, and differentiates them only by the draw
    /// (Roeder, Wu and Duvenaud 2017). The dropped score `∂log q` has mean zero, so the gradient stays unbiased. If `q` is
    /// the posterior, the gradient is zero for every draw; the closed form's is not.
    ///
    /// If one guide reads another site's draw, the gradient of that guide's density by the draw is dropped too. The gradient is
    /// still unbiased, but not zero at the posterior.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let loss = Elbo::default().sticking_the_landing().loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("STL", "path derivative"))]
    pub fn sticking_the_landing(self) -> Self {
        Self {
            sticking_the_landing: true,
            ..self
        }
    }
}

impl Objective for Elbo {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::Terms {
            sticking_the_landing: self.sticking_the_landing,
        }
    }

    fn check(&self, step: u64) -> Result<(), Error> {
        self.free_bits.check()?;
        self.kl_weight.check()?;
        let weight = self.kl_weight.at(step);
        if weight >= 0.0 && weight.is_finite() {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "the KL weight",
            value: weight.into(),
            expected: "finite and not negative",
        })
    }

    fn check_sites(&self, terms: &Terms<'_>) -> Result<(), Error> {
        self.free_bits.check_sites(terms)
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        let kl_weight = self.kl_weight.at(terms.step());
        terms.sum(|term: &Term| match term.is_divergence {
            false => Count::weight(1.0),
            true => match self.free_bits.of(term.site) {
                None => Count::weight(kl_weight),
                Some(nats) => Count::weight(kl_weight).at_least(nats),
            },
        })
    }
}
