//! Distributions of a function of a draw: flows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Bijector;
use crate::distribution::Draw;
use crate::distribution::within_support;
use crate::distribution::{Distribution, Named, Reparameterised, class};
use crate::error::Fault;
use crate::noise::Stream;
use crate::support::Density;
use crate::tensor::{Change, Rows, Value};

/// The distribution of `f(x)` for `x` from `base`: `ln p(f⁻¹(y)) − ln|det ∂f/∂x|` with a [bijector](crate::prelude::bijector) `f`.
///
/// The density is zero outside the bijector's image. It is zero on the rim of an open image too, for example at 0 and 1 for a
/// sigmoid.
///
/// A draw remembers its `x`, so training never inverts `f`. Any other value is inverted. A tuple chains bijectors: `(f, g)`
/// is `g(f(x))`.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::prelude::bijector::{Affine, Exp};
///
/// // A standard normal, moved, and its exponential: log-normal.
/// let x = Var::from(batch::<(usize,)>(vec![1.7])?);
/// let flow = Transformed::new(Normal::<()>::new(0.0, 1.0), (Affine::new(0.5, 0.8), Exp));
/// assert!((flow.log_prob(&x).as_vec()[0] + 1.227156116).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Flow", "NormalizingFlow", "TransformedDistribution"))]
#[derive(Clone, Debug)]
pub struct Transformed<B, F> {
    base: B,
    bijector: F,
    /// Marks the draws of this distribution, which remember their `x`.
    identity: u64,
}

static IDENTITIES: AtomicU64 = AtomicU64::new(0);

impl<B: Distribution, F: Bijector<B::Event>> Transformed<B, F> {
    /// The distribution of `bijector` at draws from `base`.
    pub fn new(base: B, bijector: F) -> Self {
        Self {
            base,
            bijector,
            identity: IDENTITIES.fetch_add(1, Ordering::Relaxed),
        }
    }

    fn at(&self, (x, log_slope): &(Value<B::Event>, Rows)) -> Rows {
        &self.base.log_prob(x) - log_slope
    }

    /// The distribution that is transformed.
    pub fn base(&self) -> &B {
        &self.base
    }

    /// The function that transforms it.
    pub fn bijector(&self) -> &F {
        &self.bijector
    }
}

impl<B, F> Distribution for Transformed<B, F>
where
    B: Reparameterised<Measure = Density>,
    F: Bijector<B::Event, Domain = B::Support>,
{
    type Event = B::Event;
    type Measure = Density;
    type Support = F::Image;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Transformed";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.base.check(rows)?;
        self.bijector.check(rows)
    }

    fn log_prob(&self, value: &Value<B::Event>) -> Rows {
        within_support::<F::Image, B::Event>(value, 0.5, |value| {
            self.at(&self.bijector.inverse(&Draw::of(value.clone())))
        })
    }

    fn log_prob_of(&self, draw: &Draw<B::Event>) -> Rows {
        match draw.origin(self.identity) {
            Some(origin) => self.at(origin),
            None => self.at(&self.bijector.inverse(draw)),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<B::Event> {
        self.rsample(rows, noise).detached()
    }

    /// None: it has no closed form in general.
    fn mean(&self, _rows: usize) -> Option<Value<B::Event>> {
        None
    }

    /// Those of the base as `base.loc`. The bijector's are not listed.
    fn parameters(&self) -> Vec<Named> {
        let base = self.base.parameters().into_iter();
        base.map(|own| own.under("base")).collect()
    }

    /// The copy has a new identity: draws of the original remember a path to the parameters, which are constants here.
    fn changed(&self, how: &Change) -> Self {
        Self::new(self.base.changed(how), self.bijector.changed(how))
    }
}

impl<B, F> Reparameterised for Transformed<B, F>
where
    B: Reparameterised<Measure = Density>,
    F: Bijector<B::Event, Domain = B::Support>,
{
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<B::Event> {
        let x = self.base.rsample(rows, noise).value();
        let (draw, log_slope) = self.bijector.forward(&x);
        draw.remembering(self.identity, (x, log_slope))
    }
}
