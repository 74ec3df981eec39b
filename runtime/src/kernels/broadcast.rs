//! One tensor repeated along axes that it does not have.

use dfdx::shapes::{Axes, BroadcastShapeTo, BroadcastStridesTo, ConstShape, HasShape, Shape};
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo as ByDfdx, ReshapeTo};

use super::gradient::on_backward_of;
use super::slice::as_slice;
use crate::Device;
use crate::memory::filled;
use crate::tape::{is_unlearned, note_unlearned};

/// dfdx's operation of this name, whose gradient is summed in `f64`: a learned number that all rows share has as many terms as
/// there are rows, and dfdx adds them up in `f32`.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::tensor;
///
/// let bias = tensor(vec![1.0, 2.0], (Const::<2>,));
/// let h: Batch<(Const<2>,)> = batch(vec![0.0, 0.0, 10.0, 10.0])?;
/// let wide = bias.broadcast_like(&h);
/// assert_eq!((wide + h).as_vec(), [1.0, 2.0, 11.0, 12.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
pub trait BroadcastTo: Sized {
    /// The shape before.
    type Before: Shape;
    /// The same tensor with another shape.
    type Of<To: Shape>;

    /// Repeats the tensor along the axes `Ax` of a constant shape.
    fn broadcast<To: ConstShape, Ax: Axes>(self) -> Self::Of<To>
    where
        Self::Before: BroadcastShapeTo<To, Ax>,
    {
        self.broadcast_like::<To, Ax>(&To::default())
    }

    /// Repeats the tensor along the axes `Ax` of a shape, or of the shape of another tensor.
    ///
    /// # Panics
    /// When an axis that both have differs in size.
    fn broadcast_like<To: HasShape, Ax: Axes>(self, to: &To) -> Self::Of<To::Shape>
    where
        Self::Before: BroadcastShapeTo<To::Shape, Ax>;
}

impl<S: Shape, T: Tape<f32, Device>> BroadcastTo for Tensor<S, f32, Device, T> {
    type Before = S;
    type Of<To: Shape> = Tensor<To, f32, Device, T>;

    fn broadcast_like<To: HasShape, Ax: Axes>(self, to: &To) -> Self::Of<To::Shape>
    where
        S: BroadcastShapeTo<To::Shape, Ax>,
    {
        if !T::OWNS_TAPE {
            // Nothing is recorded: the same elements under the same identity, as dfdx has it.
            return ByDfdx::broadcast_like::<To, Ax>(self, to);
        }
        let (before, mut tape) = self.contiguous().split_tape();
        let shape = *to.shape();
        before.shape().check(&shape);
        let strides = before.shape().broadcast_strides(before.shape().strides());
        let places = Places::new(shape.concrete().into(), strides.into());
        let values = as_slice(&before).expect("the tensor was made contiguous");
        let out = filled(shape, |out| places.spread(values, out));
        if is_unlearned(&before) {
            note_unlearned(&out);
        } else {
            on_backward_of(&mut tape, &out, move |upstream, grads| {
                let sums = places.sums(upstream, before.shape().num_elements());
                let mut gradient = grads.take(&before).or_zeros();
                let pairs = gradient.iter_mut().zip(sums);
                pairs.for_each(|(g, sum)| *g += sum as f32);
                grads.put(&before, gradient);
            });
        }
        out.put_tape(tape)
    }
}

/// Which element of the narrow tensor stands at each place of the wide one.
struct Places {
    sizes: Vec<usize>,
    strides: Vec<usize>,
}

impl Places {
    /// Neighbouring axes that are walked through as one are one.
    fn new(sizes: Vec<usize>, strides: Vec<usize>) -> Self {
        let mut merged = Self {
            sizes: Vec::new(),
            strides: Vec::new(),
        };
        for (size, stride) in sizes.into_iter().zip(strides) {
            let last = merged.strides.last().copied();
            match (last, merged.sizes.last_mut()) {
                (Some(outer), Some(own)) if outer == stride * size => {
                    *own *= size;
                    merged.strides.pop();
                }
                _ => merged.sizes.push(size),
            }
            merged.strides.push(stride);
        }
        merged
    }

    /// Calls `run(place, element, length, stride)` for every run of places along the last axis.
    fn runs(&self, mut run: impl FnMut(usize, usize, usize, usize)) {
        let Some((&length, outer)) = self.sizes.split_last() else {
            return run(0, 0, 1, 0);
        };
        let stride = self.strides[outer.len()];
        let mut at = vec![0; outer.len()];
        let runs = outer.iter().product::<usize>();
        let mut element = 0;
        for number in 0..runs {
            run(number * length, element, length, stride);
            for axis in (0..outer.len()).rev() {
                at[axis] += 1;
                element += self.strides[axis];
                if at[axis] < outer[axis] {
                    break;
                }
                element -= self.strides[axis] * outer[axis];
                at[axis] = 0;
            }
        }
    }

    fn spread(&self, values: &[f32], out: &mut [f32]) {
        self.runs(|place, element, length, stride| {
            let out = &mut out[place..place + length];
            match stride {
                0 => out.fill(values[element]),
                1 => out.copy_from_slice(&values[element..element + length]),
                _ => {
                    let own = values[element..].iter().step_by(stride);
                    out.iter_mut().zip(own).for_each(|(out, &v)| *out = v);
                }
            }
        });
    }

    /// What flows to each of `elements` elements.
    fn sums(&self, upstream: &[f32], elements: usize) -> Vec<f64> {
        let mut sums = vec![0.0_f64; elements];
        self.runs(|place, element, length, stride| {
            let upstream = &upstream[place..place + length];
            match stride {
                0 => sums[element] += upstream.iter().copied().map(f64::from).sum::<f64>(),
                _ => {
                    let own = sums[element..].iter_mut().step_by(stride);
                    own.zip(upstream).for_each(|(s, &u)| *s += f64::from(u));
                }
            }
        });
        sums
    }
}
