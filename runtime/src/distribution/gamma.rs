//! The gamma distribution.

use super::summary::{each, positive};
use super::{Distribution, Exponential, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{
    Formula, Quantile, compiled_here, implicit, map, row_sum, rows_of,
};
use crate::kernels::formula::{Ratio, times_log};
use crate::kernels::real::{Real, double};
use crate::kernels::special::gamma_log_slopes;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{RowRng, Stream};
use crate::support::{Density, Positive};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Gamma(concentration α, rate β), element by element, on positive numbers:
/// `α ln β − ln Γ(α) + (α − 1) ln x − β x`.
///
/// Draws are Marsaglia and Tsang's (2000). They are kept as logarithms, since at a concentration of 0.01 half of all draws are
/// below 10⁻³⁰. The gradient by the concentration is implicit (Figurnov, Mohamed and Mnih 2018).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.7])?);
/// let log_prob = Gamma::<()>::new(2.5, 1.5).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.8560325161).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Erlang", "ChiSquared"))]
#[derive(Clone, Debug)]
pub struct Gamma<E: Event> {
    concentration: Param<E>,
    rate: Param<E>,
}

impl<E: Event> Gamma<E> {
    /// With a positive `concentration`, also called shape, and a positive `rate`, the inverse of the
    /// scale. The mean is their ratio.
    pub fn new(concentration: impl IntoParam<E>, rate: impl IntoParam<E>) -> Self {
        Self {
            concentration: concentration.into_param(),
            rate: rate.into_param(),
        }
    }

    /// The concentration.
    pub fn concentration(&self) -> &Param<E> {
        &self.concentration
    }

    /// The rate, the inverse of the scale.
    pub fn rate(&self) -> &Param<E> {
        &self.rate
    }
}

impl<E: Event> Distribution for Gamma<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Implicit;
    const FAMILY: &'static str = "Gamma";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.concentration
            .check("concentration", Domain::Positive, rows)?;
        self.rate.check("rate", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogDensity, [&value, &self.concentration, &self.rate])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.positive_log() {
            Some(log) => row_sum(
                LogDensityOfLog,
                [&rows_of::<E>(log), &self.concentration, &self.rate],
            ),
            None => draw.add_log_jacobian(self.log_prob(&draw.value())),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Ratio, [&self.concentration, &self.rate]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.concentration, &self.rate]))
    }

    /// `(a − 1)/rate` if the concentration `a` is above 1. Else the density grows toward 0, which is no value: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.concentration, &self.rate],
            |[a, rate]| match a > 1.0 {
                true => positive((a - 1.0) / rate),
                false => f64::NAN,
            },
        ))
    }

    /// `√a/rate`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.concentration, &self.rate],
            |[a, rate]| a.sqrt() / rate,
        ))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("concentration", &self.concentration),
            Named::of("rate", &self.rate),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            concentration: self.concentration.changed(how),
            rate: self.rate.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Gamma<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let log = standard_log_gamma(&self.concentration, rows, noise);
        Draw::from_positive_log(map(LogQuotient, [&log, &self.rate]).expand(rows))
    }
}

/// The logarithms of Gamma(α, 1) draws, with their implicit gradient by `α`.
pub(super) fn standard_log_gamma<E: Event>(
    concentration: &Param<E>,
    rows: usize,
    noise: &Stream,
) -> Param<E> {
    let log = noise.plate_finished(
        rows,
        [concentration],
        #[inline(always)]
        |rng, [alpha]| raw_gamma(alpha, rng),
        #[inline(always)]
        |raw, [alpha]| log_of_raw(raw, alpha),
    );
    implicit(Log, [&log, concentration])
}

/// The logarithm of one Gamma(α, 1) draw.
pub(super) fn log_gamma(alpha: f64, rng: &mut RowRng) -> f64 {
    log_of_raw(raw_gamma(alpha, rng), alpha)
}

/// The two numbers that a Gamma(α, 1) draw is computed from: a Gamma draw, of α + 1 if α is below 1, and a uniform number.
#[inline(always)]
pub(super) fn raw_gamma(alpha: f64, rng: &mut RowRng) -> [f64; 2] {
    let uniform = if alpha < 1.0 { rng.uniform() } else { 1.0 };
    // Marsaglia and Tsang, "A simple method for generating gamma variables", TOMS 26(3), 2000.
    let d = shifted(alpha);
    let c = 1.0 / (9.0 * d).sqrt();
    for _ in 0..TRIES {
        let x: f64 = rand_distr::Distribution::sample(&rand_distr::StandardNormal, rng);
        if c * x > -1.0 {
            let (u, square) = (rng.uniform(), x * x);
            // Nearly all that will be accepted are, without a logarithm.
            if u < 1.0 - 0.0331 * square * square
                || u.ln() < 0.5 * square - d * above_line(3.0 * (c * x).ln_1p())
            {
                return [c * x, uniform];
            }
        }
    }
    [0.0, uniform]
}

/// The logarithm of `d (1 + cx)³ u^(1/α)`.
#[inline(always)]
pub(super) fn log_of_raw([moved, uniform]: [f64; 2], alpha: f64) -> f64 {
    double::ln(shifted(alpha)) + 3.0 * double::ln_1p(moved) + double::ln(uniform) / alpha
}

/// One third below the concentration of the draw that is taken.
#[inline(always)]
fn shifted(alpha: f64) -> f64 {
    (if alpha < 1.0 { alpha + 1.0 } else { alpha }) - 1.0 / 3.0
}

/// At least 0.95 of all tries succeed. The probability that this many fail is 10⁻¹³⁰.
const TRIES: usize = 100;

/// `e^y − 1 − y`
fn above_line(y: f64) -> f64 {
    if y.abs() > 1e-3 {
        return y.exp_m1() - y;
    }
    y * y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y / 720.0))))
}

/// `(α − c)ψ(α) − ln Γ(α) + ln Γ(c) + c ln(β/d) + α(d/β − 1)` against Gamma(c, d).
impl<E: Event> KlDivergence<Gamma<E>> for Gamma<E> {
    fn kl_divergence(&self, prior: &Gamma<E>) -> Option<Rows> {
        Some(row_sum(
            Kl,
            [
                &self.concentration,
                &self.rate,
                &prior.concentration,
                &prior.rate,
            ],
        ))
    }
}

/// An exponential distribution is Gamma(1, rate).
impl<E: Event> KlDivergence<Exponential<E>> for Gamma<E> {
    fn kl_divergence(&self, prior: &Exponential<E>) -> Option<Rows> {
        self.kl_divergence(&Gamma::new(1.0, prior.rate().clone()))
    }
}

/// An exponential distribution is Gamma(1, rate).
impl<E: Event> KlDivergence<Gamma<E>> for Exponential<E> {
    fn kl_divergence(&self, prior: &Gamma<E>) -> Option<Rows> {
        Gamma::new(1.0, self.rate().clone()).kl_divergence(prior)
    }
}

#[derive(Clone, Copy)]
struct Log;
impl Quantile<2> for Log {
    #[inline(always)]
    fn slopes<const W: usize>(&self, [log, alpha]: [&[f64; W]; 2]) -> [[f64; W]; 2] {
        [[0.0; W], gamma_log_slopes(log, alpha)]
    }
}

/// The logarithm of a quotient, from the logarithm of its dividend.
#[derive(Clone, Copy)]
struct LogQuotient;
impl Formula<2> for LogQuotient {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [log, divisor]: [R; 2]) -> R {
        log - divisor.ln()
    }
}

/// At 0 it is the limit: ∞ if the concentration is below 1, −∞ if it is above.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, alpha, rate]: [R; 3]) -> R {
        alpha * rate.ln() + times_log(alpha.shift(-1.0), x.ln()) - rate * x - alpha.ln_gamma()
    }
}

zero_outside!(LogDensity[3] in FromZero);

#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<3> for LogDensityOfLog {
    compiled_here!(3);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, alpha, rate]: [R; 3]) -> R {
        let scaled = log + rate.ln();
        alpha * scaled - scaled.exp() - alpha.ln_gamma()
    }
}

/// `α − ln β + ln Γ(α) + (1 − α) ψ(α)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [alpha, rate]: [R; 2]) -> R {
        alpha - rate.ln() + alpha.ln_gamma() - alpha.shift(-1.0) * alpha.digamma()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [alpha, rate, prior_alpha, prior_rate]: [R; 4]) -> R {
        let ratio = prior_rate / rate;
        (alpha - prior_alpha) * alpha.digamma() - alpha.ln_gamma() + prior_alpha.ln_gamma()
            - prior_alpha * ratio.ln()
            + alpha * ratio.shift(-1.0)
    }
}
