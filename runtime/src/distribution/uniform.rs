//! The uniform distribution on an interval.

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, LONG, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::noise::{Standard, Stream};
use crate::support::{Density, Interval};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Uniform(low, high), element by element: `−ln(high − low)` from `low` to `high`, −∞ outside.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.5, 3.0])?);
/// let log_prob = Uniform::<()>::new(0.0, 2.0).log_prob(&x).as_vec();
/// assert!((log_prob[0] + 2.0_f32.ln()).abs() < 1e-6);
/// assert_eq!(log_prob[1], f32::NEG_INFINITY);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Uniform<E: Event> {
    low: Param<E>,
    high: Param<E>,
}

impl<E: Event> Uniform<E> {
    /// From `low` to `high`, which must be greater.
    pub fn new(low: impl IntoParam<E>, high: impl IntoParam<E>) -> Self {
        Self {
            low: low.into_param(),
            high: high.into_param(),
        }
    }

    /// The lower end.
    pub fn low(&self) -> &Param<E> {
        &self.low
    }

    /// The upper end.
    pub fn high(&self) -> &Param<E> {
        &self.high
    }
}

impl<E: Event> Distribution for Uniform<E> {
    type Event = E;
    type Measure = Density;
    type Support = Interval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Uniform";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.low.check("low", Domain::Finite, rows)?;
        self.high.check("high", Domain::Finite, rows)?;
        let length = unrecorded(|| map(Length, [&self.low, &self.high]));
        length.check("high - low", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.low, &self.high])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.low, &self.high]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(LogLength, [&self.low, &self.high]))
    }

    /// `(high − low)/√12`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.low, &self.high], |[low, high]| {
            (high - low) * 0.288_675_134_594_812_9
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("low", &self.low), Named::of("high", &self.high)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            low: self.low.changed(how),
            high: self.high.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Uniform<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Uniform, rows);
        Draw::of(map(Between, [&noise, &self.low, &self.high]).expand(rows))
    }
}

/// `ln(length₂/length₁)` if the prior's interval contains the guide's, else infinite.
impl<E: Event> KlDivergence<Uniform<E>> for Uniform<E> {
    fn kl_divergence(&self, prior: &Uniform<E>) -> Option<Rows> {
        Some(row_sum(
            Kl,
            [&self.low, &self.high, &prior.low, &prior.high],
        ))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    compiled_here!(3);

    const EXACT_FROM: usize = LONG;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, low, high]: [R; 3]) -> R {
        let at = x.value();
        if at < low.value() || at > high.value() {
            return R::constant(f64::NEG_INFINITY);
        }
        if at.is_nan() {
            return x;
        }
        -(high - low).ln()
    }
}

#[derive(Clone, Copy)]
struct Length;
impl Formula<2> for Length {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [low, high]: [R; 2]) -> R {
        high - low
    }
}

#[derive(Clone, Copy)]
struct LogLength;
impl Formula<2> for LogLength {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [low, high]: [R; 2]) -> R {
        (high - low).ln()
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [low, high]: [R; 2]) -> R {
        (low + high).scale(0.5)
    }
}

/// A number strictly between the ends. If rounding puts it on an end or beyond, the number next to that end, which moves with
/// it. If `f32` has no number between the ends, an end.
#[derive(Clone, Copy)]
struct Between;
impl Formula<3> for Between {
    compiled_here!(3);

    #[inline(always)]
    fn eval<R: Real>(&self, [u, low, high]: [R; 3]) -> R {
        let between = low + (high - low) * u;
        let (from, to) = (low.value() as f32, high.value() as f32);
        if between.value() >= high.value() {
            high.shift(f64::from(to.next_down()) - f64::from(to))
        } else if between.value() <= low.value() {
            low.shift(f64::from(from.next_up()) - f64::from(from))
        } else {
            between
        }
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    #[inline(always)]
    fn eval<R: Real>(&self, [low, high, prior_low, prior_high]: [R; 4]) -> R {
        if low.value() < prior_low.value() || high.value() > prior_high.value() {
            return R::constant(f64::INFINITY);
        }
        (prior_high - prior_low).ln() - (high - low).ln()
    }
}
