//! The exponential distribution.

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::Ratio;
use crate::kernels::real::{Real, double};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Density, NonNegative};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Exponential(rate), element by element, on numbers of zero and above: `ln rate − rate·x`. Draws live in log space.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.7])?);
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

    /// The rate.
    pub fn rate(&self) -> &Param<E> {
        &self.rate
    }
}

impl<E: Event> Distribution for Exponential<E> {
    type Event = E;
    type Measure = Density;
    type Support = NonNegative;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Exponential";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.rate.check("rate", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.rate])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.positive_log() {
            Some(log) => row_sum(LogDensityOfLog, [&rows_of::<E>(log), &self.rate]),
            None => self.log_prob(&draw.value()),
        }
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

    /// 0
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.rate], |[_]| 0.0))
    }

    /// `1/rate`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.rate], |[rate]| 1.0 / rate))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("rate", &self.rate)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            rate: self.rate.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Exponential<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Exponential, rows);
        Draw::from_positive_log(map(LogRatio, [&noise, &self.rate]).expand(rows))
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

    #[inline(always)]
    fn value(&self, [x, rate]: [f32; 2]) -> f64 {
        double::ln(rate) - f64::from(rate) * f64::from(x)
    }
}

zero_outside!(LogDensity[2] in FromZero);

/// With `y = ln x`, `s − eˢ` of `s = y + ln rate`.
#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<2> for LogDensityOfLog {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, rate]: [R; 2]) -> R {
        let scaled = log + rate.ln();
        scaled - scaled.exp()
    }
}

/// The logarithm of a draw, of standard noise.
#[derive(Clone, Copy)]
struct LogRatio;
impl Formula<2> for LogRatio {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [noise, rate]: [R; 2]) -> R {
        noise.ln() - rate.ln()
    }
}

#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [rate]: [R; 1]) -> R {
        (-rate.ln()).shift(1.0)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [rate, prior]: [R; 2]) -> R {
        let ratio = prior / rate;
        ratio.shift(-1.0) - ratio.ln()
    }
}
