//! Activations: a function of every element, whose slope is told from its value.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{HasErr, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::ReshapeTo;
use pulp::Arch;

use super::slice::as_slice;
use crate::Device;
use crate::var::filled;

/// A function whose slope is a function of its value.
///
/// Both are computed without branches, so that the compiler makes vector instructions of them.
pub trait Activation: Copy + 'static {
    /// The value.
    fn value(self, x: f32) -> f32;
    /// The derivative where the value is `y`.
    fn slope(self, y: f32) -> f32;
}

/// The activation of every element.
///
/// # Errors
/// When memory runs out.
pub fn activate<A: Activation, S: Shape, T: Tape<f32, Device>>(
    activation: A,
    x: Tensor<S, f32, Device, T>,
) -> Result<Tensor<S, f32, Device, T>, <Device as HasErr>::Err> {
    let (x, mut tape) = x.try_contiguous()?.split_tape();
    let input = as_slice(&x).expect("the tensor was made contiguous");
    let out = filled(*x.shape(), |out| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let pairs = out.iter_mut().zip(input);
                pairs.for_each(|(y, &x)| *y = activation.value(x));
            },
        );
    });
    let (x, value) = (x.ghost(), out.clone());
    tape.add_backward_op(move |grads| {
        let upstream = std::mem::take(&mut **grads.get_or_alloc_mut(&value)?);
        let gradient = &mut **grads.get_or_alloc_mut(&x)?;
        let values = as_slice(&value).unwrap_or_default();
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let slopes = values.iter().zip(&upstream);
                for (g, (&y, &up)) in gradient.iter_mut().zip(slopes) {
                    *g += up * activation.slope(y);
                }
            },
        );
        **grads.get_or_alloc_mut(&value)? = upstream;
        Ok(())
    });
    Ok(out.put_tape(tape))
}

/// `tanh x`, within 2 ulp.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Activation for Tanh {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        // An odd polynomial near zero, where 1 − 2/(e²ˣ + 1) cancels.
        let square = x * x;
        let near = x + x * square * odd(square);
        let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
        let far = far.copysign(x);
        if x.abs() < 0.625 { near } else { far }
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        1.0 - y * y
    }
}

/// `max(x, 0)`; NaN stays NaN.
#[derive(Clone, Copy, Debug)]
pub struct ReLU;

impl Activation for ReLU {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        if x <= 0.0 { 0.0 } else { x }
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        if y > 0.0 { 1.0 } else { 0.0 }
    }
}

/// `1/(1 + e⁻ˣ)`
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Activation for Sigmoid {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        let e = exp(-x.abs());
        (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        y * (1.0 - y)
    }
}

/// `ln(1 + eˣ)`
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl Activation for Softplus {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p()
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        1.0 - exp(-y)
    }
}

/// `P` in `tanh x = x + x³ P(x²)` for x² up to 0.39: a minimax fit, to 4e-9 of tanh x.
#[inline(always)]
fn odd(square: f32) -> f32 {
    let p = square * -0.005_717_042_4 + 0.020_650_584;
    let p = square * p - 0.053_743_497;
    let p = square * p + 0.133_314_91;
    square * p - 0.333_332_84
}

/// `eˣ`, within 2 ulp; ∞ above the range, 0 below it.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Added and taken away, it rounds to whole numbers.
    const ROUNDER: f32 = 12_582_912.0;
    // Written so that NaN passes.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    // (eʳ − 1 − r)/r², a minimax fit between ±½ ln 2.
    let p = r * 0.001_395_170_5 + 0.008_369_59;
    let p = r * p + 0.041_666_187;
    let p = r * p + 0.166_665_14;
    let p = r * p + 0.5;
    let power = 1.0 + (r + r * r * p);
    // In two steps, because 2ⁿ alone may be out of range.
    let n = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()) as i32;
    let two_to = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
    power * two_to(n >> 1) * two_to(n - (n >> 1))
}
