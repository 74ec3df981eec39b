//! The importance-weighted bound.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// `log 1/K Σ_k w_k` of the [particles](Objective::particles) (Burda, Grosse and Salakhutdinov 2015): tighter than the
/// [`Elbo`](super::Elbo) with every particle.
///
/// Enumerated sites are summed out of it exactly, other discrete sites get
/// [`Vimco`](crate::estimator::Vimco), and reparameterised ones are
/// [doubly reparameterised](Self::doubly_reparameterised) where that is right.
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
/// In a weight no divergence stands alone, so that there is none to weigh or to give free bits:
///
/// ```compile_fail,E0599
/// # use elbow::prelude::*;
/// let warm_up = ImportanceWeighted::default().kl_weight(0.5);
/// ```
#[doc(alias("IWAE", "importance-weighted autoencoder"))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportanceWeighted {
    sampling: Sampling,
    is_doubly_required: bool,
}

impl ImportanceWeighted {
    /// Weighs the path through draw `k` by `w̃_k²`, and the score drops out (Tucker, Lawson, Gu and
    /// Maddison 2018, arXiv 1810.04152). Unbiased, and its signal-to-noise ratio does not fall with the particles.
    ///
    /// The default where it is right. It is not at a site that another site's guide reads, for then the draw moves that
    /// density too (Bauer and Mnih 2021); such a site is differentiated in the plain way. To demand it makes that an error.
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
