//! Event shapes and their plated forms.
//!
//! A site's *event* has a shape known at compile time, `(Const<3>, Const<4>)`. The *plate* is one
//! more axis in front, the rows of the data, whose size is known at run time.

use dfdx::shapes::{Const, ConstDim, ConstShape, Dim, Shape};
use dfdx::tensor::Tensor;

use super::Device;
use super::flat::{Flat, leaf_of};

/// The shape of one event: no axes, or up to three of constant size.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the shape of an event",
    label = "no list of axes",
    note = "help: write a shape as a list of axes, `Batch<(Const<64>,)>`, or let `let x = batch(numbers)?;` find it"
)]
pub trait Event: ConstShape {
    /// The shape of a plate of such events: rows first.
    type Plated: Plated<Event = Self>;
    /// The number of elements of one event.
    const ELEMENTS: usize = Self::NUMEL;
    /// The size of the last axis, which lists categories. It is 1 for a scalar.
    const LAST: usize;
    /// The plated shape with `rows` rows.
    fn plated(rows: usize) -> Self::Plated;
    /// The rows of a plated shape.
    fn rows(plated: &Self::Plated) -> usize;
}

/// The shape of a plate of events, rows first.
pub trait Plated: Shape {
    /// The shape of one event.
    type Event: Event<Plated = Self>;
    /// The numbers of a batch. They share its gradient.
    #[doc(hidden)]
    fn flat(batch: Tensor<Self, f32, Device>) -> Flat;
}

/// The type of a size that is known only at run time.
macro_rules! any_size {
    ($axis:ident) => {
        usize
    };
}

macro_rules! events {
    ($([$($axis:ident),*] $last:expr, [$($value:ident),*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Event for ($(Const<$axis>,)*) {
            type Plated = (usize, $(Const<$axis>,)*);
            const LAST: usize = $last;
            fn plated(rows: usize) -> Self::Plated {
                (rows, $($value,)*)
            }
            fn rows(plated: &Self::Plated) -> usize {
                plated.0
            }
        }

        // Where a batch's shape is unknown, rustc would list all that there are.
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Plated for (usize, $(Const<$axis>,)*) {
            type Event = ($(Const<$axis>,)*);

            fn flat(batch: Tensor<Self, f32, Device>) -> Flat {
                leaf_of::<_, (usize, $(any_size!($axis),)*)>(batch)
            }
        }
    )*};
}

events! {
    [] 1, [];
    [A] A, [Const];
    [A, B] B, [Const, Const];
    [A, B, C] C, [Const, Const, Const];
}

/// The shape of an event whose last axis lists categories.
pub trait Lanes: Event {
    /// The shape without that axis.
    type Outer: Event;
}

macro_rules! lanes {
    ($([$($outer:ident),*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$(const $outer: usize,)* const LAST: usize> Lanes for ($(Const<$outer>,)* Const<LAST>,) {
            type Outer = ($(Const<$outer>,)*);
        }
    )*};
}

lanes! {
    [];
    [A];
    [A, B];
}

/// The size of an axis that joins `K` blocks of `N` numbers each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times<const K: usize, const N: usize>;

impl<const K: usize, const N: usize> Dim for Times<K, N> {
    fn size(&self) -> usize {
        K * N
    }

    fn from_size(size: usize) -> Option<Self> {
        (size == K * N).then_some(Self)
    }
}

impl<const K: usize, const N: usize> ConstDim for Times<K, N> {
    const SIZE: usize = K * N;
}
