//! The Gumbel distribution.

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{LocationScale, LogPlus};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Standard, Stream};
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Gumbel(loc, scale), element by element: `−(y + e^−y) − ln scale` with `y = (x − loc)/scale`.
///
/// It is the limit of the largest of many draws. The standard deviation is `scale π/√6`, not `scale`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![-1.0])?);
/// let log_prob = Gumbel::<()>::new(0.5, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.060147197).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gumbel<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
}

/// Euler's constant γ, the mean of a standard Gumbel.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

impl<E: Event> Gumbel<E> {
    /// With mode `loc` and a positive `scale`.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            loc: loc.into_param(),
            scale: scale.into_param(),
        }
    }

    /// The mode.
    pub fn loc(&self) -> &Param<E> {
        &self.loc
    }

    /// The scale.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for Gumbel<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Gumbel";
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
        Some(map(Mean, [&self.loc, &self.scale]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(LogPlus(1.0 + EULER_GAMMA), [&self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    /// `π/√6 · scale`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[scale]| {
            1.282_549_830_161_864 * scale
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

impl<E: Event> Reparameterised for Gumbel<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Gumbel, rows);
        Draw::of(map(LocationScale, [&noise, &self.loc, &self.scale]).expand(rows))
    }
}

/// `ln(b₂/b₁) + γ(b₁/b₂ − 1) + e^((m₂ − m₁)/b₂) Γ(b₁/b₂ + 1) − 1 + (m₁ − m₂)/b₂`
impl<E: Event> KlDivergence<Gumbel<E>> for Gumbel<E> {
    fn kl_divergence(&self, prior: &Gumbel<E>) -> Option<Rows> {
        let params = [&self.loc, &self.scale, &prior.loc, &prior.scale];
        Some(row_sum(Kl, params))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        let y = (x - loc) / scale;
        -(y + (-y).exp()) - scale.ln()
    }
}

zero_outside!(LogDensity[3] in Finite);

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale]: [R; 2]) -> R {
        loc + scale.scale(EULER_GAMMA)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale, prior_loc, prior_scale]: [R; 4]) -> R {
        let ratio = scale / prior_scale;
        let distance = (loc - prior_loc) / prior_scale;
        let excess = (ratio.shift(1.0).ln_gamma() - distance).exp_m1();
        ratio.shift(-1.0).scale(EULER_GAMMA) + excess + distance - ratio.ln()
    }
}
