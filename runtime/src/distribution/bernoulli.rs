//! The Bernoulli distribution.

use super::log_odds::LogOdds;
use super::summary::{each, sigmoid};
use super::{
    BinaryUnits, Categories, Concrete, Distribution, Finite, Gaps, Listing, Named, Relaxable, class,
};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, LONG, compiled_here, map, row_sum, rows_of};
use crate::kernels::pairs::{Linear, Split};
use crate::kernels::real::{Real, double};
use crate::kernels::straight_through::Squash;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Binary, Mass};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value, into_rows};

/// Bernoulli, element by element, on {0, 1}: `x·l − ln(1 + eˡ)` with logits `l = ln p/(1 − p)`.
///
/// Relaxed for training to [`Concrete`] (Maddison, Mnih and Teh 2016; Jang, Gu and Poole 2016).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.0])?);
/// let log_prob = Bernoulli::<()>::logits(0.7).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.4031860489).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "Binary")]
#[derive(Clone, Debug)]
pub struct Bernoulli<E: Event> {
    logits: LogOdds<E>,
}

impl<E: Event> Bernoulli<E> {
    /// With log-odds `logits`, which may be any number; ±∞ is a certain outcome.
    pub fn logits(logits: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::logits(logits),
        }
    }

    /// With the probability of 1, from 0 to 1. Prefer [`Bernoulli::logits`] for a network's output.
    ///
    /// If the probability is a draw on (0, 1), for example from a [`Beta`](super::Beta), the draw's own logit is used. It has all
    /// its digits near 0 and near 1.
    pub fn probs(probs: impl IntoParam<E>) -> Self {
        Self {
            logits: LogOdds::probs(probs),
        }
    }

    /// The log-odds, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for Bernoulli<E> {
    type Event = E;
    type Measure = Mass;
    type Support = Binary;
    type Class = class::Categories;
    const FAMILY: &'static str = "Bernoulli";
    const GAPS: Gaps = Gaps::Elements;

    fn listing() -> Option<Listing> {
        Some(Listing::of::<Self>())
    }

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check(rows, Domain::NotNan, Domain::Probability)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogMass, [&rows_of::<E>(value), &self.logits])
    }

    /// The formula of the mass. It also holds between 0 and 1, where a relaxed draw may be.
    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        row_sum(LogMass, [&rows_of::<E>(&draw.value()), &self.logits])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Logistic, rows);
        Draw::of(unrecorded(|| {
            into_rows(map(Threshold, [&self.logits, &noise]))
        }))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.logits]).expand(rows))
    }

    fn probabilities(&self, rows: usize) -> Option<Value<E>> {
        self.mean(rows)
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.logits]))
    }

    /// The likelier value, 0 if both are as likely.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[l]| {
            f64::from(u8::from(l > 0.0))
        }))
    }

    /// `√(p(1 − p))`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.logits], |[l]| {
            (sigmoid(l) * sigmoid(-l)).sqrt()
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

impl<E: Event> Finite for Bernoulli<E> {
    fn log2_states() -> f64 {
        E::ELEMENTS as f64
    }

    fn write_state(state: usize, event: &mut [f32]) {
        for (bit, value) in event.iter_mut().enumerate() {
            *value = (state >> bit & 1) as f32;
        }
    }
}

impl<E: Event> Categories for Bernoulli<E> {
    const SQUASH: Squash = Squash::Sigmoid;

    fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> BinaryUnits for Bernoulli<E> {}

impl<E: Event> Relaxable for Bernoulli<E> {
    type Relaxation = Concrete<E>;

    fn relax(&self, temperature: f32) -> Concrete<E> {
        Concrete::new((*self.logits).clone(), temperature)
    }
}

impl<E: Event> KlDivergence<Bernoulli<E>> for Bernoulli<E> {
    fn kl_divergence(&self, prior: &Bernoulli<E>) -> Option<Rows> {
        Some(match *prior.logits {
            Param::Number(prior) => row_sum(KlFrom(prior), [&self.logits]),
            _ => row_sum(Kl, [&self.logits, &prior.logits]),
        })
    }
}

/// `x·l − sp(l)`, as a sum of two terms of one sign each, so that infinite logits stay exact. 0 · ∞ is 0 only for infinite
/// logits; elsewhere a zero weight keeps its slope, which straight-through gradients use.
#[derive(Clone, Copy)]
struct LogMass;
impl Formula<2> for LogMass {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;
    const EXACT_FROM: usize = LONG;

    fn split(&self) -> Option<Box<dyn Split>> {
        Some(Box::new(*self))
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [x, logit]: [R; 2]) -> R {
        // With `side = −|l|`: `−ln(1 + e^side)`, minus `|l|` times the part of `x` on the other side.
        let (side, other) = if logit.value() >= 0.0 {
            (-logit, -x.shift(-1.0))
        } else {
            (logit, x)
        };
        let missed = if other.value() == 0.0 && !side.value().is_finite() {
            R::constant(0.0)
        } else {
            other * side
        };
        missed - side.softplus()
    }

    #[inline(always)]
    fn exact(&self, [x, logit]: [f32; 2]) -> f64 {
        let (x, logit) = (f64::from(x), f64::from(logit));
        let (side, other) = if logit >= 0.0 {
            (-logit, 1.0 - x)
        } else {
            (logit, x)
        };
        let missed = if other == 0.0 && !side.is_finite() {
            0.0
        } else {
            other * side
        };
        missed - double::softplus(side)
    }
}

/// Of finite logits.
impl Linear for LogMass {
    #[inline(always)]
    fn slope<R: Real>(&self, logit: R) -> R {
        logit
    }

    #[inline(always)]
    fn rest<R: Real>(&self, logit: R) -> R {
        -logit.softplus()
    }
}

zero_outside!(LogMass[2] in Bits);

/// `1[l + L > 0]` with logistic `L`: has probability `σ(l)`.
#[derive(Clone, Copy)]
struct Threshold;
impl Formula<2> for Threshold {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [logit, noise]: [R; 2]) -> R {
        R::constant(if (logit + noise).value() > 0.0 {
            1.0
        } else {
            0.0
        })
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<1> for Mean {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        logit.sigmoid()
    }
}

/// `σ(l)·sp(−l) + σ(−l)·sp(l)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        cross_entropy(logit, logit)
    }
}

/// `E_{Bern(σ(l))}[−ln Bern(b; σ(m))]`, with 0 · ∞ = 0.
#[inline(always)]
fn cross_entropy<R: Real>(logit: R, other: R) -> R {
    let term = |probability: R, cost: R| {
        if probability.value() == 0.0 {
            R::constant(0.0)
        } else {
            probability * cost
        }
    };
    term(logit.sigmoid(), (-other).softplus()) + term((-logit).sigmoid(), other.softplus())
}

/// Cross-entropy minus entropy.
#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit, prior]: [R; 2]) -> R {
        cross_entropy(logit, prior) - cross_entropy(logit, logit)
    }
}

/// The same divergence from one prior for all rows. Nothing about the prior is computed twice.
#[derive(Clone, Copy)]
struct KlFrom(f32);
impl Formula<1> for KlFrom {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        Kl.eval([logit, R::constant(self.0.into())])
    }
}
