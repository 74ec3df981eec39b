//! The Cauchy distribution.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{LocationScale, LogPlus};
use crate::kernels::real::Real;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Cauchy(loc, scale), element by element: `−ln(π scale) − ln(1 + ((x − loc)/scale)²)`.
///
/// It has no mean. The divergence of two Cauchy distributions is `ln(((s₁ + s₂)² + Δ²)/(4 s₁ s₂))` (Chyzak and Nielsen 2019).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![2.5])?);
/// let log_prob = Cauchy::<()>::new(0.5, 2.0).log_prob(&x);
/// let four_pi = 4.0 * std::f32::consts::PI;
/// assert!((log_prob.as_vec()[0] + four_pi.ln()).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "Lorentz")]
#[derive(Clone, Debug)]
pub struct Cauchy<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
}

impl<E: Event> Cauchy<E> {
    /// With median `loc` and a positive `scale`, half the distance between the quartiles.
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

impl<E: Event> Distribution for Cauchy<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Cauchy";
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

    /// None: the integral does not converge.
    fn mean(&self, _rows: usize) -> Option<Value<E>> {
        None
    }

    fn entropy(&self) -> Option<Rows> {
        // ln 4π
        Some(row_sum(LogPlus(2.531_024_246_969_291), [&self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
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

impl<E: Event> Reparameterised for Cauchy<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.plate::<E>(rows, |rng| (PI * rng.uniform() - FRAC_PI_2).tan() as f32);
        Draw::of(map(LocationScale, [&noise, &self.loc, &self.scale]).expand(rows))
    }
}

impl<E: Event> KlDivergence<Cauchy<E>> for Cauchy<E> {
    fn kl_divergence(&self, prior: &Cauchy<E>) -> Option<Rows> {
        let params = [&self.loc, &self.scale, &prior.loc, &prior.scale];
        Some(row_sum(Kl, params))
    }
}

/// The logarithm of `s + Δ²/s` instead of `1 + (Δ/s)²`. Far in the tail only the square could overflow, and in `f64` it does
/// not.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale]: [R; 3]) -> R {
        -((x - loc) / scale).square().ln_1p() - scale.scale(PI).ln()
    }
}

zero_outside!(LogDensity[3] in Finite);

/// `ln(1 + ((s₁ − s₂)² + Δ²)/(4 s₁ s₂))`, which is the same, and exact if the two are close.
#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale, prior_loc, prior_scale]: [R; 4]) -> R {
        let apart = (scale - prior_scale).square() + (loc - prior_loc).square();
        (apart / (scale * prior_scale).scale(4.0)).ln_1p()
    }
}
