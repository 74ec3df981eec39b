//! The inverse gamma distribution.

use super::gamma::standard_log_gamma;
use super::summary::{each, positive};
use super::{Distribution, Gamma, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, Positive};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// InverseGamma(concentration α, rate β), element by element, on positive numbers: one over a [`Gamma`](super::Gamma),
/// `α ln β − ln Γ(α) − (α + 1) ln x − β/x`.
///
/// A prior of variances. Draws live in log space, and their gradient by the concentration is implicit, as Gamma's.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![6.0])?);
/// let log_prob = InverseGamma::<()>::new(2.2, 1.1).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 5.8042287061).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("InverseChiSquared", "Levy"))]
#[derive(Clone, Debug)]
pub struct InverseGamma<E: Event> {
    concentration: Param<E>,
    rate: Param<E>,
}

impl<E: Event> InverseGamma<E> {
    /// With a positive `concentration`, also called shape, and a positive `rate`, that of the gamma variable that it is one over, and
    /// its own scale. The mean is `β/(α − 1)`; it is infinite if the concentration is 1 or less.
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

    /// The rate of the gamma variable that it is one over.
    pub fn rate(&self) -> &Param<E> {
        &self.rate
    }
}

impl<E: Event> Distribution for InverseGamma<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Implicit;
    const FAMILY: &'static str = "InverseGamma";
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
        Some(map(Mean, [&self.concentration, &self.rate]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.concentration, &self.rate]))
    }

    /// `rate/(a + 1)`
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.concentration, &self.rate],
            |[a, rate]| positive(rate / (a + 1.0)),
        ))
    }

    /// `rate/((a − 1) √(a − 2))`: ∞ if the concentration `a` is not above 2, and NaN if it is not above 1, where there is no
    /// mean.
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.concentration, &self.rate],
            |[a, rate]| {
                if a <= 1.0 {
                    f64::NAN
                } else if a <= 2.0 {
                    f64::INFINITY
                } else {
                    rate / ((a - 1.0) * (a - 2.0).sqrt())
                }
            },
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

impl<E: Event> Reparameterised for InverseGamma<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let log = standard_log_gamma(&self.concentration, rows, noise);
        Draw::from_positive_log(map(LogQuotient, [&log, &self.rate]).expand(rows))
    }
}

/// The divergence of the gamma variables. A change of coordinates does not change a divergence.
impl<E: Event> KlDivergence<InverseGamma<E>> for InverseGamma<E> {
    fn kl_divergence(&self, prior: &InverseGamma<E>) -> Option<Rows> {
        let gamma = |of: &Self| Gamma::new(of.concentration.clone(), of.rate.clone());
        gamma(self).kl_divergence(&gamma(prior))
    }
}

/// The logarithm of a quotient, from the logarithm of its divisor.
#[derive(Clone, Copy)]
struct LogQuotient;
impl Formula<2> for LogQuotient {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [log, dividend]: [R; 2]) -> R {
        dividend.ln() - log
    }
}

/// −∞ at 0, which is the limit.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, alpha, rate]: [R; 3]) -> R {
        let log = x.ln();
        alpha * (rate.ln() - log) - log - rate / x - alpha.ln_gamma()
    }
}

zero_outside!(LogDensity[3] in AboveZero);

/// The log-density of a gamma variable's logarithm at `ln β − y`.
#[derive(Clone, Copy)]
struct LogDensityOfLog;
impl Formula<3> for LogDensityOfLog {
    compiled_here!(3);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [log, alpha, rate]: [R; 3]) -> R {
        let scaled = rate.ln() - log;
        alpha * scaled - scaled.exp() - alpha.ln_gamma()
    }
}

/// `β/(α − 1)`, or infinite.
#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [alpha, rate]: [R; 2]) -> R {
        if alpha.value() > 1.0 {
            rate / alpha.shift(-1.0)
        } else {
            R::constant(f64::INFINITY)
        }
    }
}

/// `α + ln β + ln Γ(α) − (1 + α) ψ(α)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [alpha, rate]: [R; 2]) -> R {
        alpha + rate.ln() + alpha.ln_gamma() - alpha.shift(1.0) * alpha.digamma()
    }
}
