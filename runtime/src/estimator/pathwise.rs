//! The pathwise estimator: differentiate the draw itself.

use super::{Description, Divergence, Estimator, Settings};
use crate::distribution::{Distribution, Reparameterised};
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;

/// The draw is a differentiable function of the parameters and of noise that does not depend on
/// them: `∇ E_q f(z) = E_ε ∇f(z(ε))`. Unbiased (Kingma and Welling 2013; Rezende, Mohamed and
/// Wierstra 2014).
#[doc(alias("reparameterisation trick", "reparameterization trick"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Pathwise;

impl<Q: Reparameterised> Estimator<Q> for Pathwise {
    fn check(&self, _: &Settings) -> Result<(), Error> {
        Ok(())
    }

    fn is_reparameterised(&self, _: &Settings) -> bool {
        true
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        q.rsample(rows, noise)
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "pathwise".into(),
            reason: "a draw is a differentiable function of noise",
            bias: "unbiased",
            rows: 1,
        }
    }
}

impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Pathwise {}
