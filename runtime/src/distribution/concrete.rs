//! The Concrete distribution on (0, 1): the relaxed Bernoulli.

use std::any::Any;

use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{Perturb, PerturbBy, times_log};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Density, UnitInterval};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Binary Concrete with logits `l` and temperature `t`, element by element, on (0, 1).
///
/// A draw is `σ((l + L)/t)` with **logistic** `L`, the difference of two Gumbels. Rounded, it is
/// exactly Bernoulli(σ(l)). Its density is (Maddison, Mnih and Teh 2016, appendix B)
/// `ln t + l − (t + 1)(ln x + ln(1 − x)) − 2 lse(l − t ln x, −t ln(1 − x))`.
/// Draws live in logit space, where `y = (l + L)/t` has density
/// `ln t − t y + l − 2 sp(l − t y)` and nothing saturates.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.3])?);
/// let log_prob = Concrete::<()>::new(0.5, 2.0 / 3.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.5021350045).abs() < 1e-5);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("RelaxedBernoulli", "BinConcrete", "LogitRelaxedBernoulli"))]
#[derive(Clone, Debug)]
pub struct Concrete<E: Event> {
    logits: Param<E>,
    temperature: Param<E>,
}

impl<E: Event> Concrete<E> {
    /// With log-odds `logits` and a positive `temperature`, which may be learned or differ from row to row. At temperatures up
    /// to 1 the density has no mode inside the interval.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A relaxed bit whose guide learns how soft it is.
    ///     pub struct Soft { guide: Linear<1, 1>, log_temperature: Parameter<Rank1<1>> }
    ///     generative p {
    ///         sample z: [1] ~ Concrete::new(0.0, 0.5);
    ///         sample x: [1] ~ Normal::new(z, 0.1);
    ///     }
    ///     inference q(x) { sample z ~ Concrete::new(guide(x), log_temperature.exp()); }
    /// }
    ///
    /// let x: Batch<(Const<1>,)> = batch(vec![0.1, 0.9])?;
    /// assert!(Elbo::default().loss(&Soft::new(0).q(&x))?.value().is_finite());
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn new(logits: impl IntoParam<E>, temperature: impl IntoParam<E>) -> Self {
        Self {
            logits: logits.into_param(),
            temperature: temperature.into_param(),
        }
    }

    fn log_prob_of_logit(&self, logit: &Value<E>) -> Rows {
        let logit = rows_of::<E>(logit);
        match &self.temperature {
            Param::Number(t) => row_sum(LogitDensity::at(*t), [&logit, &self.logits]),
            temperature => row_sum(LearnedDensity, [&logit, &self.logits, temperature]),
        }
    }

    /// The log-odds.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }

    /// The temperature.
    pub fn temperature(&self) -> &Param<E> {
        &self.temperature
    }
}

impl<E: Event> Distribution for Concrete<E> {
    type Event = E;
    type Measure = Density;
    type Support = UnitInterval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Concrete";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check("logits", Domain::Finite, rows)?;
        self.temperature
            .check("temperature", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogDensity, [&value, &self.logits, &self.temperature])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.logit() {
            Some(logit) => self.log_prob_of_logit(logit),
            None => self.log_prob(&draw.value()),
        }
    }

    /// Takes one pass if the other is one Concrete for all rows, as relaxed priors are.
    fn log_ratio<P: Distribution<Event = E>>(&self, other: &P, draw: &Draw<E>) -> Rows {
        let relaxed: Option<&Self> = (other as &dyn Any).downcast_ref();
        match (relaxed, &self.temperature, draw.logit()) {
            (
                Some(Self {
                    logits: Param::Number(logit),
                    temperature: Param::Number(other),
                }),
                Param::Number(own),
                Some(y),
            ) => {
                let ratio = LogitRatio {
                    own: LogitDensity::at(*own),
                    other: LogitDensity::at(*other),
                    logit: f64::from(*logit),
                };
                row_sum(ratio, [&rows_of::<E>(y), &self.logits])
            }
            _ => self.log_prob_of(draw) - other.log_prob_of(draw),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// None: it has a closed form only at temperature 1.
    fn mean(&self, _rows: usize) -> Option<Value<E>> {
        None
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("logits", &self.logits),
            Named::of("temperature", &self.temperature),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            temperature: self.temperature.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Concrete<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Logistic, rows);
        let logit = match &self.temperature {
            Param::Number(t) => map(Perturb(*t), [&self.logits, &noise]),
            temperature => map(PerturbBy, [&self.logits, &noise, temperature]),
        };
        Draw::from_logit(logit.expand(rows))
    }
}

/// It has a closed form only if both temperatures are the same number: `d coth(d/2) − 2` with `d` the difference of the
/// logits.
impl<E: Event> KlDivergence<Concrete<E>> for Concrete<E> {
    fn kl_divergence(&self, prior: &Concrete<E>) -> Option<Rows> {
        match (&self.temperature, &prior.temperature) {
            (Param::Number(own), Param::Number(other)) if own == other => {
                Some(row_sum(LogisticKl, [&self.logits, &prior.logits]))
            }
            _ => None,
        }
    }
}

/// At 0 and 1 it is the limit: ∞ if the temperature is below 1, −∞ if it is above.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, logit, temperature]: [R; 3]) -> R {
        let at = x.value();
        if at == 0.0 || at == 1.0 {
            // Towards an end the density moves as (t − 1) ln of the distance to it.
            let logit = if at == 0.0 { -logit } else { logit };
            let (power, rim) = (temperature.shift(-1.0), R::constant(f64::NEG_INFINITY));
            return logit + temperature.ln() + times_log(power, rim);
        }
        let (log_x, log_1mx) = (x.ln(), (-x).ln_1p());
        LearnedDensity.eval([log_x - log_1mx, logit, temperature]) - log_x - log_1mx
    }
}

zero_outside!(LogDensity[3] in ClosedUnit);

/// `ln t − t y + l − 2 sp(l − t y)`
#[derive(Clone, Copy)]
pub(super) struct LogitDensity {
    temperature: f64,
    log_temperature: f64,
}

impl LogitDensity {
    pub(super) fn at(temperature: f32) -> Self {
        let temperature = f64::from(temperature);
        Self {
            temperature,
            log_temperature: temperature.ln(),
        }
    }
}

impl Formula<2> for LogitDensity {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [y, logit]: [R; 2]) -> R {
        let a = logit - y.scale(self.temperature);
        a.shift(self.log_temperature) - a.softplus().scale(2.0)
    }
}

/// The same with a temperature that is a parameter.
#[derive(Clone, Copy)]
struct LearnedDensity;
impl Formula<3> for LearnedDensity {
    compiled_here!(3);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [y, logit, temperature]: [R; 3]) -> R {
        let a = logit - y * temperature;
        a + temperature.ln() - a.softplus().scale(2.0)
    }
}

/// The log-density of `y` minus that at another temperature with one logit for all.
#[derive(Clone, Copy)]
struct LogitRatio {
    own: LogitDensity,
    other: LogitDensity,
    logit: f64,
}

impl Formula<2> for LogitRatio {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [y, logit]: [R; 2]) -> R {
        self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit)])
    }
}

/// The divergence of two logistic distributions of equal scale, `d coth(d/2) − 2`. Near zero the closed form cancels, so its
/// series is used.
#[derive(Clone, Copy)]
pub(super) struct LogisticKl;
impl Formula<2> for LogisticKl {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        let d = (a - b).abs();
        if d.value() < 0.5 {
            let d2 = d.square();
            let tail = d2.scale(-1.0 / 604_800.0).shift(1.0 / 15_120.0);
            return d2 * (d2 * (d2 * tail).shift(-1.0 / 360.0)).shift(1.0 / 6.0);
        }
        // With e = e^−d − 1, coth(d/2) = −(2 + e)/e.
        let e = (-d).exp_m1();
        (-(d * e.shift(2.0) / e)).shift(-2.0)
    }
}
