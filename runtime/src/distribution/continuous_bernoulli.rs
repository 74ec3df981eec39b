//! The continuous Bernoulli distribution.

use super::log_odds::LogOdds;
use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::LogSigmoidSlope;
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{ClosedUnitInterval, Density};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Continuous Bernoulli, element by element, on [0, 1]: `λˣ (1 − λ)¹⁻ˣ` with the constant that makes it
/// a density (Loaiza-Ganem and Cunningham 2019). For grey images, where [`Bernoulli`](super::Bernoulli) is not a likelihood.
///
/// With logits `l = ln λ/(1 − λ)` it is an exponential tilt of the uniform distribution,
/// `l (x − ½) − ln(sinh(l/2)/(l/2))`, which has no trouble at `λ = ½`. Draws live in logit space.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.37])?);
/// let log_prob = ContinuousBernoulli::<()>::probs(0.3).log_prob(&x);
/// assert!((log_prob.as_vec()[0] - 0.0804125984).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ContinuousBernoulli<E: Event> {
    logits: LogOdds<E>,
}

impl<E: Event> ContinuousBernoulli<E> {
    /// With finite log-odds `logits` of the shape `λ`, which is not the mean.
    pub fn logits(logits: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::logits(logits),
        }
    }

    /// With the shape `λ` strictly between 0 and 1. Prefer [`ContinuousBernoulli::logits`] for a network's output.
    /// If the shape is a draw on (0, 1), the draw's own logit is used.
    pub fn probs(probs: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::probs(probs),
        }
    }

    /// The logits.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for ContinuousBernoulli<E> {
    type Event = E;
    type Measure = Density;
    type Support = ClosedUnitInterval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "ContinuousBernoulli";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check(rows, Domain::Finite, Domain::OpenUnit)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.logits])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.logit() {
            Some(logit) => row_sum(LogitDensity, [&rows_of::<E>(logit), &self.logits]),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.logits]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.logits]))
    }

    /// An end. The density of a logit of 0 is flat: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[l]| match l {
            0.0 => f64::NAN,
            l => f64::from(u8::from(l > 0.0)),
        }))
    }

    /// `√(1/l² − 1/(4 sinh²(l/2)))`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[l]| {
            let square = l * l;
            let variance = match l.abs() < 0.1 {
                // The series, in which nothing cancels.
                true => 1.0 / 12.0 - square * (1.0 / 240.0 - square / 6048.0),
                false => 1.0 / square - 0.25 / (0.5 * l).sinh().powi(2),
            };
            variance.sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("logits", &self.logits)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for ContinuousBernoulli<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Uniform, rows);
        Draw::from_logit(map(QuantileLogit, [&noise, &self.logits]).expand(rows))
    }
}

/// `(l₁ − l₂)(E x − ½) − L(l₁) + L(l₂)`, as of any exponential family.
impl<E: Event> KlDivergence<ContinuousBernoulli<E>> for ContinuousBernoulli<E> {
    fn kl_divergence(&self, prior: &ContinuousBernoulli<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.logits, &prior.logits]))
    }
}

/// Below this the closed forms cancel, and their series are exact to the last digits.
const NEAR: f64 = 0.1;

/// `L(l) = ln(sinh(l/2)/(l/2))`
#[inline(always)]
fn log_normaliser<R: Real>(logit: R) -> R {
    let square = logit.square();
    if logit.value().abs() < NEAR {
        let tail = square.scale(1.0 / 181_440.0).shift(-1.0 / 2880.0);
        return square
            * (square * (tail - square.square().scale(1.0 / 9_676_800.0))).shift(1.0 / 24.0);
    }
    let size = logit.abs();
    size.scale(0.5) + (-(-size).exp_m1()).ln() - size.ln()
}

/// `L'(l) = E x − ½ = ½ coth(l/2) − 1/l`
#[inline(always)]
fn mean_less_half<R: Real>(logit: R) -> R {
    if logit.value().abs() < NEAR {
        let square = logit.square();
        let tail = square.scale(1.0 / 30_240.0).shift(-1.0 / 720.0);
        return logit
            * (square * (tail - square.square().scale(1.0 / 1_209_600.0))).shift(1.0 / 12.0);
    }
    // ½ coth(l/2) = ½ + 1/(eˡ − 1), on the side where the exponential vanishes.
    let size = logit.abs();
    let tail = (-size).exp();
    let half = (tail / (-(-size).exp_m1())).shift(0.5) - R::constant(1.0) / size;
    if logit.value() < 0.0 { -half } else { half }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, logit]: [R; 2]) -> R {
        log_density(x, -x.shift(-1.0), logit)
    }
}

zero_outside!(LogDensity[2] in ClosedUnit);

/// The density of `y = ln x/(1 − x)`.
#[derive(Clone, Copy)]
struct LogitDensity;
impl Formula<2> for LogitDensity {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [y, logit]: [R; 2]) -> R {
        log_density(y.sigmoid(), (-y).sigmoid(), logit) + LogSigmoidSlope.eval([y])
    }
}

/// `l (x − ½) − L(l)` from `x` and `1 − x`. It is computed from the end at which the density is large, and loses no digits
/// there even if the logit is large.
#[inline(always)]
fn log_density<R: Real>(x: R, rest: R, logit: R) -> R {
    if logit.value().abs() < NEAR {
        return logit * x.shift(-0.5) - log_normaliser(logit);
    }
    // ½ |l| − L(l) = ln |l| − ln(1 − e^−|l|)
    let size = logit.abs();
    let least = if logit.value() < 0.0 { x } else { rest };
    size.ln() - (-(-size).exp_m1()).ln() - size * least
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<1> for Mean {
    compiled_here!(1);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        mean_less_half(logit).shift(0.5)
    }
}

#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        log_normaliser(logit) - logit * mean_less_half(logit)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, prior]: [R; 2]) -> R {
        (logit - prior) * mean_less_half(logit) - log_normaliser(logit) + log_normaliser(prior)
    }
}

/// The logit of `x = ln(1 + u (eˡ − 1))/l`, computed from the end at which the density is large.
#[derive(Clone, Copy)]
struct QuantileLogit;
impl Formula<2> for QuantileLogit {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [u, logit]: [R; 2]) -> R {
        let rest = -u.shift(-1.0);
        if logit.value().abs() < 1e-3 {
            let product = u * rest;
            let second = product * (rest - u).scale(1.0 / 6.0);
            let more = logit * (product.scale(0.5) + logit * second);
            return (u + more).ln() - (rest - more).ln();
        }
        // The distance to that end.
        let share = if logit.value() < 0.0 { u } else { rest };
        let size = logit.abs();
        let least = -(share * (-size).exp_m1()).ln_1p() / size;
        let distance = (-least).ln_1p() - least.ln();
        if logit.value() < 0.0 {
            -distance
        } else {
            distance
        }
    }
}
