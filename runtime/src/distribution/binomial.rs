//! The binomial distribution.

use super::Distribution;
use crate::coordinates::logit_of;
use crate::draw::Draw;
use crate::estimator::AutomaticScore;
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::kernels::within::{Whole, within};
use crate::kl::KlDivergence;
use crate::noise::Stream;
use crate::param::{Fault, IntoParam, Param};
use crate::shape::Event;
use crate::support::{BoundedCounts, Domain, Mass};
use crate::var::{Rows, Value};

/// Binomial, element by element: the successes among so many trials,
/// `ln C(n, k) + k l − n ln(1 + eˡ)` with logits `l = ln p/(1 − p)`; −∞ beyond `n`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = batch::<(usize,)>(vec![4.0])?.retaped();
/// let log_prob = Binomial::<()>::probs(10, 0.3).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.60883335).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Binomial<E: Event> {
    trials: u32,
    logits: Param<E>,
    /// As they were given, for messages.
    probs: Option<Param<E>>,
}

impl<E: Event> Binomial<E> {
    /// Of so many trials with finite log-odds of a success.
    pub fn logits(trials: u32, logits: impl IntoParam<E>) -> Self {
        Self {
            trials,
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// Of so many trials with a probability of a success strictly between 0 and 1.
    pub fn probs(trials: u32, probs: impl IntoParam<E>) -> Self {
        let probs = probs.into_param();
        Self {
            trials,
            logits: logit_of(&probs),
            probs: Some(probs),
        }
    }
}

impl<E: Event> Distribution for Binomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = BoundedCounts;
    type Auto = AutomaticScore;
    const FAMILY: &'static str = "Binomial";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        if let Some(probs) = &self.probs {
            probs.check("probs", Domain::OpenUnit, rows)?;
        }
        self.logits.check("logits", Domain::Finite, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let trials = f64::from(self.trials);
        let mass = within::<Whole, _>(LogMass { trials });
        row_sum(mass, [&rows_of::<E>(value), &self.logits])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let trials = u64::from(self.trials);
        let counts =
            noise.plate_given(
                rows,
                [&self.logits],
                |rng, [logit]| match rand_distr::Binomial::new(trials, logit.sigmoid()) {
                    Ok(binomial) => rand_distr::Distribution::sample(&binomial, rng) as f64,
                    Err(_) => f64::NAN,
                },
            );
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let trials = f64::from(self.trials);
        Some(map(Mean { trials }, [&self.logits]).expand(rows))
    }

    fn detach(&self) -> Self {
        Self {
            trials: self.trials,
            logits: self.logits.detach(),
            probs: None,
        }
    }
}

/// That of one trial, times their number, where both have the same number of trials.
impl<E: Event> KlDivergence<Binomial<E>> for Binomial<E> {
    fn kl_divergence(&self, prior: &Binomial<E>) -> Option<Rows> {
        let trials = f64::from(self.trials);
        (self.trials == prior.trials).then(|| row_sum(Kl { trials }, [&self.logits, &prior.logits]))
    }
}

#[derive(Clone, Copy)]
struct LogMass {
    trials: f64,
}

impl Formula<2> for LogMass {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [k, logit]: [R; 2]) -> R {
        if k.value() > self.trials {
            return R::constant(f64::NEG_INFINITY);
        }
        let rest = -k.shift(-self.trials);
        let ways = R::constant(self.trials + 1.0).ln_gamma()
            - k.shift(1.0).ln_gamma()
            - rest.shift(1.0).ln_gamma();
        ways - (k * (-logit).softplus() + rest * logit.softplus())
    }
}

#[derive(Clone, Copy)]
struct Mean {
    trials: f64,
}

impl Formula<1> for Mean {
    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        logit.sigmoid().scale(self.trials)
    }
}

#[derive(Clone, Copy)]
struct Kl {
    trials: f64,
}

impl Formula<2> for Kl {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, prior]: [R; 2]) -> R {
        let hit = logit.sigmoid() * ((-prior).softplus() - (-logit).softplus());
        let miss = (-logit).sigmoid() * (prior.softplus() - logit.softplus());
        (hit + miss).scale(self.trials)
    }
}
