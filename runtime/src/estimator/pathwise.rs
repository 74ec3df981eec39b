//! The pathwise estimator: differentiate the draw itself.

use super::{Description, Divergence, Estimator, KlForm, Settings, divergence_at_draw};
use crate::distribution::{Distribution, Reparameterised};
use crate::draw::Draw;
use crate::error::Error;
use crate::kl::Kl;
use crate::noise::Stream;
use crate::var::Rows;

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

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        q.rsample(rows, noise)
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "pathwise".into(),
            reason: "a draw is a differentiable function of noise",
            bias: "unbiased",
        }
    }
}

impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Pathwise {
    fn divergence(
        &self,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
        _: &Settings,
    ) -> (Rows, KlForm) {
        divergence_at_draw(q, p, draw, closed)
    }
}
