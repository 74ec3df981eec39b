//! Rényi's bound.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// `1/(1 − α) · log 1/K Σ_k w_k^(1 − α)` of the [particles](Objective::particles) (Li and Turner 2016). At `α = 0` it is the
/// importance-weighted bound; toward 1 it approaches the [`Elbo`](super::Elbo). Above 1 it is below the ELBO, and the guide
/// seeks one mode. An enumerated state enters with its probability in the guide.
///
/// ```
/// # use elbow::prelude::*;
/// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
/// let loss = Renyi::new(0.5).particles(10).loss(program)?;
/// # let _ = loss;
/// # Ok(())
/// # }
/// ```
#[doc(alias("RenyiELBO", "VR bound", "alpha divergence"))]
#[derive(Clone, Debug, PartialEq)]
pub struct Renyi {
    alpha: f32,
    sampling: Sampling,
    is_doubly_required: bool,
}

impl Renyi {
    /// The bound of order `α ≥ 0`, not within 0.001 of 1.
    pub fn new(alpha: f32) -> Self {
        Self {
            alpha,
            sampling: Sampling::default(),
            is_doubly_required: false,
        }
    }

    /// Weighs the path through draw `k` by `ṽ_k (α + (1 − α) ṽ_k)` with `ṽ ∝ w^(1 − α)`, and the score drops out. As with
    /// [`ImportanceWeighted::doubly_reparameterised`](super::ImportanceWeighted::doubly_reparameterised), this is the default at
    /// sites where it is right. After this call, a site where it is wrong is an error.
    pub fn doubly_reparameterised(self) -> Self {
        Self {
            is_doubly_required: true,
            ..self
        }
    }
}

impl Objective for Renyi {
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

    fn check(&self, _: u64) -> Result<(), Error> {
        if is_order(self.alpha) {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "the order α of the Rényi bound",
            value: self.alpha.into(),
            expected: "finite, not negative and at least 0.001 from 1, where it is the plain `Elbo`",
        })
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        terms.log_mean_weight(1.0 - self.alpha, 1.0)
    }
}

/// Nearer to 1, the logarithm of a number close to one is divided by a number close to zero, so rounding would decide the
/// bound. 0.999 and 1.001 are legal, though `f32` represents neither exactly.
fn is_order(alpha: f32) -> bool {
    alpha >= 0.0 && alpha.is_finite() && (alpha - 1.0).abs() > 0.000_999
}
