//! The half-normal distribution.

use rand_distr::{Distribution as _, StandardNormal};

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{LogPlus, PlusLog, Product};
use crate::kernels::real::{Real, double};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, NonNegative};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// HalfNormal(scale), element by element, on numbers of zero and above: the absolute value of a
/// Normal(0, scale), `½ ln(2/π) − ln scale − ½ (x/scale)²`. Draws live in log space.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.7])?);
/// let log_prob = HalfNormal::<()>::new(2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.9801885332).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HalfNormal<E: Event> {
    scale: Param<E>,
}

impl<E: Event> HalfNormal<E> {
    /// With the standard deviation `scale` of the folded normal, which must be positive.
    pub fn new(scale: impl IntoParam<E>) -> Self {
        Self {
            scale: scale.into_param(),
        }
    }

    /// The standard deviation of the folded normal.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for HalfNormal<E> {
    type Event = E;
    type Measure = Density;
    type Support = NonNegative;
    type Class = class::Explicit;
    const FAMILY: &'static str = "HalfNormal";
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
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let root_2_over_pi = Param::Number(0.797_884_6);
        Some(map(Product, [&root_2_over_pi, &self.scale]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        // ½ ln(π/2) + ½
        Some(row_sum(LogPlus(0.725_791_352_644_727_4), [&self.scale]))
    }

    /// 0
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[_]| 0.0))
    }

    /// `√(1 − 2/π) · scale`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[scale]| {
            0.602_810_274_989_087 * scale
        }))
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

impl<E: Event> Reparameterised for HalfNormal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.plate::<E>(rows, |rng| {
            let epsilon: f32 = StandardNormal.sample(rng);
            epsilon.abs().max(f32::MIN_POSITIVE).ln()
        });
        Draw::from_positive_log(map(PlusLog, [&noise, &self.scale]).expand(rows))
    }
}

/// `ln(s₂/s₁) + s₁²/(2 s₂²) − ½`: the divergence of the folded normals.
impl<E: Event> KlDivergence<HalfNormal<E>> for HalfNormal<E> {
    fn kl_divergence(&self, prior: &HalfNormal<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.scale, &prior.scale]))
    }
}

const HALF_LN_2_OVER_PI: f64 = -0.225_791_352_644_727_4;

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    const EXACT: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, scale]: [R; 2]) -> R {
        (x / scale).square().scale(-0.5) - scale.ln().shift(-HALF_LN_2_OVER_PI)
    }

    #[inline(always)]
    fn value(&self, [x, scale]: [f32; 2]) -> f64 {
        let standard = f64::from(x) / f64::from(scale);
        -0.5 * standard * standard - (double::ln(scale) - HALF_LN_2_OVER_PI)
    }
}

zero_outside!(LogDensity[2] in FromZero);

/// The log-density of `y = ln x`: `½ ln(2/π) + s − ½ e²ˢ` with `s = y − ln scale`.
#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<2> for LogDensityOfLog {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, scale]: [R; 2]) -> R {
        let scaled = log - scale.ln();
        scaled.shift(HALF_LN_2_OVER_PI) - scaled.scale(2.0).exp().scale(0.5)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [scale, prior]: [R; 2]) -> R {
        let ratio = scale / prior;
        ratio.square().shift(-1.0).scale(0.5) - ratio.ln()
    }
}
