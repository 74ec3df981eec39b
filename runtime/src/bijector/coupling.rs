//! The affine coupling.

use crate::tensor::names::Const;

use super::Bijector;
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{Identity, Product, finite};
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here};
use crate::kernels::real::Real;
use crate::kernels::triangular::{inner, wide};
use crate::support::RealLine;
use crate::tensor::{Change, IntoParam, Param, Rows, Value, into_rows, tensor};

/// The shape of a vector.
type Vector<const D: usize> = (Const<D>,);

/// Tells a [`Coupling`] how to move one half of a vector, given the other.
pub trait Conditioner<const D: usize>: Clone + 'static {
    /// Checks the parameters for a site of `rows` rows.
    ///
    /// # Errors
    /// Returns the first parameter that is out of its domain.
    fn check(&self, rows: usize) -> Result<(), Fault>;

    /// A shift and the logarithm of a scale for every element. In the vector `x` the half to be moved is zero. Results for the
    /// other half are ignored.
    fn condition(&self, half: &Value<Vector<D>>) -> [Value<Vector<D>>; 2];

    /// The same conditioner with each parameter [changed](crate::tensor::Param::changed).
    fn changed(&self, how: &Change) -> Self;
}

/// `x eˢ + t` on one half of the elements. The shift `t` and the log-scale `s` may be any function of the other half, which
/// stays as it is (Dinh, Sohl-Dickstein and Bengio 2016). The logarithm of the slope is `Σ s`.
#[doc(alias("RealNVP", "AffineCoupling"))]
#[derive(Clone, Debug)]
pub struct Coupling<C, const D: usize> {
    conditioner: C,
    moves_odd: bool,
}

impl<C: Conditioner<D>, const D: usize> Coupling<C, D> {
    /// Moves the elements at odd places (1, 3, …), given the others.
    pub fn odd(conditioner: C) -> Self {
        Self {
            conditioner,
            moves_odd: true,
        }
    }

    /// Moves the elements at even places (0, 2, …), given the others.
    pub fn even(conditioner: C) -> Self {
        Self {
            conditioner,
            moves_odd: false,
        }
    }

    /// 1 where an element is moved, else 0.
    fn mask(&self) -> Param<Vector<D>> {
        let moved = |i: usize| f32::from(u8::from((i % 2 == 1) == self.moves_odd));
        let mask = tensor((0..D).map(moved).collect(), (Const::<D>,));
        Param::Event(mask.into())
    }

    /// The shift and the log-scale for a vector or its image, which agree in the half that counts. Both are zero for elements that
    /// are not moved.
    fn conditioned(&self, x: &Value<Vector<D>>) -> [Param<Vector<D>>; 2] {
        let mask = self.mask();
        let half = map(Kept, [&rows_of::<Vector<D>>(x), &mask]);
        let both = self.conditioner.condition(&into_rows(half));
        both.map(|part| map(Product, [&rows_of::<Vector<D>>(&part), &mask]))
    }
}

impl<C: Conditioner<D>, const D: usize> Bijector<Vector<D>> for Coupling<C, D> {
    type Domain = RealLine;
    type Image = RealLine;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.conditioner.check(rows)
    }

    fn forward(&self, x: &Value<Vector<D>>) -> (Draw<Vector<D>>, Rows) {
        let [shift, log_scale] = self.conditioned(x);
        let y = map(Move, [&rows_of::<Vector<D>>(x), &shift, &log_scale]);
        let log_slope = row_sum(Identity, [&log_scale]);
        (Draw::of(into_rows(y)), log_slope)
    }

    fn inverse(&self, y: &Draw<Vector<D>>) -> (Value<Vector<D>>, Rows) {
        let y = y.value();
        let [shift, log_scale] = self.conditioned(&y);
        let x = map(MoveBack, [&rows_of::<Vector<D>>(&y), &shift, &log_scale]);
        let log_slope = row_sum(Identity, [&log_scale]);
        (into_rows(x), log_slope)
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            conditioner: self.conditioner.changed(how),
            moves_odd: self.moves_odd,
        }
    }
}

/// `t = A x + a` and `s = tanh(B x + b)`: the simplest conditioner that is not linear.
#[derive(Clone, Debug)]
pub struct LinearConditioner<const D: usize> {
    shift: (Param<(Const<D>, Const<D>)>, Param<Vector<D>>),
    scale: (Param<(Const<D>, Const<D>)>, Param<Vector<D>>),
}

impl<const D: usize> LinearConditioner<D> {
    /// With weights and biases for the shift, and for the log-scale before `tanh` squashes it to (−1, 1).
    pub fn new(
        shift_weight: impl IntoParam<(Const<D>, Const<D>)>,
        shift_bias: impl IntoParam<Vector<D>>,
        scale_weight: impl IntoParam<(Const<D>, Const<D>)>,
        scale_bias: impl IntoParam<Vector<D>>,
    ) -> Self {
        Self {
            shift: (shift_weight.into_param(), shift_bias.into_param()),
            scale: (scale_weight.into_param(), scale_bias.into_param()),
        }
    }
}

impl<const D: usize> Conditioner<D> for LinearConditioner<D> {
    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.shift.0.check("shift weight", Domain::Finite, rows)?;
        self.shift.1.check("shift bias", Domain::Finite, rows)?;
        self.scale.0.check("scale weight", Domain::Finite, rows)?;
        self.scale.1.check("scale bias", Domain::Finite, rows)
    }

    fn condition(&self, half: &Value<Vector<D>>) -> [Value<Vector<D>>; 2] {
        let linear = |(weight, bias): &(Param<(Const<D>, Const<D>)>, Param<Vector<D>>)| {
            let half = rows_of::<Vector<D>>(half);
            let inputs = [Input::of(&half), Input::of(weight), Input::of(bias)];
            joint::<Vector<D>, _, 3>(Linear, inputs)
        };
        let squashed = map(Tanh, [&rows_of::<Vector<D>>(&linear(&self.scale))]);
        [linear(&self.shift), into_rows(squashed)]
    }

    fn changed(&self, how: &Change) -> Self {
        let changed = |(weight, bias): &(Param<(Const<D>, Const<D>)>, Param<Vector<D>>)| {
            (weight.changed(how), bias.changed(how))
        };
        Self {
            shift: changed(&self.shift),
            scale: changed(&self.scale),
        }
    }
}

/// `A x + a`
#[derive(Clone, Copy)]
struct Linear;
impl Joint<3> for Linear {
    joint_compiled_here!(3);

    fn value(&self, [x, weight, bias]: [&[f32]; 3], out: &mut [f64]) {
        let (x, weight) = (wide(x), wide(weight));
        for (i, out) in out.iter_mut().enumerate() {
            *out = f64::from(bias[i]) + inner(&weight[i * x.len()..(i + 1) * x.len()], &x);
        }
    }

    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([x, weight, _], [by_x, by_weight, by_bias]) = (inputs, gradients);
        let d = x.len();
        for (i, up) in up.iter().enumerate() {
            by_bias[i] += up;
            for j in 0..d {
                by_x[j] += up * f64::from(weight[i * d + j]);
                by_weight[i * d + j] += up * f64::from(x[j]);
            }
        }
    }
}

/// The elements that are not moved.
#[derive(Clone, Copy)]
struct Kept;
impl Formula<2> for Kept {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [x, mask]: [R; 2]) -> R {
        x * -mask.shift(-1.0)
    }
}

#[derive(Clone, Copy)]
struct Move;
impl Formula<3> for Move {
    compiled_here!(3);

    #[inline(always)]
    fn eval<R: Real>(&self, [x, shift, log_scale]: [R; 3]) -> R {
        finite(x * log_scale.exp() + shift)
    }
}

#[derive(Clone, Copy)]
struct MoveBack;
impl Formula<3> for MoveBack {
    compiled_here!(3);

    #[inline(always)]
    fn eval<R: Real>(&self, [y, shift, log_scale]: [R; 3]) -> R {
        (y - shift) * (-log_scale).exp()
    }
}

/// `tanh x = 2σ(2x) − 1`
#[derive(Clone, Copy)]
struct Tanh;
impl Formula<1> for Tanh {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        x.scale(2.0).sigmoid().scale(2.0).shift(-1.0)
    }
}
