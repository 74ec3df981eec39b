//! Sums over axes, other shapes of the same numbers, and picking along the last axis.

use crate::tensor::names::{Const, ConstShape, Dim, HasShape, Shape};

use super::elementwise::Formula;
use super::formula::Identity;
use super::functions::last;
use super::joint::{Input, Joint, joint_compiled_here};
use crate::tensor::tape::{is_unlearned, note_unlearned};
use crate::tensor::{Flat, Given, Rows, Var, log_sum_exp, on_backward, on_backward_to};

/// A shape with at least one axis.
pub trait WithLast: Shape {
    /// The shape without its last axis.
    type Rest: Shape;
    /// The sizes of the other axes.
    fn rest(&self) -> Self::Rest;
}

macro_rules! with_last {
    ($([$($axis:ident $at:tt),*])*) => {$(
        impl<$($axis: Dim,)* Last: Dim> WithLast for ($($axis,)* Last,)
        where
            Self: Shape,
            ($($axis,)*): Shape,
        {
            type Rest = ($($axis,)*);
            #[allow(clippy::unused_unit, reason = "a single axis leaves none")]
            fn rest(&self) -> Self::Rest {
                ($(self.$at,)*)
            }
        }
    )*};
}

with_last!([] [A 0] [A 0, B 1] [A 0, B 1, C 2]);

impl<S: Shape> Var<S> {
    /// The sum of all elements, accumulated in `f64`.
    pub fn sum(self) -> Var<()> {
        let elements = self.flat().len();
        if elements == 0 {
            return Var::of(Flat::of(vec![0.0]), ());
        }
        Var::of(sums(self.into_flat(), elements), ())
    }

    /// The mean of all elements, accumulated in `f64`.
    pub fn mean(self) -> Var<()> {
        let elements = self.flat().len();
        self.sum() * (1.0 / elements.max(1) as f32)
    }

    /// The same numbers in another shape of constant size, in row-major order.
    ///
    /// # Panics
    /// If the number of elements differs.
    pub fn reshape<To: ConstShape>(self) -> Var<To> {
        self.reshape_like(&To::default())
    }

    /// The same numbers in another shape, or in that of another tensor, in row-major order.
    ///
    /// # Panics
    /// If the number of elements differs.
    pub fn reshape_like<To: HasShape>(self, to: &To) -> Var<To::Shape> {
        let shape = *to.shape();
        let (own, new) = (self.flat().len(), shape.num_elements());
        assert_eq!(own, new, "the elements of the new shape");
        Var::of(self.into_flat(), shape)
    }
}

impl<S: WithLast> Var<S> {
    /// The sums along the last axis, accumulated in `f64`.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0, 3.0, 4.0])?);
    /// assert_eq!(x.sum_last().as_vec(), [3.0, 7.0]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn sum_last(self) -> Var<S::Rest> {
        let (lane, rest) = (last(self.shape()), self.shape().rest());
        Var::of(sums(self.into_flat(), lane), rest)
    }

    /// The means along the last axis, accumulated in `f64`.
    pub fn mean_last(self) -> Var<S::Rest> {
        let lane = last(self.shape());
        self.sum_last() * (1.0 / lane.max(1) as f32)
    }

    /// `ln Σ eˣ` along the last axis, without overflow.
    pub fn log_sum_exp_last(self) -> Var<S::Rest> {
        let (lane, rest) = (last(self.shape()), self.shape().rest());
        let input = Input::given(Given::Rows(self.into_flat()), lane);
        Var::of(LogSumExp.mapped([input], 1), rest)
    }

    /// Element `index` along the last axis.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0, 3.0, 4.0])?);
    /// assert_eq!(x.select(1).as_vec(), [2.0, 4.0]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the axis is not that long.
    pub fn select(self, index: usize) -> Var<S::Rest> {
        let (lane, rest) = (last(self.shape()), self.shape().rest());
        assert!(
            index < lane,
            "the last axis has {lane} elements: there is no number {index}"
        );
        Var::of(every(self.into_flat(), index, lane), rest)
    }
}

/// `N` tensors of one shape side by side, along a new last axis.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![1.0, 2.0])?);
/// let both = stack([x.clone(), -x]);
/// assert_eq!(both.as_vec(), [1.0, -1.0, 2.0, -2.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// # Panics
/// If the tensors differ in their rows.
pub fn stack<S: Stack<N>, const N: usize>(parts: [Var<S>; N]) -> Var<S::Stacked> {
    const { assert!(N > 0, "there is nothing to stack") };
    let shape = *parts[0].shape();
    parts
        .iter()
        .for_each(|part| assert_same(&shape, part.shape()));
    let flats = parts.map(Var::into_flat).into();
    Var::of(side_by_side(flats), shape.stacked())
}

/// A shape that may get one more axis, of `N` elements, at its end.
pub trait Stack<const N: usize>: Shape {
    /// The shape with the axis.
    type Stacked: Shape;
    /// The sizes of its axes.
    fn stacked(&self) -> Self::Stacked;
}

macro_rules! stacks {
    ($([$($axis:ident $at:tt),*])*) => {$(
        impl<$($axis: Dim,)* const N: usize> Stack<N> for ($($axis,)*)
        where
            Self: Shape,
            ($($axis,)* Const<N>,): Shape,
        {
            type Stacked = ($($axis,)* Const<N>,);
            fn stacked(&self) -> Self::Stacked {
                ($(self.$at,)* Const,)
            }
        }
    )*};
}

stacks!([] [A 0] [A 0, B 1] [A 0, B 1, C 2]);

/// # Panics
/// If two tensors that need the same rows differ in them.
pub(super) fn assert_same<S: Shape>(a: &S, b: &S) {
    assert_eq!(
        a.concrete(),
        b.concrete(),
        "two tensors differ in their rows"
    );
}

fn sums(own: Flat, lane: usize) -> Flat {
    let sums: Rows = Identity.summed([Given::Rows(own)], lane);
    sums.flat().clone()
}

fn every(own: Flat, first: usize, lane: usize) -> Flat {
    let picked = own.values().iter().skip(first).step_by(lane).copied();
    let out = Flat::of(picked.collect());
    on_backward_to(&out, &own, move |upstream, gradient| {
        let gradient = gradient.iter_mut().skip(first).step_by(lane);
        gradient.zip(upstream).for_each(|(g, up)| *g += up);
    });
    out
}

fn side_by_side(parts: Vec<Flat>) -> Flat {
    let count = parts.len();
    let elements = parts.iter().map(Flat::len).sum();
    let out = Flat::written_over(elements, |out| {
        for (at, part) in parts.iter().enumerate() {
            let own = out.iter_mut().skip(at).step_by(count);
            own.zip(part.values()).for_each(|(out, &v)| *out = v);
        }
    });
    if parts.iter().all(is_unlearned) {
        note_unlearned(&out);
        return out;
    }
    on_backward(&out, move |upstream, grads| {
        for (at, part) in parts.iter().enumerate() {
            let own = upstream.iter().skip(at).step_by(count);
            let gradient = grads.buffer(part).iter_mut();
            gradient.zip(own).for_each(|(g, up)| *g += up);
        }
    });
    out
}

#[derive(Clone, Copy)]
struct LogSumExp;

impl Joint<1> for LogSumExp {
    joint_compiled_here!(1);

    fn value(&self, [x]: [&[f32]; 1], out: &mut [f64]) {
        let x: Vec<f64> = x.iter().copied().map(f64::from).collect();
        out[0] = log_sum_exp(&x);
    }

    fn backward(&self, [x]: [&[f32]; 1], upstream: &[f64], [by_x]: [&mut [f64]; 1]) {
        let x: Vec<f64> = x.iter().copied().map(f64::from).collect();
        let total = log_sum_exp(&x);
        for (by_x, x) in by_x.iter_mut().zip(x) {
            // A term of zero has no part in the sum, even if all are zero.
            if x > f64::NEG_INFINITY {
                *by_x += upstream[0] * (x - total).exp();
            }
        }
    }
}
