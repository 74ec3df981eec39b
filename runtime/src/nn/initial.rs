//! The numbers that a parameter starts with, if its model says so.

use dfdx::shapes::{ConstShape, Rank1, Rank2, Rank3};

use super::Learned;
use crate::tensor::Device;

/// What a `Parameter<S>` starts with, `scale: Parameter<Rank1<2>> = 0.5`: a number for all elements, or an array of its shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a parameter of this shape starts with",
    label = "expected a number, or an array of the parameter's shape",
    note = "help: write a number with its point for all elements, `= 1.0`, or an array such as `= [1.0, 2.0]` for a `Parameter<Rank1<2>>`"
)]
pub trait StartOf<S> {
    /// The numbers, in the order of memory.
    fn numbers(self) -> Vec<f32>;
}

#[diagnostic::do_not_recommend]
impl<S: ConstShape> StartOf<S> for f32 {
    fn numbers(self) -> Vec<f32> {
        vec![self; S::NUMEL]
    }
}

#[diagnostic::do_not_recommend]
impl<const A: usize> StartOf<Rank1<A>> for [f32; A] {
    fn numbers(self) -> Vec<f32> {
        self.to_vec()
    }
}

#[diagnostic::do_not_recommend]
impl<const A: usize, const B: usize> StartOf<Rank2<A, B>> for [[f32; B]; A] {
    fn numbers(self) -> Vec<f32> {
        self.concat()
    }
}

#[diagnostic::do_not_recommend]
impl<const A: usize, const B: usize, const C: usize> StartOf<Rank3<A, B, C>>
    for [[[f32; C]; B]; A]
{
    fn numbers(self) -> Vec<f32> {
        self.concat().concat()
    }
}

/// Gives a parameter its first numbers.
pub fn begin<S: ConstShape, I>(learned: &mut Learned<S, f32, Device, I>, numbers: impl StartOf<S>) {
    learned.value.copy_from(&numbers.numbers());
}
