//! Activations: a function of every element, whose slope is told from its value.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{HasErr, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::ReshapeTo;

use super::gradient::{on_backward_in_place, on_backward_of};
use super::parts::{Parts, share};
use super::real::single;
use super::simd::vectorised_by;
use super::slice::{as_mut_slice, as_slice};
use crate::Device;
use crate::memory::filled;

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
    let mut x = unshared(x, &mut tape);
    let values = as_mut_slice(&mut x).expect("the tensor was made contiguous");
    let part = Parts::new(values.len(), 1, 1).each();
    share(values.chunks_mut(part), |values: &mut [f32]| {
        vectorised_by(
            #[inline(always)]
            || values.iter_mut().for_each(|x| *x = activation.value(*x)),
        );
    });
    let value = x.clone();
    on_backward_in_place(&mut tape, &x, move |gradient| {
        let values = as_slice(&value).unwrap_or_default();
        let jobs = gradient.chunks_mut(part).zip(values.chunks(part));
        share(jobs, |(gradient, values): (&mut [f32], &[f32])| {
            vectorised_by(
                #[inline(always)]
                || {
                    let pairs = gradient.iter_mut().zip(values);
                    pairs.for_each(|(g, &y)| *g *= activation.slope(y));
                },
            );
        });
    });
    Ok(x.put_tape(tape))
}

/// The tensor itself where nobody else has its memory, as after a linear layer; otherwise a copy of another identity.
///
/// Whoever writes over what comes out of here may keep its identity: what was recorded of the tensor before gets its gradient
/// after.
fn unshared<S: Shape, T: Tape<f32, Device>>(
    mut x: Tensor<S, f32, Device>,
    tape: &mut T,
) -> Tensor<S, f32, Device> {
    let place = as_slice(&x).map(<[f32]>::as_ptr);
    // Memory that is shared is copied before it is written to.
    let is_own = as_mut_slice(&mut x).map(|own| own.as_ptr().cast()) == place;
    if is_own {
        return x;
    }
    let copy = filled(*x.shape(), |copy| {
        copy.copy_from_slice(as_slice(&x).unwrap_or_default());
    });
    on_backward_of(tape, &copy, move |upstream, grads| {
        let mut gradient = grads.take(&x).or_zeros();
        let pairs = gradient.iter_mut().zip(upstream);
        pairs.for_each(|(g, up)| *g += up);
        grads.put(&x, gradient);
    });
    copy
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
