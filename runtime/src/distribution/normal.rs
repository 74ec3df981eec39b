//! The normal distribution.

use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{LocationScale, LogPlus};
use crate::kernels::real::{Real, double};
use crate::noise::{Standard, Stream};
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Normal(loc, scale), element by element: `−½((x − loc)/scale)² − ln scale − ½ ln 2π`.
///
/// `scale` is the standard deviation and must be positive. Draws are `loc + scale · ε` with standard
/// normal `ε` (Kingma and Welling 2013).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.3])?);
/// let log_prob = Normal::<()>::new(1.0, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.673335714).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Gaussian", "DiagonalNormal", "DiagNormal"))]
#[derive(Clone, Debug)]
pub struct Normal<E: Event> {
    pub(super) loc: Param<E>,
    pub(super) scale: Param<E>,
}

impl<E: Event> Normal<E> {
    /// With mean `loc` and standard deviation `scale`, which must be positive.
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

    /// The standard deviation.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }
}

impl<E: Event> Distribution for Normal<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Normal";
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
        Some(row_sum(LogPlus(1.418_938_533_204_672_7), [&self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(self.scale.expand(rows))
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

impl<E: Event> Reparameterised for Normal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let epsilon = noise.standard::<E>(Standard::Normal, rows);
        Draw::of(map(LocationScale, [&epsilon, &self.loc, &self.scale]).expand(rows))
    }
}

impl<E: Event> KlDivergence<Normal<E>> for Normal<E> {
    fn kl_divergence(&self, prior: &Normal<E>) -> Option<Rows> {
        let params = [&self.loc, &self.scale, &prior.loc, &prior.scale];
        Some(row_sum(Kl, params))
    }
}

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    compiled_here!(3);

    const EXACT: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        ((x - loc) / scale).square().scale(-0.5) - scale.ln().shift(HALF_LN_2_PI)
    }

    #[inline(always)]
    fn value(&self, [x, loc, scale]: [f32; 3]) -> f64 {
        let standard = (f64::from(x) - f64::from(loc)) / f64::from(scale);
        -0.5 * standard * standard - (double::ln(scale) + HALF_LN_2_PI)
    }
}

/// `ln(s₂/s₁) + (s₁² + Δ²)/(2 s₂²) − ½`, with the ratio of scales kept near one where it is.
#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale, prior_loc, prior_scale]: [R; 4]) -> R {
        let ratio = scale / prior_scale;
        let distance = (loc - prior_loc) / prior_scale;
        (ratio.square() + distance.square()).shift(-1.0).scale(0.5) - ratio.ln()
    }
}
