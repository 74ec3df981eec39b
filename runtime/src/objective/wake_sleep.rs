//! Reweighted wake-sleep.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// Reweighted wake-sleep (Bornschein and Bengio 2014): with the normalised weights `w̃` of the particles the model
/// ascends `Σ_k w̃_k log p(x, z_k)` and the guide `Σ_k w̃_k log q(z_k | x)`, its wake phase.
///
/// The guide so learns the divergence `KL(p(z | x) ‖ q)`, which covers where the ELBO's seeks. No draw is
/// differentiated, so it is right for every family, and estimators named by `via` are not asked. A site that would be
/// enumerated is: its states enter with their exact weights, and with every site enumerated the guide's gradient is exact. Else the
/// weights' normalisation leaves a bias that falls with the particles, of which there must be at least two.
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
        // One draw alone has all the weight, wherever it is: it says nothing of where the guide should be.
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
