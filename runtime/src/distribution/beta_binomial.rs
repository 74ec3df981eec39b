//! The beta-binomial distribution.

use super::count_family::{CountFamily, Gated, gated};
use super::gamma::log_gamma;
use super::negative_binomial::{self, ORDINARY};
use super::summary::each;
use super::{Distribution, Gaps, IntoTrials, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, rows_of};
use crate::kernels::real::Real;
use crate::kernels::real::double::FACTORIALS;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{RowRng, Stream, binomial};
use crate::support::{BoundedCounts, Mass};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Beta-binomial, element by element: the successes among `n` trials whose probability is itself a draw from Beta(a, b),
/// `ln C(n, k) + ln B(k + a, n − k + b) − ln B(a, b)`; −∞ beyond `n`.
///
/// Use it for counts of successes that spread more than [`Binomial`](super::Binomial)'s. With `a = b = 1` all counts are equally
/// probable.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![3.0])?);
/// let log_prob = BetaBinomial::<()>::new(10, 2.5, 0.7).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 3.4823024177).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("NegativeHypergeometric", "overdispersed"))]
#[derive(Clone, Debug)]
pub struct BetaBinomial<E: Event> {
    trials: Param<E>,
    a: Param<E>,
    b: Param<E>,
}

impl<E: Event> BetaBinomial<E> {
    /// With a number of trials, a whole number of 0 or more, and the positive concentrations of the probability of a success,
    /// [`Beta`](super::Beta)'s. The mean is `n a/(a + b)`. The trials may differ from row to row.
    pub fn new(trials: impl IntoTrials<E>, a: impl IntoParam<E>, b: impl IntoParam<E>) -> Self {
        Self {
            trials: trials.into_trials(),
            a: a.into_param(),
            b: b.into_param(),
        }
    }

    /// The number of trials.
    pub fn trials(&self) -> &Param<E> {
        &self.trials
    }

    /// The concentration of successes.
    pub fn a(&self) -> &Param<E> {
        &self.a
    }

    /// The concentration of failures.
    pub fn b(&self) -> &Param<E> {
        &self.b
    }
}

impl<E: Event> Distribution for BetaBinomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = BoundedCounts;
    type Class = class::Scored;
    const FAMILY: &'static str = "BetaBinomial";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.trials.check("trials", Domain::Count, rows)?;
        self.a.check("a", Domain::Positive, rows)?;
        self.b.check("b", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogMass, [&value, &self.trials, &self.a, &self.b])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.trials, &self.a, &self.b];
        let counts = noise.plate_given(rows, params, |rng, [n, a, b]| drawn(n, a, b, rng));
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.trials, &self.a, &self.b]).expand(rows))
    }

    /// If both concentrations are below 1, it is an end. Of equals it is the least.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.trials, &self.a, &self.b], |[n, a, b]| {
            if a < 1.0 && b < 1.0 {
                return if a > b { n } else { 0.0 };
            }
            if a <= 1.0 {
                return 0.0;
            }
            if b <= 1.0 {
                return n;
            }
            // The masses rise as long as k is below this.
            let end = (n * (a - 1.0) - (b - 1.0)) / ((a - 1.0) + (b - 1.0));
            end.ceil().clamp(0.0, n)
        }))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.trials, &self.a, &self.b], |[n, a, b]| {
            let all = a + b;
            (n * (a / all) * (b / all) * ((all + n) / (all + 1.0))).sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("trials", &self.trials),
            Named::of("a", &self.a),
            Named::of("b", &self.b),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            trials: self.trials.changed(how),
            a: self.a.changed(how),
            b: self.b.changed(how),
        }
    }
}

impl<E: Event> CountFamily for BetaBinomial<E> {
    fn log_zero(&self) -> Param<E> {
        map(LogZero, [&self.trials, &self.a, &self.b])
    }

    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.trials, &self.a, &self.b];
        let counts = noise.plate_given(rows, params, |rng, [n, a, b]| {
            let first = first_success(n, a, b, rng);
            1.0 + drawn(n - first, a + 1.0, b + (first - 1.0), rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        gate.sum(LogZero, [&self.trials, &self.a, &self.b])
    }
}

fn drawn(trials: f64, a: f64, b: f64, rng: &mut RowRng) -> f64 {
    let logit = log_gamma(a, rng) - log_gamma(b, rng);
    binomial(trials, logit, rng)
}

/// The number of the trial of the first success, given that there is one: `m` trials without a success have the probability of 0 of
/// `m`, which is inverted by bisection.
fn first_success(trials: f64, a: f64, b: f64, rng: &mut RowRng) -> f64 {
    // Halvings of all numbers of `f32`.
    const STEPS: usize = 160;
    let log_none = |trials: f64| LogZero.eval([trials, a, b]);
    let target = (rng.fine_uniform() * log_none(trials).exp_m1()).ln_1p();
    let (mut before, mut first) = (0.0_f64, trials);
    for _ in 0..STEPS {
        let middle = (before + 0.5 * (first - before)).floor();
        if middle <= before || middle >= first {
            break;
        }
        if log_none(middle) <= target {
            first = middle;
        } else {
            before = middle;
        }
    }
    first
}

/// Given their sum, two negative binomial counts of one probability are beta-binomial. The formula is theirs, as it keeps its
/// digits where large terms cancel. Any probability will do; with this one the sum is near its mean.
#[derive(Clone, Copy)]
struct LogMass;
impl Formula<4> for LogMass {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn is_ordinary(&self, [k, trials, a, b]: [f32; 4]) -> bool {
        k <= trials && trials < FACTORIALS as f32 && a + b + trials < ORDINARY
    }

    #[inline(always)]
    fn ordinary<R: Real>(&self, [k, trials, a, b]: [R; 4]) -> R {
        let rest = trials - k;
        let ways = trials.ln_factorial() - k.ln_factorial() - rest.ln_factorial();
        ways + a.ln_rising(k) + b.ln_rising(rest) - (a + b).ln_rising(trials)
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [k, trials, a, b]: [R; 4]) -> R {
        let rest = trials - k;
        if rest.value() < 0.0 {
            return R::constant(f64::NEG_INFINITY);
        }
        let logit = R::constant(((trials.value() + 1.0) / (a + b).value()).ln());
        let of = |count: R, failures: R| negative_binomial::LogMass.eval([count, failures, logit]);
        of(k, a) + of(rest, b) - of(trials, a + b)
    }
}

zero_outside!(LogMass[4] in Whole);

/// How much smaller `a` is than `b`, and than 1, where the series has all digits.
const SMALL: f64 = 1e-5;
/// How much smaller `a` and `n` are than `b` where the double integral of `ψ'` is one of its values.
const NARROW: f64 = 1e-4;

/// `ln Γ(b + n) − ln Γ(b) − ln Γ(a + b + n) + ln Γ(a + b)`
#[derive(Clone, Copy)]
struct LogZero;
impl Formula<3> for LogZero {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [trials, a, b]: [R; 3]) -> R {
        if (a + trials).value() < NARROW * b.value() && b.value() > 1.0 / NARROW {
            let middle = b + (a + trials).scale(0.5);
            let r = R::constant(1.0) / middle;
            let trigamma = r * (r * r.scale(1.0 / 6.0).shift(0.5)).shift(1.0);
            return -(a * trials * trigamma);
        }
        if a.value() < SMALL * b.value().min(1.0) {
            // The first two terms in `a`: nothing is left of a difference.
            let bend = (b + trials).trigamma() - b.trigamma();
            return -(a * (b.digamma_rising(trials) + a * bend.scale(0.5)));
        }
        LogMass.eval([R::constant(0.0), trials, a, b])
    }
}

gated!(LogZero[3]);

/// `n a/(a + b)`
#[derive(Clone, Copy)]
struct Mean;
impl Formula<3> for Mean {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [trials, a, b]: [R; 3]) -> R {
        trials * (a / (a + b))
    }
}
