//! The Laplace distribution.

use std::f64::consts::LN_2;

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::LocationScale;
use crate::kernels::real::{Real, double};
use crate::noise::Stream;
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Laplace(loc, scale), element by element: `−|x − loc|/scale − ln(2 scale)`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![-1.0])?);
/// let log_prob = Laplace::<()>::new(0.5, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.136294361).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Laplace<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
}

impl<E: Event> Laplace<E> {
    /// With median `loc` and a positive `scale`, the mean absolute deviation.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            loc: loc.into_param(),
            scale: scale.into_param(),
        }
    }

    /// The median.
    pub fn loc(&self) -> &Param<E> {
        &self.loc
    }

    /// The scale.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for Laplace<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Laplace";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.loc, &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    /// `√2 · scale`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.scale], |[scale]| {
            std::f64::consts::SQRT_2 * scale
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

impl<E: Event> Reparameterised for Laplace<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        // The quantile of a uniform number moved to (−½, ½).
        let noise = noise.plate::<E>(rows, |rng| {
            let v = rng.uniform() - 0.5;
            (-v.signum() * (-2.0 * v.abs()).ln_1p()) as f32
        });
        Draw::of(map(LocationScale, [&noise, &self.loc, &self.scale]).expand(rows))
    }
}

/// `ln(b₂/b₁) + Δ/b₂ − 1 + (b₁/b₂) e^(−Δ/b₁)` with `Δ = |loc₁ − loc₂|`.
impl<E: Event> KlDivergence<Laplace<E>> for Laplace<E> {
    fn kl_divergence(&self, prior: &Laplace<E>) -> Option<Rows> {
        let params = [&self.loc, &self.scale, &prior.loc, &prior.scale];
        Some(row_sum(Kl, params))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    compiled_here!(3);

    const EXACT: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        -((x - loc).abs() / scale) - scale.ln().shift(LN_2)
    }

    #[inline(always)]
    fn value(&self, [x, loc, scale]: [f32; 3]) -> f64 {
        let distance = (f64::from(x) - f64::from(loc)).abs() / f64::from(scale);
        -distance - (double::ln(scale) + std::f64::consts::LN_2)
    }
}

#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [scale]: [R; 1]) -> R {
        scale.ln().shift(LN_2 + 1.0)
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale, prior_loc, prior_scale]: [R; 4]) -> R {
        let distance = (loc - prior_loc).abs();
        let ratio = scale / prior_scale;
        (distance / prior_scale).shift(-1.0) + ratio * (-(distance / scale)).exp() - ratio.ln()
    }
}
