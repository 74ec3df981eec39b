//! The logistic-normal distribution on (0, 1).

use super::{Distribution, Gaps, Named, Normal, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::Fault;
use crate::kernels::elementwise::{Formula, rows_of};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, UnitInterval};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// LogisticNormal(loc, scale), element by element, on (0, 1): the sigmoid of a [`Normal`], with
/// density `Normal(logit x; loc, scale)/(x(1 − x))`.
///
/// Rounded, it is Bernoulli(Φ(loc/scale)), not Bernoulli(σ(loc)). To stand in for a Bernoulli, use
/// [`Concrete`](super::Concrete). Draws live in logit space.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.3])?);
/// let log_prob = LogisticNormal::<()>::new(0.5, 1.2).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.1708941211).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("LogitNormal", "SigmoidNormal"))]
#[derive(Clone, Debug)]
pub struct LogisticNormal<E: Event> {
    logit: Normal<E>,
}

impl<E: Event> LogisticNormal<E> {
    /// With the mean and the standard deviation of the logit; `scale` must be positive.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            logit: Normal::new(loc, scale),
        }
    }

    /// The logit's mean.
    pub fn loc(&self) -> &Param<E> {
        &self.logit.loc
    }

    /// The logit's standard deviation.
    pub fn scale(&self) -> &Param<E> {
        &self.logit.scale
    }
}

impl<E: Event> Distribution for LogisticNormal<E> {
    type Event = E;
    type Measure = Density;
    type Support = UnitInterval;
    type Class = class::Explicit;
    const FAMILY: &'static str = "LogisticNormal";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logit.check(rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let params = [&rows_of::<E>(value), &self.logit.loc, &self.logit.scale];
        row_sum_inside(LogDensity, params)
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.logit() {
            Some(logit) => self.logit.log_prob(logit),
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
            Named::of("loc", &self.logit.loc),
            Named::of("scale", &self.logit.scale),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logit: self.logit.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for LogisticNormal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        Draw::from_logit(self.logit.rsample(rows, noise).value())
    }
}

/// The divergence of the logits, since a divergence does not change under a bijection.
impl<E: Event> KlDivergence<LogisticNormal<E>> for LogisticNormal<E> {
    fn kl_divergence(&self, prior: &LogisticNormal<E>) -> Option<Rows> {
        self.logit.kl_divergence(&prior.logit)
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;
        let (log_x, log_1mx) = (x.ln(), (-x).ln_1p());
        let y = (log_x - log_1mx - loc) / scale;
        y.square().scale(-0.5) - scale.ln().shift(HALF_LN_2_PI) - log_x - log_1mx
    }
}

zero_outside!(LogDensity[3] in OpenUnit);
