//! Reweighted wake-sleep.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// Reweighted wake-sleep (Bornschein and Bengio 2014). With the normalised weights `w̃` of the particles, the model
/// ascends `Σ_k w̃_k log p(x, z_k)` and the guide `Σ_k w̃_k log q(z_k | x)`, its wake phase.
///
/// So the guide descends the divergence `KL(p(z | x) ‖ q)`, which covers all modes; the ELBO's divergence seeks one. No draw
/// is differentiated, so this works for every family, and ignores estimators named by `via`. A site that would be enumerated
/// is enumerated: its states enter with their exact weights. If every site is enumerated, the guide's gradient is exact. Else
/// the normalisation of the weights leaves a bias that falls with the number of particles. At least two are needed.
///
/// ```
/// # use elbow::prelude::*;
/// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
/// let loss = WakeSleep::default().particles(10).loss(program)?;
/// # let _ = loss;
/// # Ok(())
/// # }
/// ```
#[doc(alias("RWS", "wake-wake", "ReweightedWakeSleep"))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WakeSleep {
    sampling: Sampling,
}

impl Objective for WakeSleep {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::WakePhase
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        // A single draw has all the weight wherever it is, so it does not tell where the guide should be.
        if !terms.compares_draws() {
            return Err(Error::Setting {
                setting: "the number of particles",
                value: 1.0,
                expected: "at least 2 under reweighted wake-sleep, which compares their weights",
            });
        }
        terms.log_mean_weight(1.0, 1.0)
    }
}
