//! The importance-weighted bound.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// `log 1/K Σ_k w_k` of the [particles](Objective::particles) (Burda, Grosse and Salakhutdinov 2015). It is tighter than the
/// [`Elbo`](super::Elbo), and becomes tighter with every particle.
///
/// Enumerated sites are summed out exactly. Other discrete sites get [`Vimco`](crate::estimator::Vimco). Reparameterised
/// sites are [doubly reparameterised](Self::doubly_reparameterised) if that is right.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
/// }
///
/// let pair = Pair::new(0);
/// let x = batch(vec![1.0; 200])?;
/// let loose = Elbo::default().particles(50).loss(&pair.q(&x))?.value();
/// let tight = ImportanceWeighted::default().particles(50).loss(&pair.q(&x))?.value();
/// assert!(tight < loose);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// A weight contains no separate divergence, so a KL weight and free bits do not exist here:
///
/// ```compile_fail,E0599
/// # use elbow::prelude::*;
/// let warm_up = ImportanceWeighted::default().kl_weight(0.5);
/// ```
#[doc(alias("IWAE", "Iwae", "importance-weighted autoencoder"))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportanceWeighted {
    sampling: Sampling,
    is_doubly_required: bool,
}

impl ImportanceWeighted {
    /// Weighs the path through draw `k` by `w̃_k²`, and the score drops out (Tucker, Lawson, Gu and
    /// Maddison 2018, arXiv 1810.04152). Unbiased, and its signal-to-noise ratio does not fall with the particles.
    ///
    /// This is the default at sites where it is right. It is wrong at a site that another site's guide reads, since the draw then
    /// moves that density too (Bauer and Mnih 2021). Such a site is differentiated in the plain way. After this call, such a site
    /// is an error.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let objective = ImportanceWeighted::default().particles(10);
    /// let loss = objective.doubly_reparameterised().loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("DReG", "doubly reparameterized"))]
    pub fn doubly_reparameterised(self) -> Self {
        Self {
            is_doubly_required: true,
            ..self
        }
    }
}

impl Objective for ImportanceWeighted {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::Weights {
            is_doubly_required: self.is_doubly_required,
        }
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        terms.log_mean_weight(1.0, 1.0)
    }
}
