//! The geometric distribution.

use super::count_family::{CountFamily, Gated, gated};
use super::log_odds::LogOdds;
use super::summary::{each, sigmoid};
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, LONG, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::{Real, double};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{RowRng, Stream};
use crate::support::{Counts, Mass};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Geometric, element by element: the number of failures before the first success,
/// `k ln(1 − p) + ln p` with the probability `p` of a success.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![4.0])?);
/// let log_prob = Geometric::<()>::probs(0.3).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.63067258).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Geometric<E: Event> {
    logits: LogOdds<E>,
}

impl<E: Event> Geometric<E> {
    /// With finite log-odds of a success.
    pub fn logits(logits: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::logits(logits),
        }
    }

    /// With the probability of a success, strictly between 0 and 1. The mean is `(1 − p)/p`.
    /// If the probability is a draw on (0, 1), the draw's own logit is used.
    pub fn probs(probs: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::probs(probs),
        }
    }

    /// The log-odds of a success, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for Geometric<E> {
    type Event = E;
    type Measure = Mass;
    type Support = Counts;
    type Class = class::Scored;
    const FAMILY: &'static str = "Geometric";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check(rows, Domain::Finite, Domain::OpenUnit)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogMass, [&rows_of::<E>(value), &self.logits])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let counts = noise.plate_given(rows, [&self.logits], |rng, [logit]| drawn(logit, rng));
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.logits]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.logits]))
    }

    /// 0
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[_]| 0.0))
    }

    /// `√(1 − p)/p`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[l]| {
            sigmoid(-l).sqrt() / sigmoid(l)
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

/// `⌊ln u/ln(1 − p)⌋`
fn drawn(logit: f64, rng: &mut RowRng) -> f64 {
    (-rng.uniform().ln() / logit.softplus()).floor()
}

impl<E: Event> CountFamily for Geometric<E> {
    fn log_zero(&self) -> Param<E> {
        map(LogZero, [&self.logits])
    }

    /// After a failure the trials begin anew.
    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let counts =
            noise.plate_given(rows, [&self.logits], |rng, [logit]| 1.0 + drawn(logit, rng));
        Draw::of(counts.expand(rows))
    }

    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        gate.sum(LogZero, [&self.logits])
    }
}

/// `ln p`
#[derive(Clone, Copy)]
struct LogZero;
impl Formula<1> for LogZero {
    compiled_here!(1);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        -(-logit).softplus()
    }
}

gated!(LogZero[1]);

/// `ln(p/q) + (1 − p)/p · ln((1 − p)/(1 − q))`
impl<E: Event> KlDivergence<Geometric<E>> for Geometric<E> {
    fn kl_divergence(&self, prior: &Geometric<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.logits, &prior.logits]))
    }
}

#[derive(Clone, Copy)]
struct LogMass;
impl Formula<2> for LogMass {
    const KEEPS_SLOPES: bool = true;
    const EXACT_FROM: usize = LONG;

    #[inline(always)]
    fn eval<R: Real>(&self, [k, logit]: [R; 2]) -> R {
        -(k * logit.softplus() + (-logit).softplus())
    }

    #[inline(always)]
    fn exact(&self, [k, logit]: [f32; 2]) -> f64 {
        let (k, logit) = (f64::from(k), f64::from(logit));
        -(k * double::softplus(logit) + double::softplus(-logit))
    }
}

zero_outside!(LogMass[2] in Whole);

#[derive(Clone, Copy)]
struct Mean;
impl Formula<1> for Mean {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        (-logit).exp()
    }
}

/// `−ln p − (1 − p)/p · ln(1 − p)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        (-logit).softplus() + failures(logit, logit.softplus())
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, prior]: [R; 2]) -> R {
        (-prior).softplus() - (-logit).softplus()
            + failures(logit, prior.softplus() - logit.softplus())
    }
}

/// The mean number of failures times a cost, with 0 · ∞ = 0 and ∞ · 0 = 0.
#[inline(always)]
fn failures<R: Real>(logit: R, cost: R) -> R {
    let mean = (-logit).exp();
    if mean.value() == 0.0 || cost.value() == 0.0 && !mean.value().is_finite() {
        R::constant(0.0)
    } else {
        mean * cost
    }
}
