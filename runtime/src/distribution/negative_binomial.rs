//! The negative binomial distribution.

mod log_mass;

use std::cell::OnceCell;

use self::log_mass::ByMean;
pub(super) use self::log_mass::{LogMass, ORDINARY};
use super::count_family::{CountFamily, Gated, gated};
use super::gamma::log_gamma;
use super::log_odds::LogOdds;
use super::summary::each;
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::kernels::within::row_sum_inside;
use crate::noise::{RowRng, Stream, poisson};
use crate::support::{Counts, Mass};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Negative binomial, element by element: the successes, of probability `p`, before failure number `r`,
/// `ln Γ(k + r) − ln Γ(r) − ln Γ(k + 1) + r ln(1 − p) + k ln p`; `r` need not be whole.
///
/// It is a Poisson variable whose rate is gamma with concentration `r` and rate `(1 − p)/p`. Use it for counts that spread
/// more than Poisson's: [`mean_dispersion`](Self::mean_dispersion) says by how much.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![3.0])?);
/// let log_prob = NegativeBinomial::<()>::probs(2.5, 0.4).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.144564627).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("GammaPoisson", "Polya", "overdispersed"))]
#[derive(Clone, Debug)]
pub struct NegativeBinomial<E: Event> {
    failures: Param<E>,
    given: Given<E>,
}

/// What was given beside the failures.
#[derive(Clone, Debug)]
enum Given<E: Event> {
    Odds(LogOdds<E>),
    Mean {
        mean: Param<E>,
        /// For those who ask: no density needs them.
        logits: OnceCell<Param<E>>,
    },
}

impl<E: Event> NegativeBinomial<E> {
    /// With a positive number of `failures` and finite log-odds of a success.
    pub fn logits(failures: impl IntoParam<E>, logits: impl IntoParam<E>) -> Self {
        Self {
            failures: failures.into_param(),
            given: Given::Odds(LogOdds::logits(logits)),
        }
    }

    /// With a positive number of `failures` and a probability of a success strictly between 0 and 1. The mean is `r p/(1 − p)`.
    pub fn probs(failures: impl IntoParam<E>, probs: impl IntoParam<E>) -> Self {
        Self {
            failures: failures.into_param(),
            given: Given::Odds(LogOdds::probs(probs)),
        }
    }

    /// With a positive `mean` `m` and a positive `inverse_dispersion` `θ`, which is the number of failures. The variance is
    /// `m + m²/θ`: with a large `θ` it is Poisson's, with a small one the counts spread far.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x = Var::from(batch::<(usize,)>(vec![4.0])?);
    /// let log_prob = NegativeBinomial::<()>::mean_dispersion(3.5, 1.7).log_prob(&x);
    /// assert!((log_prob.as_vec()[0] + 2.282512743).abs() < 1e-6);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn mean_dispersion(mean: impl IntoParam<E>, inverse_dispersion: impl IntoParam<E>) -> Self {
        let (mean, logits) = (mean.into_param(), OnceCell::new());
        Self {
            failures: inverse_dispersion.into_param(),
            given: Given::Mean { mean, logits },
        }
    }

    /// The number of failures, or the inverse dispersion.
    pub fn failures(&self) -> &Param<E> {
        &self.failures
    }

    /// The log-odds of a success, as given to [`logits`](Self::logits) or computed from the other parameters.
    pub fn logit_param(&self) -> &Param<E> {
        match &self.given {
            Given::Odds(logits) => logits,
            Given::Mean { logits, .. } => logits.get_or_init(|| self.log_odds()),
        }
    }

    /// The same for a formula: recorded where it is used.
    fn log_odds(&self) -> Param<E> {
        match &self.given {
            Given::Odds(logits) => (**logits).clone(),
            Given::Mean { mean, .. } => map(LogRatio, [mean, &self.failures]),
        }
    }
}

impl<E: Event> Distribution for NegativeBinomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = Counts;
    type Class = class::Scored;
    const FAMILY: &'static str = "NegativeBinomial";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        let failures = match self.given {
            Given::Mean { .. } => "inverse_dispersion",
            Given::Odds(_) => "failures",
        };
        match &self.given {
            Given::Odds(logits) => logits.check(rows, Domain::Finite, Domain::OpenUnit)?,
            Given::Mean { mean, .. } => mean.check("mean", Domain::Positive, rows)?,
        }
        self.failures.check(failures, Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        match &self.given {
            Given::Mean { mean, .. } => row_sum_inside(ByMean, [&value, &self.failures, mean]),
            Given::Odds(logits) => row_sum_inside(LogMass, [&value, &self.failures, logits]),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.failures, &self.log_odds()];
        let counts = noise.plate_given(rows, params, |rng, [failures, logit]| {
            drawn(failures, logit, rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let mean = match &self.given {
            Given::Mean { mean, .. } => mean.clone(),
            Given::Odds(logits) => map(Mean, [&self.failures, logits]),
        };
        Some(mean.expand(rows))
    }

    /// `⌊(r − 1)/r · mean⌋`, or 0 if `r` is not above 1.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        let mean = rows_of::<E>(&self.mean(rows)?);
        Some(each(rows, [&self.failures, &mean], |[r, mean]| {
            ((r - 1.0).max(0.0) / r * mean).floor()
        }))
    }

    /// `√(mean + mean²/r)`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        let mean = rows_of::<E>(&self.mean(rows)?);
        Some(each(rows, [&self.failures, &mean], |[r, mean]| {
            (mean * (1.0 + mean / r)).sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("failures", &self.failures),
            Named::of("logits", &self.log_odds()),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        let given = match &self.given {
            Given::Odds(logits) => Given::Odds(logits.changed(how)),
            Given::Mean { mean, .. } => Given::Mean {
                mean: mean.changed(how),
                logits: OnceCell::new(),
            },
        };
        Self {
            failures: self.failures.changed(how),
            given,
        }
    }
}

/// A count that comes from a gamma rate.
fn drawn(failures: f64, log_odds: f64, rng: &mut RowRng) -> f64 {
    let log_rate = log_gamma(failures, rng) + log_odds;
    poisson(log_rate.min(f64::from(f32::MAX).ln()).exp(), rng)
}

impl<E: Event> CountFamily for NegativeBinomial<E> {
    fn log_zero(&self) -> Param<E> {
        match &self.given {
            Given::Mean { mean, .. } => map(LogZeroByMean, [&self.failures, mean]),
            Given::Odds(logits) => map(LogZero, [&self.failures, logits]),
        }
    }

    /// The count is that of births until the time `−ln(1 − p)`, with the rate `r` plus the number born so far. The first comes at an
    /// exponential time that is cut off at the end.
    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.failures, &self.log_odds()];
        let counts = noise.plate_given(rows, params, |rng, [failures, logit]| {
            let end = logit.softplus();
            let first = -(rng.fine_uniform() * (-failures * end).exp_m1()).ln_1p() / failures;
            let left = (end - first).max(0.0);
            // ln(eᵗ − 1)
            let log_odds = left + (-(-left).exp_m1()).ln();
            1.0 + drawn(failures + 1.0, log_odds, rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        match &self.given {
            Given::Mean { mean, .. } => gate.sum(LogZeroByMean, [&self.failures, mean]),
            Given::Odds(logits) => gate.sum(LogZero, [&self.failures, logits]),
        }
    }
}

/// `r ln(1 − p)`
#[derive(Clone, Copy)]
struct LogZero;
impl Formula<2> for LogZero {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, logit]: [R; 2]) -> R {
        -(failures * logit.softplus())
    }
}

gated!(LogZero[2]);

/// `−r ln(1 + m/r)`
#[derive(Clone, Copy)]
struct LogZeroByMean;
impl Formula<2> for LogZeroByMean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, mean]: [R; 2]) -> R {
        -(failures * (mean / failures).ln_1p())
    }
}

gated!(LogZeroByMean[2]);

/// `r ln((1 − p)/(1 − q)) + r p/(1 − p) · ln(p/q)`. It has a closed form only if both are known to have the same number of
/// failures.
impl<E: Event> KlDivergence<NegativeBinomial<E>> for NegativeBinomial<E> {
    fn kl_divergence(&self, prior: &NegativeBinomial<E>) -> Option<Rows> {
        match (&self.failures, &prior.failures) {
            (Param::Number(a), Param::Number(b)) if a == b => {
                let log_odds = [self.log_odds(), prior.log_odds()];
                Some(row_sum(Kl, [&self.failures, &log_odds[0], &log_odds[1]]))
            }
            _ => None,
        }
    }
}

/// `ln(a/b)`
#[derive(Clone, Copy)]
struct LogRatio;
impl Formula<2> for LogRatio {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a.ln() - b.ln()
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, logit]: [R; 2]) -> R {
        failures * logit.exp()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<3> for Kl {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, logit, prior]: [R; 3]) -> R {
        let miss = prior.softplus() - logit.softplus();
        let hit = (-prior).softplus() - (-logit).softplus();
        failures * (miss + logit.exp() * hit)
    }
}
