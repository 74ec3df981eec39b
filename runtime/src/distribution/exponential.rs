//! The exponential distribution.

use super::{Distribution, Reparameterised};
use crate::draw::Draw;
use crate::estimator::Pathwise;
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::formula::Ratio;
use crate::kernels::real::Real;
use crate::kl::KlDivergence;
use crate::noise::{Standard, Stream};
use crate::param::{Fault, IntoParam, Param};
use crate::shape::Event;
use crate::support::{Density, Domain, NonNegative};
use crate::var::{Rows, Value};

/// Exponential(rate), element by element, on numbers of zero and above: `ln rate − rate·x`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = batch::<(usize,)>(vec![0.7])?.retaped();
/// let log_prob = Exponential::<()>::new(1.5).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.6445348919).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Exponential<E: Event> {
    rate: Param<E>,
}

impl<E: Event> Exponential<E> {
    /// With a positive `rate`, the inverse of the mean.
    pub fn new(rate: impl IntoParam<E>) -> Self {
        Self {
            rate: rate.into_param(),
        }
    }

    pub(super) fn rate(&self) -> Param<E> {
        self.rate.clone()
    }
}

impl<E: Event> Distribution for Exponential<E> {
    type Event = E;
    type Measure = Density;
    type Support = NonNegative;
    type Auto = Pathwise;
    const FAMILY: &'static str = "Exponential";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.rate.check("rate", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.rate])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let one = Param::Number(1.0);
        Some(map(Ratio, [&one, &self.rate]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.rate]))
    }

    fn detach(&self) -> Self {
        Self {
            rate: self.rate.detach(),
        }
    }
}

impl<E: Event> Reparameterised for Exponential<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Exponential, rows);
        Draw::of(map(Ratio, [&noise, &self.rate]).expand(rows))
    }
}

/// `ln(r₁/r₂) + r₂/r₁ − 1`
impl<E: Event> KlDivergence<Exponential<E>> for Exponential<E> {
    fn kl_divergence(&self, prior: &Exponential<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.rate, &prior.rate]))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    const EXACT: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, rate]: [R; 2]) -> R {
        rate.ln() - rate * x
    }

    /// The product keeps its digits; the logarithm is small.
    #[inline(always)]
    fn value(&self, [x, rate]: [f32; 2]) -> f64 {
        f64::from(Real::ln(rate)) - f64::from(rate) * f64::from(x)
    }
}

#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    #[inline(always)]
    fn eval<R: Real>(&self, [rate]: [R; 1]) -> R {
        (-rate.ln()).shift(1.0)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    #[inline(always)]
    fn eval<R: Real>(&self, [rate, prior]: [R; 2]) -> R {
        let ratio = prior / rate;
        ratio.shift(-1.0) - ratio.ln()
    }
}
