//! The pathwise estimators: differentiate the draw itself.

use super::{Divergence, Estimator, Gradient, Plan, Settings};
use crate::distribution::{Distribution, Reparameterised};
use crate::error::Error;

/// The draw is a differentiable function of the parameters and of noise that does not depend on
/// them: `∇ E_q f(z) = E_ε ∇f(z(ε))`. Unbiased (Kingma and Welling 2013; Rezende, Mohamed and
/// Wierstra 2014).
#[doc(alias("reparameterisation trick", "reparameterization trick"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Pathwise;

/// A draw moves with the parameters so that its probability level stays the same:
/// `dz/dθ = −(∂F(z; θ)/∂θ)/p(z; θ)` with the distribution function `F`. Unbiased like [`Pathwise`]. It needs no inverse of
/// `F`, and works with any sampler (Figurnov, Mohamed and Mnih 2018).
#[doc(alias("implicit reparameterisation", "implicit reparameterization"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Implicit;

/// The two differ only in how the family makes its draw.
fn plan<Q: Reparameterised>(
    name: &'static str,
    label: &'static str,
    reason: &'static str,
) -> Plan<Q> {
    Plan {
        name,
        label: Box::new(move || label.into()),
        reason,
        bias: "unbiased",
        gradient: Gradient::path(|q: &Q, rows, noise| q.rsample(rows, noise)),
    }
}

impl<Q: Reparameterised> Estimator<Q> for Pathwise {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let reason = "a draw is a differentiable function of noise";
        Ok(plan("Pathwise", "pathwise", reason))
    }
}

impl<Q: Reparameterised> Estimator<Q> for Implicit {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let reason = "a draw moves with its distribution function";
        Ok(plan("Implicit", "implicit pathwise", reason))
    }
}

impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Pathwise {}
impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Implicit {}
