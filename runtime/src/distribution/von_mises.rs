//! The von Mises distribution on the circle.

use std::f64::consts::{PI, TAU};

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{
    Formula, Quantile, compiled_here, implicit, map, row_sum, rows_of,
};
use crate::kernels::real::{Real, double};
use crate::kernels::special::bessel_ratio_rest;
use crate::kernels::special::von_mises_slopes;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{RowRng, Stream};
use crate::support::{Circle, Density};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// VonMises(loc, concentration κ), element by element, on angles:
/// `κ cos(x − loc) − ln 2π − ln I₀(κ)`.
///
/// Angles are in radians. Draws lie between −π and π; values may be any number, and numbers that differ by 2π are the same
/// angle. Draws are Best and Fisher's (1979). Their gradient by the concentration is implicit (Figurnov, Mohamed and Mnih
/// 2018).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.0])?);
/// let log_prob = VonMises::<()>::new(0.5, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.9067054841).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "CircularNormal")]
#[derive(Clone, Debug)]
pub struct VonMises<E: Event> {
    loc: Param<E>,
    concentration: Param<E>,
}

impl<E: Event> VonMises<E> {
    /// With the direction `loc` in radians and a positive `concentration`, about the inverse of the variance.
    pub fn new(loc: impl IntoParam<E>, concentration: impl IntoParam<E>) -> Self {
        Self {
            loc: loc.into_param(),
            concentration: concentration.into_param(),
        }
    }

    /// The direction, in radians.
    pub fn loc(&self) -> &Param<E> {
        &self.loc
    }

    /// The concentration.
    pub fn concentration(&self) -> &Param<E> {
        &self.concentration
    }
}

impl<E: Event> Distribution for VonMises<E> {
    type Event = E;
    type Measure = Density;
    type Support = Circle;
    type Class = class::Implicit;
    const FAMILY: &'static str = "VonMises";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.concentration
            .check("concentration", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogDensity, [&value, &self.loc, &self.concentration])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// The mean direction: the angle of the mean point on the circle.
    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Wrapped, [&self.loc]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.concentration]))
    }

    /// The location, from −π to π.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Wrapped, [&self.loc]).expand(rows))
    }

    /// The circular deviation, `√(−2 ln(I₁(c)/I₀(c)))` with the concentration `c`.
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.concentration], |[c]| {
            (-2.0 * (-bessel_ratio_rest(c)).ln_1p()).sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("loc", &self.loc),
            Named::of("concentration", &self.concentration),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            concentration: self.concentration.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for VonMises<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let angle = noise.plate_finished(
            rows,
            [&self.concentration],
            #[inline(always)]
            |rng, [concentration]| raw_angle(concentration, rng),
            #[inline(always)]
            // 1 − cos x = 2 sin² x/2
            |[distance, sign], _| {
                let sin = (0.5 * distance).sqrt();
                sign * 2.0 * double::asin(if sin < 1.0 { sin } else { 1.0 })
            },
        );
        let angle = implicit(Angle, [&angle, &self.concentration]);
        Draw::of(map(Turned, [&angle, &self.loc]).expand(rows))
    }
}

/// One draw around 0, as `1 − cos x` and a sign (Best and Fisher, "Efficient simulation of the von Mises distribution", Applied
/// Statistics 28(2), 1979). The cosine's distance from 1 keeps its digits if draws are close to 0.
#[inline(always)]
fn raw_angle(concentration: f64, rng: &mut RowRng) -> [f64; 2] {
    // r = a + √(1 + a²) with a = 1/2κ. Computed this way, r − 1 does not cancel.
    let a = 0.5 / concentration;
    let above_one = a + a * a / (1.0 + (1.0 + a * a).sqrt());
    let r = 1.0 + above_one;
    for _ in 0..TRIES {
        // 1 − cos πu, and 1 − f = (r − 1)(1 − cos πu)/(r + cos πu)
        let (sin, _) = double::sin_cos(0.5 * PI * rng.uniform());
        let below = 2.0 * sin * sin;
        let distance = above_one * below / (r + 1.0 - below);
        let c = concentration * (above_one + distance);
        let u = rng.uniform();
        // Most that will be accepted are, without a logarithm.
        if u < c * (2.0 - c) || (c / u).ln() + 1.0 - c >= 0.0 {
            let sign = if rng.uniform() < 0.5 { -1.0 } else { 1.0 };
            return [distance, sign];
        }
    }
    [0.0, 1.0]
}

/// At least 0.65 of all tries succeed. The probability that this many fail is 10⁻⁴⁵.
const TRIES: usize = 100;

/// `ln(I₀(κ₂)/I₀(κ₁)) + A(κ₁)(κ₁ − κ₂ cos Δ)` with `A = I₁/I₀`.
impl<E: Event> KlDivergence<VonMises<E>> for VonMises<E> {
    fn kl_divergence(&self, prior: &VonMises<E>) -> Option<Rows> {
        Some(row_sum(
            Kl,
            [
                &self.loc,
                &self.concentration,
                &prior.loc,
                &prior.concentration,
            ],
        ))
    }
}

#[derive(Clone, Copy)]
struct Angle;
impl Quantile<2> for Angle {
    #[inline(always)]
    fn slopes<const W: usize>(&self, [angle, concentration]: [&[f64; W]; 2]) -> [[f64; W]; 2] {
        [[0.0; W], von_mises_slopes(angle, concentration)]
    }
}

/// The angle between −π and π.
#[inline(always)]
fn wrapped<R: Real>(angle: R) -> R {
    angle.shift(-TAU * (angle.value() / TAU).round())
}

#[derive(Clone, Copy)]
struct Wrapped;
impl Formula<1> for Wrapped {
    compiled_here!(1);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [angle]: [R; 1]) -> R {
        wrapped(angle)
    }
}

#[derive(Clone, Copy)]
struct Turned;
impl Formula<2> for Turned {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [angle, by]: [R; 2]) -> R {
        wrapped(angle + by)
    }
}

/// `κ (cos Δ − 1)` as `−2κ sin² Δ/2`, which keeps its digits near the mode.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, concentration]: [R; 3]) -> R {
        let half = wrapped(x - loc).scale(0.5);
        -(concentration * half.sin().square()).scale(2.0)
            - concentration.ln_bessel_i0e().shift(TAU.ln())
    }
}

zero_outside!(LogDensity[3] in Finite);

/// `ln 2π I₀(κ) − κ A(κ)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [concentration]: [R; 1]) -> R {
        concentration.ln_bessel_i0e().shift(TAU.ln())
            + concentration * concentration.bessel_ratio_rest()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [loc, concentration, prior_loc, prior]: [R; 4]) -> R {
        let ratio = concentration.bessel_ratio();
        let half = wrapped(loc - prior_loc).scale(0.5);
        prior.ln_bessel_i0e() - concentration.ln_bessel_i0e()
            + (prior - concentration) * concentration.bessel_ratio_rest()
            + (ratio * prior * half.sin().square()).scale(2.0)
    }
}
