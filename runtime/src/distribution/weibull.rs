//! The Weibull distribution.

use super::summary::{bend, each, positive};
use super::{Distribution, Exponential, Gamma, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{finite, times_log};
use crate::kernels::real::Real;
use crate::kernels::special::ln_gamma;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Density, Positive};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Weibull(scale λ, concentration k), element by element, on positive numbers:
/// `ln k − ln λ + (k − 1) ln(x/λ) − (x/λ)ᵏ` (Weibull 1951).
///
/// A time until the first failure, whose hazard grows with time if `k > 1` and falls if `k < 1`. As a guide it stands in for
/// [`Gamma`]: it is much like it, its draw is a function of noise, `x = λ E^(1/k)` with `E` from Exponential(1), and its
/// divergence from a gamma prior is in closed form (Zhang, Chen, Guo and Zhou 2018). Draws live in log space. With `k = 1` it is
/// the [`Exponential`] of rate `1/λ`, and with `k = 2` the Rayleigh distribution of scale `λ/√2`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.7])?);
/// let log_prob = Weibull::<()>::new(2.0, 1.5).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.0196559271).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Rayleigh"))]
#[derive(Clone, Debug)]
pub struct Weibull<E: Event> {
    scale: Param<E>,
    concentration: Param<E>,
}

impl<E: Event> Weibull<E> {
    /// With a positive `scale` and a positive `concentration`, also called shape, in PyTorch's order. 63.2 percent of all draws
    /// are below the scale.
    pub fn new(scale: impl IntoParam<E>, concentration: impl IntoParam<E>) -> Self {
        Self {
            scale: scale.into_param(),
            concentration: concentration.into_param(),
        }
    }

    /// The scale.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }

    /// The concentration.
    pub fn concentration(&self) -> &Param<E> {
        &self.concentration
    }
}

impl<E: Event> Distribution for Weibull<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Weibull";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.scale.check("scale", Domain::Positive, rows)?;
        self.concentration
            .check("concentration", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogDensity, [&value, &self.scale, &self.concentration])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.positive_log() {
            Some(log) => row_sum(
                LogDensityOfLog,
                [&rows_of::<E>(log), &self.scale, &self.concentration],
            ),
            None => draw.add_log_jacobian(self.log_prob(&draw.value())),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.scale, &self.concentration]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.scale, &self.concentration]))
    }

    /// `scale (1 − 1/k)^(1/k)` if the concentration `k` is above 1. Else the density grows toward 0, which is no value: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.scale, &self.concentration],
            |[scale, k]| match k > 1.0 {
                true => positive(scale * ((-1.0 / k).ln_1p() / k).exp()),
                false => f64::NAN,
            },
        ))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.scale, &self.concentration],
            |[scale, k]| {
                let h = 1.0 / k;
                scale * ln_gamma(1.0 + h).exp() * bend(1.0, h).exp_m1().sqrt()
            },
        ))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("scale", &self.scale),
            Named::of("concentration", &self.concentration),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            scale: self.scale.changed(how),
            concentration: self.concentration.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Weibull<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Exponential, rows);
        let log = map(LogQuantile, [&noise, &self.scale, &self.concentration]);
        Draw::from_positive_log(log.expand(rows))
    }
}

/// `ln(k₁/k₂) + γ(k₂/k₁ − 1) − k₂ ln(λ₁/λ₂) + (λ₁/λ₂)^k₂ Γ(k₂/k₁ + 1) − 1` (Bauckhage 2013)
impl<E: Event> KlDivergence<Weibull<E>> for Weibull<E> {
    fn kl_divergence(&self, prior: &Weibull<E>) -> Option<Rows> {
        Some(row_sum(
            Kl,
            [
                &self.scale,
                &self.concentration,
                &prior.scale,
                &prior.concentration,
            ],
        ))
    }
}

/// `ln k + αγ/k − α ln βλ + βλ Γ(1 + 1/k) + ln Γ(α) − γ − 1` against Gamma(α, β) (Bauckhage 2014).
impl<E: Event> KlDivergence<Gamma<E>> for Weibull<E> {
    fn kl_divergence(&self, prior: &Gamma<E>) -> Option<Rows> {
        Some(row_sum(
            KlFromGamma,
            [
                &self.scale,
                &self.concentration,
                prior.concentration(),
                prior.rate(),
            ],
        ))
    }
}

/// An exponential distribution is Gamma(1, rate).
impl<E: Event> KlDivergence<Exponential<E>> for Weibull<E> {
    fn kl_divergence(&self, prior: &Exponential<E>) -> Option<Rows> {
        self.kl_divergence(&Gamma::new(1.0, prior.rate().clone()))
    }
}

/// At 0 it is the limit: ∞ if the concentration is below 1, −∞ if it is above.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, scale, k]: [R; 3]) -> R {
        let peak = k.ln() - scale.ln();
        if x.value() == 0.0 {
            return peak + times_log(k.shift(-1.0), R::constant(f64::NEG_INFINITY));
        }
        let distance = x.ln() - scale.ln();
        peak + k.shift(-1.0) * distance - (k * distance).exp()
    }
}

zero_outside!(LogDensity[3] in FromZero);

/// With `y = ln x`, `ln k + s − eˢ` of `s = k(y − ln λ)`.
#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<3> for LogDensityOfLog {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, scale, k]: [R; 3]) -> R {
        let s = k * (log - scale.ln());
        k.ln() + s - s.exp()
    }
}

/// The logarithm of a draw, of exponential noise, within the finite numbers of `f32`.
#[derive(Clone, Copy)]
struct LogQuantile;
impl Formula<3> for LogQuantile {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [noise, scale, k]: [R; 3]) -> R {
        finite(noise.ln() / k + scale.ln())
    }

    /// The upper tail is so thin that half a digit more may leave nothing of the density. Then the draw is rounded down.
    #[inline(always)]
    fn value(&self, arguments: [f32; 3]) -> f64 {
        let [_, _, k] = arguments;
        let exact = self.eval(arguments.map(f64::from));
        let rounded = exact as f32;
        let excess = f64::from(k) * (f64::from(rounded) - exact);
        f64::from(if excess > 1.0 {
            rounded.next_down()
        } else {
            rounded
        })
    }
}

/// `λ Γ(1 + 1/k)`
#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [scale, k]: [R; 2]) -> R {
        log_mean(scale, k).exp()
    }
}

#[inline(always)]
fn log_mean<R: Real>(scale: R, k: R) -> R {
    scale.ln() + (R::constant(1.0) / k).shift(1.0).ln_gamma()
}

/// `γ(1 − 1/k) + ln(λ/k) + 1`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [scale, k]: [R; 2]) -> R {
        let gamma = R::constant(EULER_GAMMA);
        (gamma - gamma / k + scale.ln() - k.ln()).shift(1.0)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [scale, k, prior_scale, prior_k]: [R; 4]) -> R {
        let ratio = prior_k / k;
        let distance = prior_k * (scale.ln() - prior_scale.ln());
        let excess = (ratio.shift(1.0).ln_gamma() + distance).exp_m1();
        ratio.shift(-1.0).scale(EULER_GAMMA) + excess - distance - ratio.ln()
    }
}

#[derive(Clone, Copy)]
struct KlFromGamma;
impl Formula<4> for KlFromGamma {
    compiled_here!(4);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [scale, k, alpha, rate]: [R; 4]) -> R {
        let log_x = scale.ln() - R::constant(EULER_GAMMA) / k;
        let mean = (log_mean(scale, k) + rate.ln()).exp();
        k.ln() - alpha * (log_x + rate.ln()) + mean + alpha.ln_gamma().shift(-EULER_GAMMA - 1.0)
    }
}
