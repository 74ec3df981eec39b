//! Activations: a function of every element, whose slope is told from its value.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{HasErr, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::ReshapeTo;

use super::parts::{Parts, share};
use super::real::single;
use super::simd::vectorised_by;
use super::slice::as_slice;
use crate::Device;
use crate::var::filled;

/// A function whose slope is a function of its value.
///
/// Both are computed without branches, so that the compiler makes vector instructions of them.
pub trait Activation: Copy + Send + Sync + 'static {
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
    let part = Parts::new(input.len(), 1, 1).each();
    let out = filled(*x.shape(), |out| {
        let jobs = out.chunks_mut(part).zip(input.chunks(part));
        share(jobs, |(out, input): (&mut [f32], &[f32])| {
            vectorised_by(
                #[inline(always)]
                || {
                    let pairs = out.iter_mut().zip(input);
                    pairs.for_each(|(y, &x)| *y = activation.value(x));
                },
            );
        });
    });
    let (x, value) = (x.ghost(), out.clone());
    tape.add_backward_op(move |grads| {
        let upstream = std::mem::take(&mut **grads.get_or_alloc_mut(&value)?);
        let gradient = &mut **grads.get_or_alloc_mut(&x)?;
        let values = as_slice(&value).unwrap_or_default();
        let given = values.chunks(part).zip(upstream.chunks(part));
        let jobs = gradient.chunks_mut(part).zip(given);
        share(
            jobs,
            |(gradient, (values, upstream)): (&mut [f32], (&[f32], &[f32]))| {
                vectorised_by(
                    #[inline(always)]
                    || {
                        let slopes = values.iter().zip(upstream);
                        for (g, (&y, &up)) in gradient.iter_mut().zip(slopes) {
                            *g += up * activation.slope(y);
                        }
                    },
                );
            },
        );
        **grads.get_or_alloc_mut(&value)? = upstream;
        Ok(())
    });
    Ok(out.put_tape(tape))
}

/// `tanh x`
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Activation for Tanh {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        single::tanh(x)
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
        single::sigmoid(x)
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
        single::softplus(x)
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        -single::exp_m1(-y)
    }
}
