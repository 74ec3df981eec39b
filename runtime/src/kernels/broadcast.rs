//! One tensor repeated along axes that it does not have.

use crate::tensor::names::{
    Axes, BroadcastShapeTo, BroadcastStridesTo, ConstShape, HasShape, Shape,
};

use crate::tensor::{Flat, Var, on_backward_to};

impl<S: Shape> Var<S> {
    /// Repeats the tensor along the axes `Ax` of a constant shape.
    pub fn broadcast<To: ConstShape, Ax: Axes>(self) -> Var<To>
    where
        S: BroadcastShapeTo<To, Ax>,
    {
        self.broadcast_like::<To, Ax>(&To::default())
    }

    /// Repeats the tensor along the axes `Ax` of a shape, or of the shape of another tensor. The gradient is summed in `f64`, since
    /// a learned number that all rows share has a term for each row.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let bias = Var::from(tensor(vec![1.0, 2.0], (Const::<2>,)));
    /// let h = Var::from(batch::<(usize, Const<2>)>(vec![0.0, 0.0, 10.0, 10.0])?);
    /// let wide = bias.broadcast_like(&h);
    /// assert_eq!((wide + h).as_vec(), [1.0, 2.0, 11.0, 12.0]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Panics
    /// If an axis that both have differs in size.
    pub fn broadcast_like<To: HasShape, Ax: Axes>(self, to: &To) -> Var<To::Shape>
    where
        S: BroadcastShapeTo<To::Shape, Ax>,
    {
        let shape = *to.shape();
        self.shape().check(&shape);
        let strides = self.shape().broadcast_strides(self.shape().strides());
        let places = Places::new(shape.concrete().into(), strides.into());
        Var::of(
            spread(self.into_flat(), places, shape.num_elements()),
            shape,
        )
    }
}

fn spread(own: Flat, places: Places, elements: usize) -> Flat {
    let out = Flat::written_over(elements, |out| places.spread(own.values(), out));
    on_backward_to(&out, &own, move |upstream, gradient| {
        let sums = places.sums(upstream, gradient.len());
        gradient
            .iter_mut()
            .zip(sums)
            .for_each(|(g, sum)| *g += sum as f32);
    });
    out
}

/// The element of the narrow tensor for each place of the wide one.
struct Places {
    sizes: Vec<usize>,
    strides: Vec<usize>,
}

impl Places {
    /// Merges neighbouring axes that one loop can walk through.
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

    /// The gradient of each of `elements` elements.
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
