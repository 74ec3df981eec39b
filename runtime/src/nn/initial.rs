//! The numbers that a parameter starts with, if its model says so.

use dfdx::shapes::{ConstShape, Rank1, Rank2, Rank3};

use super::Learned;
use crate::tensor::Device;

/// Every type may start a `Parameter<S>` with a `T`, `scale: Parameter<Rank1<2>> = 0.5`: with a number for all elements, or an array of its
/// shape. The type itself means nothing: it lets the compiler's message be about `T` alone.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not what a parameter of this shape starts with",
    label = "expected a number, or an array of the parameter's shape",
    note = "help: write a number with its point for all elements, `= 1.0`, or an array such as `= [1.0, 2.0]` for a `Parameter<Rank1<2>>`"
)]
pub trait Begin<T, S: ConstShape, Unwritten> {
    /// Gives a parameter its first numbers.
    fn begin<I>(learned: &mut Learned<S, f32, Device, I>, numbers: T, _: Unwritten);
}

#[diagnostic::do_not_recommend]
impl<Site, S: ConstShape, U> Begin<f32, S, U> for Site {
    fn begin<I>(learned: &mut Learned<S, f32, Device, I>, number: f32, _: U) {
        learned.value.copy_from(&vec![number; S::NUMEL]);
    }
}

#[diagnostic::do_not_recommend]
impl<Site, const A: usize, U> Begin<[f32; A], Rank1<A>, U> for Site {
    fn begin<I>(learned: &mut Learned<Rank1<A>, f32, Device, I>, numbers: [f32; A], _: U) {
        learned.value.copy_from(&numbers);
    }
}

#[diagnostic::do_not_recommend]
impl<Site, const A: usize, const B: usize, U> Begin<[[f32; B]; A], Rank2<A, B>, U> for Site {
    fn begin<I>(learned: &mut Learned<Rank2<A, B>, f32, Device, I>, rows: [[f32; B]; A], _: U) {
        learned.value.copy_from(rows.as_flattened());
    }
}

#[diagnostic::do_not_recommend]
impl<Site, const A: usize, const B: usize, const C: usize, U>
    Begin<[[[f32; C]; B]; A], Rank3<A, B, C>, U> for Site
{
    fn begin<I>(
        learned: &mut Learned<Rank3<A, B, C>, f32, Device, I>,
        blocks: [[[f32; C]; B]; A],
        _: U,
    ) {
        learned
            .value
            .copy_from(blocks.as_flattened().as_flattened());
    }
}
