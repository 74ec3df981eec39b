//! The half-Cauchy distribution.

use std::f64::consts::FRAC_PI_2;

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{LogPlus, PlusLog};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, NonNegative};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// HalfCauchy(scale), element by element, on numbers of zero and above: the absolute value of a Cauchy(0, scale),
/// `ln(2/π) − ln scale − ln(1 + (x/scale)²)`. Draws live in log space.
///
/// A prior of scales, which may be near zero or far above it (Gelman 2006). It has no mean; half of all draws are below the scale.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.0])?);
/// let log_prob = HalfCauchy::<()>::new(2.5).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.5162934423).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HalfCauchy<E: Event> {
    scale: Param<E>,
}

impl<E: Event> HalfCauchy<E> {
    /// With a positive `scale`, which is the median.
    pub fn new(scale: impl IntoParam<E>) -> Self {
        Self {
            scale: scale.into_param(),
        }
    }

    /// The scale.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for HalfCauchy<E> {
    type Event = E;
    type Measure = Density;
    type Support = NonNegative;
    type Class = class::Explicit;
    const FAMILY: &'static str = "HalfCauchy";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.scale])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.positive_log() {
            Some(log) => row_sum(LogDensityOfLog, [&rows_of::<E>(log), &self.scale]),
            None => draw.add_log_jacobian(self.log_prob(&draw.value())),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// None: the integral does not converge.
    fn mean(&self, _rows: usize) -> Option<Value<E>> {
        None
    }

    fn entropy(&self) -> Option<Rows> {
        // ln 2π
        Some(row_sum(LogPlus(1.837_877_066_409_345_3), [&self.scale]))
    }

    /// 0
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[_]| 0.0))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("scale", &self.scale)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for HalfCauchy<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.plate::<E>(rows, |rng| (FRAC_PI_2 * rng.uniform()).tan().ln() as f32);
        Draw::from_positive_log(map(PlusLog, [&noise, &self.scale]).expand(rows))
    }
}

/// `ln((s₁ + s₂)²/(4 s₁ s₂))`: the divergence of the folded distributions.
impl<E: Event> KlDivergence<HalfCauchy<E>> for HalfCauchy<E> {
    fn kl_divergence(&self, prior: &HalfCauchy<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.scale, &prior.scale]))
    }
}

/// `ln(2/π)`
const LN_2_OVER_PI: f64 = -0.451_582_705_289_454_9;

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, scale]: [R; 2]) -> R {
        -(x / scale).square().ln_1p() - scale.ln().shift(-LN_2_OVER_PI)
    }
}

zero_outside!(LogDensity[2] in FromZero);

/// The log-density of `y = ln x`: `ln(2/π) + s − ln(1 + e²ˢ)` with `s = y − ln scale`.
#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<2> for LogDensityOfLog {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, scale]: [R; 2]) -> R {
        let scaled = log - scale.ln();
        // The same near both ends: e^−|s| and what it is divided by.
        let far = scaled.abs();
        -far - far.scale(-2.0).exp().ln_1p().shift(-LN_2_OVER_PI)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [scale, prior]: [R; 2]) -> R {
        ((scale - prior).square() / (scale * prior).scale(4.0)).ln_1p()
    }
}
