//! Activations: a function of every element, whose slope is told from its value.

use std::any::TypeId;

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
use crate::tape::{Ambient, is_made};

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
pub fn activate<A: Activation, S: Shape, T: Tape<f32, Device> + 'static>(
    activation: A,
    x: Tensor<S, f32, Device, T>,
) -> Result<Tensor<S, f32, Device, T>, <Device as HasErr>::Err> {
    let (mut x, mut tape) = x.try_contiguous()?.split_tape();
    let part = Parts::new(x.shape().num_elements(), 1, 1).each();
    // What is recorded here may keep its identity where it is written over, for what was recorded of it before gets its
    // gradient after.
    if TypeId::of::<T>() == TypeId::of::<Ambient>() && is_made(&x) {
        let place = as_slice(&x).map(<[f32]>::as_ptr);
        // Memory that others have too is copied before it is written to.
        let own = as_mut_slice(&mut x).filter(|own| Some(own.as_ptr().cast()) == place);
        if let Some(values) = own {
            share(values.chunks_mut(part), |values: &mut [f32]| {
                vectorised_by(
                    #[inline(always)]
                    || values.iter_mut().for_each(|x| *x = activation.value(*x)),
                );
            });
            let value = x.clone();
            on_backward_in_place(&mut tape, &x, move |gradient| {
                slope(activation, gradient, as_slice(&value).unwrap_or_default());
            });
            return Ok(x.put_tape(tape));
        }
    }
    let input = as_slice(&x).expect("the tensor was made contiguous");
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
    let value = out.clone();
    on_backward_of(&mut tape, &out, move |upstream, grads| {
        let mut flow = upstream.to_vec();
        slope(activation, &mut flow, as_slice(&value).unwrap_or_default());
        let mut gradient = grads.take(&x).or_zeros();
        let pairs = gradient.iter_mut().zip(flow);
        pairs.for_each(|(g, flow)| *g += flow);
        grads.put(&x, gradient);
    });
    Ok(out.put_tape(tape))
}

/// Multiplies a gradient by the slopes where these are the values.
fn slope<A: Activation>(activation: A, gradient: &mut [f32], values: &[f32]) {
    let part = Parts::new(values.len(), 1, 1).each();
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
