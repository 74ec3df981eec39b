//! Activations: functions of every element whose slope follows from the value.

use super::real::single;
use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::vectorised_by;
use crate::tensor::tape::is_made;
use crate::tensor::{Flat, on_backward_in_place, on_backward_to};

/// A function whose slope is a function of its value.
///
/// Both are computed without branches, so the compiler can use vector instructions.
pub trait Activation: Copy + Send + Sync + 'static {
    /// The value.
    fn value(self, x: f32) -> f32;
    /// The derivative at the value `y`.
    fn slope(self, y: f32) -> f32;
}

/// The activation of every element.
pub fn activate<A: Activation>(activation: A, mut x: Flat) -> Flat {
    if let Some((rows, how)) = x.repeated() {
        return how.apply(&activate(activation, rows.clone()));
    }
    let part = Parts::new(x.len(), 1, 1).each();
    // A value made by this recording may keep its identity when it is written over, since operations recorded earlier get its
    // gradient later. Memory that others share is not written over.
    if is_made(&x)
        && let Some(values) = x.alone()
    {
        share(values.chunks_mut(part), |values: &mut [f32]| {
            vectorised_by(
                #[inline(always)]
                || values.iter_mut().for_each(|x| *x = activation.value(*x)),
            );
        });
        let value = x.clone();
        on_backward_in_place(&x, move |gradient| {
            slope(activation, gradient, value.values());
        });
        return x;
    }
    let out = Flat::written_over(x.len(), |out| {
        let jobs = out.chunks_mut(part).zip(x.values().chunks(part));
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
    on_backward_to(&out, &x, move |upstream, gradient| {
        let mut flow = upstream.to_vec();
        slope(activation, &mut flow, value.values());
        gradient
            .iter_mut()
            .zip(flow)
            .for_each(|(g, flow)| *g += flow);
    });
    out
}

/// Multiplies a gradient by the slopes at these values.
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
