//! The log-normal distribution.

use super::summary::{each, positive};
use super::{Distribution, Gaps, Named, Normal, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::Fault;
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, Positive};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// LogNormal(loc, scale), element by element, on positive numbers: the exponential of a
/// [`Normal`], with density `Normal(ln x; loc, scale)/x`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.7])?);
/// let log_prob = LogNormal::<()>::new(0.5, 0.8).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.227156116).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogNormal<E: Event> {
    log: Normal<E>,
}

impl<E: Event> LogNormal<E> {
    /// With the mean and the standard deviation of the logarithm; `scale` must be positive.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            log: Normal::new(loc, scale),
        }
    }

    /// The logarithm's mean.
    pub fn loc(&self) -> &Param<E> {
        &self.log.loc
    }

    /// The logarithm's standard deviation.
    pub fn scale(&self) -> &Param<E> {
        &self.log.scale
    }
}

impl<E: Event> Distribution for LogNormal<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Explicit;
    const FAMILY: &'static str = "LogNormal";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.log.check(rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let params = [&rows_of::<E>(value), &self.log.loc, &self.log.scale];
        row_sum_inside(LogDensity, params)
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.positive_log() {
            Some(log) => self.log.log_prob(log),
            None => draw.add_log_jacobian(self.log_prob(&draw.value())),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.log.loc, &self.log.scale]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        let params = [&self.log.loc, &self.log.scale];
        Some(row_sum(Entropy, params))
    }

    /// `e^(loc − scale²)`
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.log.loc, &self.log.scale],
            |[loc, scale]| positive((loc - scale * scale).exp()),
        ))
    }

    /// `e^(loc + scale²/2) √(e^(scale²) − 1)`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.log.loc, &self.log.scale],
            |[loc, scale]| {
                let square = scale * scale;
                // e^(scale²) alone may be beyond f64.
                (loc + square).exp() * (-(-square).exp_m1()).sqrt()
            },
        ))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("loc", &self.log.loc),
            Named::of("scale", &self.log.scale),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            log: self.log.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for LogNormal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        Draw::from_positive_log(self.log.rsample(rows, noise).value())
    }
}

/// The divergence of the logarithms, since a divergence does not change under a bijection.
impl<E: Event> KlDivergence<LogNormal<E>> for LogNormal<E> {
    fn kl_divergence(&self, prior: &LogNormal<E>) -> Option<Rows> {
        self.log.kl_divergence(&prior.log)
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;
        let log = x.ln();
        ((log - loc) / scale).square().scale(-0.5) - scale.ln().shift(HALF_LN_2_PI) - log
    }
}

zero_outside!(LogDensity[3] in AboveZero);

/// `exp(loc + scale²/2)`
#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale]: [R; 2]) -> R {
        (loc + scale.square().scale(0.5)).exp()
    }
}

#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale]: [R; 2]) -> R {
        const HALF_LN_2_PI_E: f64 = 1.418_938_533_204_672_7;
        loc + scale.ln().shift(HALF_LN_2_PI_E)
    }
}
