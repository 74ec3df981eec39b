//! A point mass.

use super::summary::each;
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, row_sum, rows_of};
use crate::kernels::real::Real;
use crate::noise::Stream;
use crate::support::{Density, Point};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// All mass at one value, element by element: 0 there, −∞ elsewhere.
///
/// As a guide it makes training maximise the posterior (MAP). Its draw is its value, through which the gradient of `ln p(x, z)` flows.
/// Its entropy counts as 0, so that the objective is `ln p(x, z)` at that value: no bound of the evidence, but a density in the units of
/// `z`. Any continuous prior will do; a value outside the prior's support is an error that names the site and the row.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A mean, whose posterior has its mode between the prior's and the data's.
///     pub struct Mode { at: Parameter<Rank0> }
///     generative p {
///         global sample mean: [] ~ Normal::new(0.0, 1.0);
///         sample x ~ Normal::new(mean, 1.0);
///     }
///     inference q(x) { sample mean ~ Delta::new(at); }
/// }
///
/// let (mut model, mut adam) = (Mode::new(0), Adam::new(0.1));
/// let x: Batch<()> = batch(vec![1.0, 2.0, 3.0])?;
/// for _ in 0..300 {
///     let loss = Elbo::default().whole_data().loss(&model.q(&x))?;
///     adam.descend(&mut model, loss)?;
/// }
/// // The sum of the data, divided by one more than there are.
/// assert!((model.at.value.as_vec()[0] - 1.5).abs() < 1e-3);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("PointMass", "Deterministic", "MAP", "Dirac"))]
#[derive(Clone, Debug)]
pub struct Delta<E: Event> {
    point: Param<E>,
}

impl<E: Event> Delta<E> {
    /// At this value, which must be finite.
    pub fn new(value: impl IntoParam<E>) -> Self {
        Self {
            point: value.into_param(),
        }
    }

    /// The value.
    pub fn value(&self) -> &Param<E> {
        &self.point
    }
}

impl<E: Event> Distribution for Delta<E> {
    type Event = E;
    type Measure = Density;
    type Support = Point;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Delta";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.point.check("value", Domain::Finite, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(AtPoint, [&rows_of::<E>(value), &self.point])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(self.point.expand(rows))
    }

    /// 0, which is what it counts for in an objective.
    fn entropy(&self) -> Option<Rows> {
        Some(Rows::filled(self.point.rows().unwrap_or(1), |_| {}))
    }

    /// The point.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(self.point.expand(rows))
    }

    /// 0
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.point], |[_]| 0.0))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("value", &self.point)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            point: self.point.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Delta<E> {
    fn rsample(&self, rows: usize, _: &Stream) -> Draw<E> {
        Draw::of(self.point.expand(rows))
    }
}

/// It has no slope: the point and a draw of it move together.
#[derive(Clone, Copy)]
struct AtPoint;
impl Formula<2> for AtPoint {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [x, point]: [R; 2]) -> R {
        R::constant(if x.value() == point.value() {
            0.0
        } else {
            f64::NEG_INFINITY
        })
    }
}
