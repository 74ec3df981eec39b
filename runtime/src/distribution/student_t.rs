//! Student's t distribution.

use std::f64::consts::PI;

use rand_distr::{Distribution as _, StandardNormal};

use super::gamma::log_gamma;
use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::LocationScale;
use crate::kernels::real::Real;
use crate::kernels::special::student_t_slope;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, RealLine};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// StudentT(freedom ν, loc, scale), element by element, with `y = (x − loc)/scale`:
/// `ln Γ((ν + 1)/2) − ln Γ(ν/2) − ½ ln πν − ln scale − ½(ν + 1) ln(1 + y²/ν)`.
///
/// A draw is `loc + scale · ε/√(g/(ν/2))` with standard normal `ε` and `g` from Gamma(ν/2). Its gradient by
/// `ν` is implicit (Figurnov, Mohamed and Mnih 2018).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.3])?);
/// let log_prob = StudentT::<()>::new(4.0, 1.0, 2.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.749389969).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StudentT<E: Event> {
    freedom: Param<E>,
    loc: Param<E>,
    scale: Param<E>,
}

impl<E: Event> StudentT<E> {
    /// With positive degrees of `freedom`, median `loc` and a positive `scale`. The variance is
    /// `scale² ν/(ν − 2)`, infinite up to two degrees.
    pub fn new(
        freedom: impl IntoParam<E>,
        loc: impl IntoParam<E>,
        scale: impl IntoParam<E>,
    ) -> Self {
        Self {
            freedom: freedom.into_param(),
            loc: loc.into_param(),
            scale: scale.into_param(),
        }
    }

    /// The degrees of freedom.
    pub fn freedom(&self) -> &Param<E> {
        &self.freedom
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

impl<E: Event> Distribution for StudentT<E> {
    type Event = E;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Implicit;
    const FAMILY: &'static str = "StudentT";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.freedom.check("freedom", Domain::Positive, rows)?;
        self.loc.check("loc", Domain::Finite, rows)?;
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogDensity, [&value, &self.freedom, &self.loc, &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// None if any of the degrees of freedom is 1 or less: the integral does not converge.
    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let converges = self.freedom.values().iter().all(|&freedom| freedom > 1.0);
        converges.then(|| self.loc.expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.freedom, &self.scale]))
    }

    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.loc.expand(rows))
    }

    /// `scale √(ν/(ν − 2))`: ∞ if there are not more than 2 degrees of freedom `ν`, and NaN if there are not more than 1, where
    /// there is no mean.
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.freedom, &self.scale],
            |[freedom, scale]| {
                if freedom <= 1.0 {
                    f64::NAN
                } else if freedom <= 2.0 {
                    f64::INFINITY
                } else {
                    scale * (freedom / (freedom - 2.0)).sqrt()
                }
            },
        ))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("freedom", &self.freedom),
            Named::of("loc", &self.loc),
            Named::of("scale", &self.scale),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            freedom: self.freedom.changed(how),
            loc: self.loc.changed(how),
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for StudentT<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let t = noise.plate_given(rows, [&self.freedom], |rng, [freedom]| {
            let epsilon: f64 = StandardNormal.sample(rng);
            let half = 0.5 * freedom;
            let log_size = epsilon.abs().ln() - 0.5 * (log_gamma(half, rng) - half.ln());
            epsilon.signum() * log_size.exp().min(FARTHEST)
        });
        let t = map(Implicitly, [&t, &self.freedom]);
        Draw::of(map(LocationScale, [&t, &self.loc, &self.scale]).expand(rows))
    }
}

/// At a tenth of a degree of freedom some draws are beyond `f32`. They are kept at this size.
const FARTHEST: f64 = 1e30;

/// The draw itself. Its slope by the degrees of freedom is the quantile's.
#[derive(Clone, Copy)]
struct Implicitly;
impl Formula<2> for Implicitly {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [t, _]: [R; 2]) -> R {
        t
    }

    fn partials(&self, arguments: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|wanted| self.partial(arguments, wanted))
    }

    fn partial(&self, [t, freedom]: [f32; 2], wanted: usize) -> f32 {
        match wanted {
            1 if f64::from(t.abs()) < FARTHEST => student_t_slope(t.into(), freedom.into()) as f32,
            // The noise is a constant, and so is a draw that is kept at the limit.
            _ => 0.0,
        }
    }
}

/// `ln Γ((ν + 1)/2) − ln Γ(ν/2) − ½ ln(ν/2)`. Its series is used if this is a difference of large numbers.
#[inline(always)]
fn log_normaliser<R: Real>(freedom: R) -> R {
    if freedom.value() > 1e4 {
        let r = R::constant(1.0) / freedom;
        return r * (r.square().scale(1.0 / 24.0).shift(-0.25));
    }
    freedom.shift(1.0).scale(0.5).ln_gamma()
        - freedom.scale(0.5).ln_gamma()
        - freedom.scale(0.5).ln().scale(0.5)
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<4> for LogDensity {
    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, freedom, loc, scale]: [R; 4]) -> R {
        const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;
        let y = (x - loc) / scale;
        let tail = (y.square() / freedom).ln_1p();
        log_normaliser(freedom)
            - scale.ln().shift(HALF_LN_2_PI)
            - freedom.shift(1.0).scale(0.5) * tail
    }
}

zero_outside!(LogDensity[4] in Finite);

/// `½(ν + 1)(ψ((ν + 1)/2) − ψ(ν/2)) + ½ ln ν + ln B(ν/2, ½) + ln scale`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [freedom, scale]: [R; 2]) -> R {
        let (half, more) = (freedom.scale(0.5), freedom.shift(1.0).scale(0.5));
        let slope = more.digamma() - half.digamma();
        // ln B(ν/2, ½) = ½ ln π − (ln Γ((ν + 1)/2) − ln Γ(ν/2))
        more * slope + scale.ln() - log_normaliser(freedom) + R::constant(0.5 * (2.0 * PI).ln())
    }
}
