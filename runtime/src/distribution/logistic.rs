//! The logistic distribution.

use super::concrete::LogisticKl;
use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::formula::{LocationScale, LogPlus, Ratio};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Logistic(loc, scale), element by element: `−y − ln scale − 2 sp(−y)` with `y = (x − loc)/scale`.
///
/// Its variance is `scale² π²/3`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![-1.0])?);
/// let log_prob = Logistic::<()>::new(0.5, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.216889193).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Logistic<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
}

impl<E: Event> Logistic<E> {
    /// With mean `loc` and a positive `scale`.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            loc: loc.into_param(),
            scale: scale.into_param(),
        }
    }

    /// The mean.
    pub fn loc(&self) -> &Param<E> {
        &self.loc
    }

    /// The scale.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for Logistic<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Logistic";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.loc, &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(LogPlus(2.0), [&self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    /// `π/√3 · scale`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[scale]| {
            1.813_799_364_234_217_8 * scale
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("loc", &self.loc), Named::of("scale", &self.scale)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Logistic<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Logistic, rows);
        Draw::of(map(LocationScale, [&noise, &self.loc, &self.scale]).expand(rows))
    }
}

/// It has a closed form only if both scales are the same number: `d coth(d/2) − 2` with `d = Δ/scale`.
impl<E: Event> KlDivergence<Logistic<E>> for Logistic<E> {
    fn kl_divergence(&self, prior: &Logistic<E>) -> Option<Rows> {
        match (&self.scale, &prior.scale) {
            (Param::Number(a), Param::Number(b)) if a == b => {
                let [loc, prior_loc] =
                    [&self.loc, &prior.loc].map(|loc| map(Ratio, [loc, &self.scale]));
                Some(row_sum(LogisticKl, [&loc, &prior_loc]))
            }
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        let y = (x - loc) / scale;
        -y - scale.ln() - (-y).softplus().scale(2.0)
    }
}

zero_outside!(LogDensity[3] in Finite);
