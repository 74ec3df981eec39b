//! The pathwise estimator of families whose draw is an implicit function of noise.

use super::{Description, Divergence, Estimator, Settings};
use crate::distribution::{Distribution, Reparameterised};
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;

/// A draw moves with the parameters so that its probability level stays where it is:
/// `dz/dθ = −(∂F(z; θ)/∂θ)/p(z; θ)` with the distribution function `F`. Unbiased like
/// [`Pathwise`](super::Pathwise), but no inverse of `F` is needed, and any sampler serves (Figurnov, Mohamed and Mnih
/// 2018).
#[doc(alias("implicit reparameterisation", "implicit reparameterization"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Implicit;

impl<Q: Reparameterised> Estimator<Q> for Implicit {
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
            estimator: "implicit pathwise".into(),
            reason: "a draw moves with its distribution function",
            bias: "unbiased",
            rows: 1,
        }
    }
}

impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Implicit {}
