//! The Poisson distribution.

use super::count_family::{CountFamily, Gated, gated};
use super::summary::each;
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::pairs::{Linear, Split};
use crate::kernels::real::Real;
use crate::kernels::real::double::FACTORIALS;
use crate::kernels::special::{deviance, half_log_tau, stirling_rest};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Stream, poisson};
use crate::support::{Counts, Mass};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Poisson(rate), element by element, on whole numbers of zero and above:
/// `k ln rate − rate − ln Γ(k + 1)`.
///
/// Counts are kept as `f32`, which represents every whole number up to 2²⁴.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![5.0])?);
/// let log_prob = Poisson::<()>::new(3.2).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.171737694).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Poisson<E: Event> {
    rate: Param<E>,
}

impl<E: Event> Poisson<E> {
    /// With a positive `rate`, which is the mean and the variance.
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

impl<E: Event> Distribution for Poisson<E> {
    type Event = E;
    type Measure = Mass;
    type Support = Counts;
    type Class = class::Scored;
    const FAMILY: &'static str = "Poisson";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.rate.check("rate", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogMass, [&rows_of::<E>(value), &self.rate])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let counts = noise.plate_given(rows, [&self.rate], |rng, [rate]| poisson(rate, rng));
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(self.rate.expand(rows))
    }

    /// `⌊rate⌋`
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.rate], |[rate]| rate.floor()))
    }

    /// `√rate`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.rate], |[rate]| rate.sqrt()))
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

impl<E: Event> CountFamily for Poisson<E> {
    fn log_zero(&self) -> Param<E> {
        map(LogZero, [&self.rate])
    }

    /// The arrivals in a time of the rate's length. The first comes at an exponential time that is cut off at the end.
    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let counts = noise.plate_given(rows, [&self.rate], |rng, [rate]| {
            let first = -(rng.fine_uniform() * (-rate).exp_m1()).ln_1p();
            1.0 + poisson((rate - first).max(0.0), rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        gate.sum(LogZero, [&self.rate])
    }
}

#[derive(Clone, Copy)]
struct LogZero;
impl Formula<1> for LogZero {
    compiled_here!(1);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [rate]: [R; 1]) -> R {
        -rate
    }
}

gated!(LogZero[1]);

/// `r₁ ln(r₁/r₂) − r₁ + r₂`
impl<E: Event> KlDivergence<Poisson<E>> for Poisson<E> {
    fn kl_divergence(&self, prior: &Poisson<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.rate, &prior.rate]))
    }
}

/// Up to this count the parts of a log-mass are small.
pub(super) const FEW: f64 = 16.0;

#[derive(Clone, Copy)]
struct LogMass;
impl Formula<2> for LogMass {
    const DOUBLE: bool = true;
    const WIDE: bool = true;

    fn split(&self) -> Option<Box<dyn Split>> {
        Some(Box::new(*self))
    }

    #[inline(always)]
    fn is_ordinary(&self, [k, _]: [f32; 2]) -> bool {
        k < FACTORIALS as f32
    }

    #[inline(always)]
    fn ordinary<R: Real>(&self, [k, rate]: [R; 2]) -> R {
        k * rate.ln() - rate - k.ln_factorial()
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [k, rate]: [R; 2]) -> R {
        if k.value() < FEW {
            return self.ordinary([k, rate]);
        }
        // This formula leaves out the large terms, which cancel.
        -(half_log_tau(k) + stirling_rest(k) + deviance(k, rate, rate - k))
    }
}

impl Linear for LogMass {
    #[inline(always)]
    fn slope<R: Real>(&self, rate: R) -> R {
        rate.ln()
    }

    #[inline(always)]
    fn rest<R: Real>(&self, rate: R) -> R {
        -rate
    }

    #[inline(always)]
    fn base<R: Real>(&self, k: R) -> R {
        -k.ln_factorial()
    }

    #[inline(always)]
    fn splits(&self, k: f32) -> bool {
        k < FACTORIALS as f32
    }
}

zero_outside!(LogMass[2] in Whole);

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [rate, prior]: [R; 2]) -> R {
        rate * (rate / prior).ln() - (rate - prior)
    }
}
