//! The binomial distribution.

use crate::tensor::names::Shape;
use crate::tensor::names::Tensor;

use super::count_family::{CountFamily, Gated, gated};
use super::log_odds::LogOdds;
use super::summary::{each, sigmoid};
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::kernels::special::{deviance, half_log_tau, is_direct, stirling_rest};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Stream, binomial};
use crate::support::{BoundedCounts, Mass};
use crate::tensor::{Change, Device, Event, IntoParam, Param, Rows, Value, Var};

/// Binomial, element by element: the successes among `n` trials,
/// `ln C(n, k) + k l − n ln(1 + eˡ)` with logits `l = ln p/(1 − p)`; −∞ beyond `n`.
///
/// With many trials, the formula for the mass leaves out the large terms that cancel (Loader, "Fast and accurate computation
/// of binomial probabilities", 2000).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![4.0])?);
/// let log_prob = Binomial::<()>::probs(10, 0.3).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.60883335).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// The trials may differ from row to row, for example if they are a covariate.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// How many of the seeds in each pot come up.
///     pub struct Seeds { share: Parameter<Rank0> }
///     generative p(sown: []) {
///         sample grown ~ Binomial::logits(sown, share);
///     }
///     inference q(grown, sown) {}
/// }
///
/// let (grown, sown) = (batch(vec![3.0, 8.0])?, batch(vec![10.0, 20.0])?);
/// let loss = Elbo::default().loss(&Seeds::new(0).q(&grown, &sown))?;
/// assert!(loss.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Binomial<E: Event> {
    trials: Param<E>,
    logits: LogOdds<E>,
}

/// A number of trials: an integer, or a [parameter](IntoParam) of whole numbers in `f32`. Integers beyond 2²⁴ are rounded to
/// the nearest `f32`, as counts are.
pub trait IntoTrials<E: Event> {
    /// The parameter.
    fn into_trials(self) -> Param<E>;
}

impl<E: Event, S: Shape, T> IntoTrials<E> for Tensor<S, f32, Device, T>
where
    Self: IntoParam<E>,
{
    fn into_trials(self) -> Param<E> {
        self.into_param()
    }
}

impl<E: Event> IntoTrials<E> for Param<E> {
    fn into_trials(self) -> Param<E> {
        self
    }
}

impl<E: Event, S: Shape> IntoTrials<E> for Var<S>
where
    Self: IntoParam<E>,
{
    fn into_trials(self) -> Param<E> {
        self.into_param()
    }
}

macro_rules! numbers {
    ($($integer:ty),*) => {$(
        impl<E: Event> IntoTrials<E> for $integer {
            fn into_trials(self) -> Param<E> {
                Param::Number(self as f32)
            }
        }
    )*};
}

numbers!(i32, u32, u64, usize, f32);

impl<E: Event> Binomial<E> {
    /// With this number of trials, a whole number of 0 or more, and finite log-odds of a success.
    pub fn logits(trials: impl IntoTrials<E>, logits: impl IntoParam<E>) -> Self {
        Self {
            trials: trials.into_trials(),
            logits: LogOdds::logits(logits),
        }
    }

    /// With this number of trials, a whole number of 0 or more, and a probability of a success strictly between 0 and 1. If the
    /// probability is a draw on (0, 1), the draw's own logit is used.
    pub fn probs(trials: impl IntoTrials<E>, probs: impl IntoParam<E>) -> Self {
        Self {
            trials: trials.into_trials(),
            logits: LogOdds::probs(probs),
        }
    }

    /// The number of trials.
    pub fn trials(&self) -> &Param<E> {
        &self.trials
    }

    /// The log-odds of a success, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for Binomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = BoundedCounts;
    type Class = class::Scored;
    const FAMILY: &'static str = "Binomial";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.trials.check("trials", Domain::Count, rows)?;
        self.logits.check(rows, Domain::Finite, Domain::OpenUnit)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogMass, [&rows_of::<E>(value), &self.trials, &self.logits])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.trials, &self.logits];
        let counts = noise.plate_given(rows, params, |rng, [trials, logit]| {
            binomial(trials, logit, rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.trials, &self.logits]).expand(rows))
    }

    /// `⌊(n + 1) p⌋`, and at most `n`.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.trials, &self.logits], |[n, l]| {
            ((n + 1.0) * sigmoid(l)).floor().min(n)
        }))
    }

    /// `√(n p(1 − p))`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.trials, &self.logits], |[n, l]| {
            (n * sigmoid(l) * sigmoid(-l)).sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("trials", &self.trials),
            Named::of("logits", &self.logits),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            trials: self.trials.changed(how),
            logits: self.logits.changed(how),
        }
    }
}

impl<E: Event> CountFamily for Binomial<E> {
    fn log_zero(&self) -> Param<E> {
        map(LogZero, [&self.trials, &self.logits])
    }

    /// The trial of the first success has a geometric number that is cut off at the end.
    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.trials, &self.logits];
        let counts = noise.plate_given(rows, params, |rng, [trials, logit]| {
            let cost = logit.softplus();
            let failed = -(rng.fine_uniform() * (-trials * cost).exp_m1()).ln_1p() / cost;
            let left = (trials - 1.0 - failed.floor()).max(0.0);
            1.0 + binomial(left, logit, rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        gate.sum(LogZero, [&self.trials, &self.logits])
    }
}

/// `n ln(1 − p)`
#[derive(Clone, Copy)]
struct LogZero;
impl Formula<2> for LogZero {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [trials, logit]: [R; 2]) -> R {
        -(trials * logit.softplus())
    }
}

gated!(LogZero[2]);

/// The divergence of one trial times the number of trials, if both have the same number in every row.
impl<E: Event> KlDivergence<Binomial<E>> for Binomial<E> {
    fn kl_divergence(&self, prior: &Binomial<E>) -> Option<Rows> {
        let same = self.trials.values() == prior.trials.values();
        same.then(|| row_sum(Kl, [&self.trials, &self.logits, &prior.logits]))
    }
}

#[derive(Clone, Copy)]
struct LogMass;
impl Formula<3> for LogMass {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [k, trials, logit]: [R; 3]) -> R {
        let rest = trials - k;
        if rest.value() < 0.0 {
            return R::constant(f64::NEG_INFINITY);
        }
        let chance = -(k * (-logit).softplus() + rest * logit.softplus());
        if is_direct(trials.value(), logit.value()) {
            let ways =
                trials.shift(1.0).ln_gamma() - k.shift(1.0).ln_gamma() - rest.shift(1.0).ln_gamma();
            return ways + chance;
        }
        if k.value() <= 0.0 || rest.value() <= 0.0 {
            return chance;
        }
        let (hit, miss) = (logit.sigmoid(), (-logit).sigmoid());
        let excess = rest * hit - k * miss;
        half_log_tau(trials) - half_log_tau(k) - half_log_tau(rest) + stirling_rest(trials)
            - stirling_rest(k)
            - stirling_rest(rest)
            - deviance(k, trials * hit, excess)
            - deviance(rest, trials * miss, -excess)
    }
}

zero_outside!(LogMass[3] in Whole);

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [trials, logit]: [R; 2]) -> R {
        trials * logit.sigmoid()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<3> for Kl {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [trials, logit, prior]: [R; 3]) -> R {
        let hit = logit.sigmoid() * ((-prior).softplus() - (-logit).softplus());
        let miss = (-logit).sigmoid() * (prior.softplus() - logit.softplus());
        trials * (hit + miss)
    }
}
