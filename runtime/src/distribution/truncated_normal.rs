//! The normal distribution between two ends.

mod draw;

use self::draw::{Between, drawn};
use super::summary::{cut_normal_deviation, each};
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, implicit, map, row_sum, rows_of};
use crate::kernels::formula::finite;
use crate::kernels::real::Real;
use crate::kernels::special::Interval as Standard;
use crate::noise::Stream;
use crate::support::{Density, Interval};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// TruncatedNormal(loc, scale, low, high), element by element: a Normal(loc, scale) given that it is between `low` and `high`,
/// `ln φ((x − loc)/scale) − ln scale − ln(Φ(β) − Φ(α))` with the ends `α` and `β` in units of the scale; −∞ outside.
///
/// The ends may be far out in a tail, on either side: no digit is lost there. One of them may be infinite, or both. The gradient of a
/// draw is implicit (Figurnov, Mohamed and Mnih 2018).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.7, 2.5])?);
/// let log_prob = TruncatedNormal::<()>::new(0.5, 1.3, -1.0, 2.0).log_prob(&x).as_vec();
/// assert!((log_prob[0] + 1.3215700647).abs() < 1e-6);
/// assert_eq!(log_prob[1], f32::NEG_INFINITY);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TruncatedNormal<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
    low: Param<E>,
    high: Param<E>,
}

impl<E: Event> TruncatedNormal<E> {
    /// With the mode `loc` of the whole normal, its positive standard deviation `scale`, and the ends `low` and `high`. The second
    /// must be greater. `f32::NEG_INFINITY` and `f32::INFINITY` are ends too.
    pub fn new(
        loc: impl IntoParam<E>,
        scale: impl IntoParam<E>,
        low: impl IntoParam<E>,
        high: impl IntoParam<E>,
    ) -> Self {
        Self {
            loc: loc.into_param(),
            scale: scale.into_param(),
            low: low.into_param(),
            high: high.into_param(),
        }
    }

    /// The mean of the whole normal.
    pub fn loc(&self) -> &Param<E> {
        &self.loc
    }

    /// The standard deviation of the whole normal.
    pub fn scale(&self) -> &Param<E> {
        &self.scale
    }

    /// The lower end.
    pub fn low(&self) -> &Param<E> {
        &self.low
    }

    /// The upper end.
    pub fn high(&self) -> &Param<E> {
        &self.high
    }

    fn params(&self) -> [&Param<E>; 4] {
        [&self.loc, &self.scale, &self.low, &self.high]
    }
}

impl<E: Event> Distribution for TruncatedNormal<E> {
    type Event = E;
    type Measure = Density;
    type Support = Interval;
    type Class = class::Implicit;
    const FAMILY: &'static str = "TruncatedNormal";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.scale.check("scale", Domain::Positive, rows)?;
        self.low.check("low", Domain::NotNan, rows)?;
        self.high.check("high", Domain::NotNan, rows)?;
        let length = unrecorded(|| map(Length, [&self.low, &self.high]));
        length.check("high - low", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let [loc, scale, low, high] = self.params();
        row_sum(LogDensity, [&rows_of::<E>(value), loc, scale, low, high])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, self.params()).expand(rows))
    }

    /// `loc`, or the end of the interval that it is beyond.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(
            rows,
            [&self.loc, &self.low, &self.high],
            |[loc, low, high]| loc.clamp(low, high),
        ))
    }

    /// By quadrature.
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, self.params(), |[loc, scale, low, high]| {
            scale * cut_normal_deviation((low - loc) / scale, (high - loc) / scale)
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("loc", &self.loc),
            Named::of("scale", &self.scale),
            Named::of("low", &self.low),
            Named::of("high", &self.high),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            scale: self.scale.changed(how),
            low: self.low.changed(how),
            high: self.high.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for TruncatedNormal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let [loc, scale, low, high] = self.params();
        let draws = noise.plate_given(rows, self.params(), |rng, params| drawn(params, rng));
        Draw::of(implicit(Between, [&draws, loc, scale, low, high]).expand(rows))
    }
}

/// The interval, the value and the location, turned around if the interval is below the mode.
struct Turned<R> {
    is_turned: bool,
    x: R,
    loc: R,
    low: R,
    high: R,
}

impl<R: Real> Turned<R> {
    #[inline(always)]
    fn of([x, loc, low, high]: [R; 4]) -> Self {
        let is_turned = high.value() < loc.value();
        let [x, loc, low, high] = if is_turned {
            [-x, -loc, -high, -low]
        } else {
            [x, loc, low, high]
        };
        Self {
            is_turned,
            x,
            loc,
            low,
            high,
        }
    }

    /// The interval in units of the scale.
    #[inline(always)]
    fn standard(&self, scale: R) -> Standard<R> {
        Standard {
            low: (self.low - self.loc) / scale,
            length: (self.high - self.low) / scale,
            high: (self.high - self.loc) / scale,
        }
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<5> for LogDensity {
    compiled_here!(5);

    const DOUBLE: bool = true;
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x, loc, scale, low, high]: [R; 5]) -> R {
        if x.value() < low.value() || x.value() > high.value() || x.value().is_infinite() {
            return R::constant(f64::NEG_INFINITY);
        }
        if x.value().is_nan() {
            return x;
        }
        let turned = Turned::of([x, loc, low, high]);
        let interval = turned.standard(scale);
        let y = (turned.x - turned.loc) / scale;
        let power = if interval.low.value() > 0.0 {
            // y² − α², whose terms may be large.
            (turned.x - turned.low) / scale * (y + interval.low)
        } else {
            y.square()
        };
        power.scale(-0.5) - scale.ln().shift(HALF_LN_2_PI) - interval.log_mass()
    }
}

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// Finite, so that an infinite length is positive.
#[derive(Clone, Copy)]
struct Length;
impl Formula<2> for Length {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [low, high]: [R; 2]) -> R {
        finite(high - low)
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<4> for Mean {
    compiled_here!(4);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [loc, scale, low, high]: [R; 4]) -> R {
        let turned = Turned::of([loc, loc, low, high]);
        let mean = mean_of(&turned, scale);
        if turned.is_turned { -mean } else { mean }
    }
}

/// From here on, in units of the scale, a tail is exponential to eight digits.
const FAR: f64 = 1e4;

#[inline(always)]
fn mean_of<R: Real>(turned: &Turned<R>, scale: R) -> R {
    let interval = turned.standard(scale);
    let Standard { low, length, high } = interval;
    let is_open = high.value().is_infinite();
    if interval.is_narrow() {
        let middle = (turned.low + turned.high).scale(0.5);
        let pull = (low + length.scale(0.5)) * length.square();
        return middle - scale * pull.scale(1.0 / 12.0);
    }
    if low.value() > FAR {
        let whole = R::constant(1.0) / low;
        let power = low * length;
        // Beyond, nothing is cut off.
        let beyond = if is_open || power.value() > 700.0 {
            whole
        } else {
            whole - length / power.exp_m1()
        };
        return turned.low + scale * beyond;
    }
    let density = (-interval.log_mass()).exp().scale((-HALF_LN_2_PI).exp());
    let of_square = |y: R| {
        if y.value().is_infinite() {
            R::constant(0.0)
        } else {
            y.square().scale(-0.5).exp()
        }
    };
    if low.value() > 0.0 {
        let kept = if is_open {
            R::constant(1.0)
        } else {
            -(length * (low + high).scale(-0.5)).exp_m1()
        };
        turned.low + scale * (density * kept - low)
    } else {
        turned.loc + scale * (density * (of_square(low) - of_square(high)))
    }
}
