//! The Kumaraswamy distribution.

use super::summary::{bend, each, within_unit};
use super::{Beta, Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{finite, times_log};
use crate::kernels::real::Real;
use crate::kernels::special::ln_gamma;
use crate::kernels::special::log_rising;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, UnitInterval};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Kumaraswamy(a, b), element by element, on (0, 1):
/// `ln ab + (a − 1) ln x + (b − 1) ln(1 − xᵃ)` (Kumaraswamy 1980).
///
/// Much like [`Beta`], but its distribution function has an inverse in closed form. So a draw is a function of uniform noise,
/// `x = (1 − u^(1/b))^(1/a)`. Draws live in logit space.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.4])?);
/// let log_prob = Kumaraswamy::<()>::new(2.0, 3.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] - 0.5267619631).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Kumaraswamy<E: Event> {
    a: Param<E>,
    b: Param<E>,
}

impl<E: Event> Kumaraswamy<E> {
    /// With two positive concentrations: `a` pulls to 1, `b` to 0.
    pub fn new(a: impl IntoParam<E>, b: impl IntoParam<E>) -> Self {
        Self {
            a: a.into_param(),
            b: b.into_param(),
        }
    }

    /// The first concentration.
    pub fn a(&self) -> &Param<E> {
        &self.a
    }

    /// The second concentration.
    pub fn b(&self) -> &Param<E> {
        &self.b
    }
}

impl<E: Event> Distribution for Kumaraswamy<E> {
    type Event = E;
    type Measure = Density;
    type Support = UnitInterval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Kumaraswamy";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.a.check("a", Domain::Positive, rows)?;
        self.b.check("b", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.a, &self.b])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.logit() {
            Some(logit) => row_sum(LogitDensity, [&rows_of::<E>(logit), &self.a, &self.b]),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.a, &self.b]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.a, &self.b]))
    }

    /// `((a − 1)/(ab − 1))^(1/a)` if `a` and `b` are above 1. Else the density grows toward an end, which is no value, or is
    /// flat: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.a, &self.b], |[a, b]| {
            match a > 1.0 && b > 1.0 {
                true => within_unit((((a - 1.0) / (a * b - 1.0)).ln() / a).exp()),
                false => f64::NAN,
            }
        }))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.a, &self.b], |[a, b]| {
            let h = 1.0 / a;
            let log_mean = ln_gamma(1.0 + h) + ln_gamma(1.0 + b) - ln_gamma(1.0 + b + h);
            log_mean.exp() * (bend(1.0, h) - bend(1.0 + b, h)).exp_m1().sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("a", &self.a), Named::of("b", &self.b)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            a: self.a.changed(how),
            b: self.b.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Kumaraswamy<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        // ln of a unit exponential: the double logarithm keeps both tails.
        let noise = noise.plate::<E>(rows, |rng| (-rng.uniform().ln()).ln() as f32);
        Draw::from_logit(map(Logit, [&noise, &self.a, &self.b]).expand(rows))
    }
}

/// `(1 − α/a)(−γ − ψ(b) − 1/b) + ln ab + ln B(α, β) − (1 − 1/b) − (β − 1) E ln(1 − x)`
/// (Nalisnick and Smyth 2017). There, the last expectation is a series whose terms fall only as `m^(−1−b)`. Here, it is an
/// integral over the noise of a draw.
impl<E: Event> KlDivergence<Beta<E>> for Kumaraswamy<E> {
    fn kl_divergence(&self, prior: &Beta<E>) -> Option<Rows> {
        let (alpha, beta) = (prior.a(), prior.b());
        let tail = map(ExpectedLogRest, [&self.a, &self.b]);
        Some(row_sum(Kl, [&self.a, &self.b, alpha, beta, &tail]))
    }
}

/// `ln(1 − e^−v)` with `v = e^l`.
#[inline(always)]
fn ln_rest<R: Real>(l: R) -> R {
    if l.value() < -30.0 {
        // −v/2 more is beyond the digits.
        l
    } else if l.value() < 0.0 {
        (-(-l.exp()).exp_m1()).ln()
    } else {
        (-(-l.exp()).exp()).ln_1p()
    }
}

/// `ln(−ln(1 − e^−v))` with `v = e^l`. It is its own inverse.
#[inline(always)]
fn ln_minus_ln_rest<R: Real>(l: R) -> R {
    if l.value() > 3.5 {
        // Then e^−v is below 10⁻¹⁴.
        -l.exp()
    } else {
        (-ln_rest(l)).ln()
    }
}

/// `ln(1 − xᵃ)` and `ln x` come from the double logarithm of `x`, which keeps its digits at both ends of the interval.
#[inline(always)]
fn density<R: Real>(log_x: R, log_minus_log_x: R, log_rest: R, a: R, b: R) -> R {
    let power = ln_rest(log_minus_log_x + a.ln());
    a.ln() + b.ln() + a * log_x + b.shift(-1.0) * power + log_rest
}

/// At 0 and 1 the limit of the density: ∞ if `a` (at 0) or `b` (at 1) is below 1, −∞ if it is above.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, a, b]: [R; 3]) -> R {
        let at = x.value();
        if at == 0.0 || at == 1.0 {
            let rules = if at == 0.0 { a } else { b };
            let power = times_log(rules.shift(-1.0), R::constant(f64::NEG_INFINITY));
            return a.ln() + b.ln() + power;
        }
        let log_x = x.ln();
        density(log_x, (-log_x).ln(), R::constant(0.0), a, b) - log_x
    }
}

zero_outside!(LogDensity[3] in ClosedUnit);

#[derive(Clone, Copy)]
struct LogitDensity;
impl Formula<3> for LogitDensity {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [y, a, b]: [R; 3]) -> R {
        let minus_log_x = (-y).softplus();
        let log_minus_log_x = if y.value() > 30.0 {
            -y
        } else {
            minus_log_x.ln()
        };
        density(-minus_log_x, log_minus_log_x, -y.softplus(), a, b)
    }
}

/// The logit of a draw from `ln(−ln u)`, within the finite numbers of `f32`.
#[derive(Clone, Copy)]
struct Logit;
impl Formula<3> for Logit {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [noise, a, b]: [R; 3]) -> R {
        let log_minus_log_x = ln_minus_ln_rest(noise - b.ln()) - a.ln();
        finite(-log_minus_log_x.exp() - ln_rest(log_minus_log_x))
    }
}

/// `b B(1 + 1/a, b)`
#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        let first = (R::constant(1.0) / a).shift(1.0);
        let (small, large) = if first.value() < b.value() {
            (first, b)
        } else {
            (b, first)
        };
        (b.ln() + small.ln_gamma() - log_rising(large, small)).exp()
    }
}

/// `(1 − 1/b) + (1 − 1/a)(ψ(b + 1) + γ) − ln ab`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        let one = R::constant(1.0);
        let harmonic = b.shift(1.0).digamma().shift(EULER_GAMMA);
        (one - one / b) + (one - one / a) * harmonic - a.ln() - b.ln()
    }
}

/// `E ln(1 − x)` as a lattice sum over the logistic quantiles of the noise. Its error falls exponentially as the step shrinks.
#[derive(Clone, Copy)]
struct ExpectedLogRest;
impl Formula<2> for ExpectedLogRest {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        const STEP: f64 = 0.25;
        let mut sum = R::constant(0.0);
        for i in -150..=150 {
            let s = f64::from(i) * STEP;
            // ln(−ln σ(s)) and the logistic density at s.
            let minus_log_u = (-s).softplus();
            let weight = STEP * (-minus_log_u - s.softplus()).exp();
            let noise = R::constant(if s > 30.0 { -s } else { minus_log_u.ln() });
            let logit = Logit.eval([noise, a, b]);
            sum = sum - logit.softplus().scale(weight);
        }
        sum
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<5> for Kl {
    compiled_here!(5);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b, alpha, beta, log_rest]: [R; 5]) -> R {
        let one = R::constant(1.0);
        let log_beta = alpha.ln_gamma() + beta.ln_gamma() - (alpha + beta).ln_gamma();
        // ψ(b) + 1/b = ψ(b + 1)
        let log_x = -b.shift(1.0).digamma().shift(EULER_GAMMA) / a;
        (a - alpha) * log_x + a.ln() + b.ln() + log_beta
            - (one - one / b)
            - beta.shift(-1.0) * log_rest
    }
}
