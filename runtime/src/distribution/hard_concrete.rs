//! The hard Concrete distribution on [0, 1]: a gate that is sometimes exactly closed or exactly open.

use super::concrete::LogitDensity;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::Perturb;
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{ClosedUnitInterval, DensityWithAtoms};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// The interval to which the binary Concrete is stretched before it is cut.
const LOW: f64 = -0.1;
const HIGH: f64 = 1.1;
/// `ln(−LOW/HIGH)` and `ln((1 − LOW)/(HIGH − 1))`: the logits of the stretched variable at 0 and 1.
const LOGIT_OF_0: f64 = -2.397_895_272_798_370_7;
const LOGIT_OF_1: f64 = 2.397_895_272_798_370_7;

/// Hard Concrete with logits `l` and temperature `t`, element by element, on [0, 1]: a binary
/// [`Concrete`](super::Concrete), stretched to (−0.1, 1.1) and cut at 0 and 1 (Louizos, Welling and Kingma 2018).
///
/// `P(0) = σ(t y₀ − l)` with `y₀ = ln(0.1/1.1)` and `P(1) = σ(l + t y₀)` are masses; in between
/// there is a density. So [`log_prob`](Distribution::log_prob) is with respect to Lebesgue's measure and one atom at each
/// end. It cannot be compared with a [`Density`](crate::support::Density) or a [`Mass`](crate::support::Mass).
///
/// A draw keeps the logit from before the cut, and its density is the logit's. A cut value has no slope, and the ratio of two
/// masses would lose the gradient through the logit. So a divergence at a draw is that of the gates before the cut. It is at
/// least as large as after the cut, so bounds stay bounds.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.0, 1.0])?);
/// let gate = HardConcrete::<()>::new(0.5, 2.0 / 3.0);
/// let log_prob = gate.log_prob(&x).as_vec();
/// assert!((log_prob[0].exp() - 0.1092332749).abs() < 1e-6);
/// assert!((log_prob[1].exp() - 0.250002895).abs() < 1e-6);
/// // The expected number of open gates, which is the penalty on them.
/// assert!((gate.probability_of_nonzero(1).as_vec()[0] - 0.8907667251).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("L0", "StretchedConcrete"))]
#[derive(Clone, Debug)]
pub struct HardConcrete<E: Event> {
    logits: Param<E>,
    temperature: f32,
}

impl<E: Event> HardConcrete<E> {
    /// With log-odds `logits` and a positive `temperature`; 2/3 is usual.
    pub fn new(logits: impl IntoParam<E>, temperature: f32) -> Self {
        Self {
            logits: logits.into_param(),
            temperature,
        }
    }

    /// `P(0)` of each element of `rows` rows.
    pub fn probability_of_zero(&self, rows: usize) -> Value<E> {
        self.probability(-1.0, rows)
    }

    /// `P(1)` of each element of `rows` rows.
    pub fn probability_of_one(&self, rows: usize) -> Value<E> {
        self.probability(1.0, rows)
    }

    /// `1 − P(0)` of each element of `rows` rows. Its sum is the expected number of gates that are not closed.
    pub fn probability_of_nonzero(&self, rows: usize) -> Value<E> {
        map(Nonzero(self.temperature), [&self.logits]).expand(rows)
    }

    fn probability(&self, sign: f64, rows: usize) -> Value<E> {
        map(End(sign, self.temperature), [&self.logits]).expand(rows)
    }

    /// The log-odds.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }

    /// The temperature.
    pub fn temperature(&self) -> f32 {
        self.temperature
    }
}

impl<E: Event> Distribution for HardConcrete<E> {
    type Event = E;
    type Measure = DensityWithAtoms;
    type Support = ClosedUnitInterval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "HardConcrete";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check("logits", Domain::Finite, rows)?;
        Param::<E>::Number(self.temperature).check("temperature", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(
            LogDensity(self.temperature),
            [&rows_of::<E>(value), &self.logits],
        )
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        let density = LogitDensity::at(self.temperature);
        match draw.stretched_logit() {
            Some(logit) => row_sum(density, [&rows_of::<E>(logit), &self.logits]),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// None: it has no closed form.
    fn mean(&self, _rows: usize) -> Option<Value<E>> {
        None
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("logits", &self.logits),
            Named::of("temperature", &Param::<()>::Number(self.temperature)),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            temperature: self.temperature,
        }
    }
}

impl<E: Event> Reparameterised for HardConcrete<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Logistic, rows);
        let logit = map(Perturb(self.temperature), [&self.logits, &noise]).expand(rows);
        Draw::from_stretched_logit(map(Cut, [&rows_of::<E>(&logit)]).expand(rows), logit)
    }
}

/// The divergence of the gates before the cut, as for draws. It has a closed form only at equal temperatures:
/// `d coth(d/2) − 2` with `d` the difference of the logits.
impl<E: Event> KlDivergence<HardConcrete<E>> for HardConcrete<E> {
    fn kl_divergence(&self, prior: &HardConcrete<E>) -> Option<Rows> {
        (self.temperature == prior.temperature).then(|| {
            let params = [&self.logits, &prior.logits];
            row_sum(super::concrete::LogisticKl, params)
        })
    }
}

/// `min(1, max(0, LOW + (HIGH − LOW) σ(y)))`
#[derive(Clone, Copy)]
struct Cut;
impl Formula<1> for Cut {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [y]: [R; 1]) -> R {
        let stretched = y.sigmoid().scale(HIGH - LOW).shift(LOW);
        match stretched.value() {
            at if at <= 0.0 => R::constant(0.0),
            at if at >= 1.0 => R::constant(1.0),
            _ => stretched,
        }
    }
}

/// `P(0)` if the side is −1, `P(1)` if it is 1, at a temperature.
#[derive(Clone, Copy)]
struct End(f64, f32);
impl Formula<1> for End {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        let Self(sign, temperature) = *self;
        let shift = -LOGIT_OF_1 * f64::from(temperature);
        logit.scale(sign).shift(shift).sigmoid()
    }
}

/// `1 − P(0)` at a temperature.
#[derive(Clone, Copy)]
struct Nonzero(f32);
impl Formula<1> for Nonzero {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        logit.shift(-LOGIT_OF_0 * f64::from(self.0)).sigmoid()
    }
}

/// The log-density at a temperature. At the ends it is the logarithm of a mass. In between, with
/// `x = LOW + (HIGH − LOW) σ(y)`, it is the density of `y` times `dy/dx = (HIGH − LOW)/((x − LOW)(HIGH − x))`.
#[derive(Clone, Copy)]
struct LogDensity(f32);
impl Formula<2> for LogDensity {
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, logit]: [R; 2]) -> R {
        let at = x.value();
        if at == 0.0 || at == 1.0 {
            let sign = if at == 0.0 { 1.0 } else { -1.0 };
            let shift = LOGIT_OF_1 * f64::from(self.0);
            return -logit.scale(sign).shift(shift).softplus();
        }
        let (low, high) = (x.shift(-LOW).ln(), (-x).shift(HIGH).ln());
        LogitDensity::at(self.0).eval([low - high, logit]) - low - high
            + R::constant((HIGH - LOW).ln())
    }
}

zero_outside!(LogDensity[2] in ClosedUnit);
