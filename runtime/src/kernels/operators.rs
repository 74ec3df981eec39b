//! `+`, `-`, `*` and `/` of variables and numbers.
//!
//! Our own trait [`GoesWith`] decides which operands fit, so the compiler's messages have our words.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::tensor::names::{Const, Shape};

use super::axes::assert_same;
use super::elementwise::Formula;
use super::formula::{Difference, Product, Ratio, Sum};
use super::functions::flat;
use crate::tensor::{Flat, Given, Var};

/// An operand that can stand on the left of `B` in the operation `Op`, such as [`Addition`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{B}` do not go together in this operation",
    label = "takes two tensors of one shape, or a tensor and an `f32`",
    note = "help: write a number as `2.0`, and a constant `N` of another type as `N as f32`; a learned tensor needs no rows: `h + bias` of `h = decoder(z)` takes a `bias` as wide as the decoder's output"
)]
pub trait GoesWith<B, Op> {
    /// The result.
    type Output;
    /// The operation.
    ///
    /// # Panics
    /// If the operands differ in their rows.
    fn operate(self, other: B) -> Self::Output;
}

/// One operation on every element, of operands of one shape or numbers.
fn same(formula: &impl Formula<2>, a: Given, b: Given) -> Flat {
    flat(formula.mapped([a, b], 1))
}

fn rows<S: Shape>(var: &Var<S>) -> Given {
    Given::Rows(var.flat().clone())
}

fn event<S: Shape>(var: &Var<S>) -> Given {
    Given::Event(var.flat().clone())
}

impl<S: Shape> Neg for Var<S> {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl<S: Shape> Neg for &Var<S> {
    type Output = Var<S>;
    fn neg(self) -> Var<S> {
        self * -1.0
    }
}

macro_rules! operators {
    ($($operator:tt $name:ident $trait:ident $method:ident $formula:ident;)*) => {$(
        #[doc = concat!("`a ", stringify!($operator), " b`")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        #[diagnostic::do_not_recommend]
        impl<S: Shape, B> $trait<B> for Var<S>
        where
            Self: GoesWith<B, $name>,
        {
            type Output = <Self as GoesWith<B, $name>>::Output;
            fn $method(self, other: B) -> Self::Output {
                self.operate(other)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, S: Shape, B> $trait<B> for &'a Var<S>
        where
            Self: GoesWith<B, $name>,
        {
            type Output = <Self as GoesWith<B, $name>>::Output;
            fn $method(self, other: B) -> Self::Output {
                self.operate(other)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<&Var<S>> for f32 {
            type Output = Var<S>;
            fn $method(self, var: &Var<S>) -> Var<S> {
                Var::of(same(&$formula, Given::Number(self), rows(var)), *var.shape())
            }
        }
        impl<S: Shape> $trait<Var<S>> for f32 {
            type Output = Var<S>;
            fn $method(self, var: Var<S>) -> Var<S> {
                self.$method(&var)
            }
        }
        other_numbers!($trait $method $name f64 i32);

        #[diagnostic::do_not_recommend]

        impl<S: Shape> GoesWith<&Var<S>, $name> for &Var<S> {
            type Output = Var<S>;
            fn operate(self, other: &Var<S>) -> Var<S> {
                let shape = *self.shape();
                assert_same(&shape, other.shape());
                Var::of(same(&$formula, rows(self), rows(other)), shape)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<S: Shape> GoesWith<f32, $name> for &Var<S> {
            type Output = Var<S>;
            fn operate(self, number: f32) -> Var<S> {
                Var::of(same(&$formula, rows(self), Given::Number(number)), *self.shape())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<S: Shape> GoesWith<f32, $name> for Var<S> {
            type Output = Var<S>;
            fn operate(self, number: f32) -> Var<S> {
                GoesWith::<f32, $name>::operate(&self, number)
            }
        }

        by_value!($name [S: Shape] Var<S>, Var<S>);
        with_rows!($name $formula [] ());
        with_rows!($name $formula [A] (Const<A>,));
        with_rows!($name $formula [A, B] (Const<A>, Const<B>,));
        with_rows!($name $formula [A, B, C] (Const<A>, Const<B>, Const<C>,));
        with_number!($name $formula [A] (Const<A>,));
        with_number!($name $formula [A, B] (Const<A>, Const<B>,));
        with_number!($name $formula [A, B, C] (Const<A>, Const<B>, Const<C>,));
        with_number!($name $formula [A] (usize, Const<A>));
        with_number!($name $formula [A, B] (usize, Const<A>, Const<B>));
        with_number!($name $formula [A, B, C] (usize, Const<A>, Const<B>, Const<C>));
    )*};
}

/// Numbers that go with no variable. Without these operators the compiler would list the numbers' own operators. Only one
/// integer type is here: with several, the compiler could not choose one for the `2` of `2 * h`, and would list all operators.
macro_rules! other_numbers {
    ($trait:ident $method:ident $name:ident $($number:ty)*) => {$(
        #[doc(hidden)]
        impl<S: Shape> $trait<Var<S>> for $number
        where
            Self: GoesWith<Var<S>, $name>,
        {
            type Output = <Self as GoesWith<Var<S>, $name>>::Output;
            fn $method(self, var: Var<S>) -> Self::Output {
                self.operate(var)
            }
        }
    )*};
}

/// Operations on values, from the same operation on references.
macro_rules! by_value {
    ($name:ident [$($parameters:tt)*] $left:ty, $right:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> GoesWith<$right, $name> for $left {
            type Output = <&'static $left as GoesWith<&'static $right, $name>>::Output;
            fn operate(self, other: $right) -> Self::Output {
                GoesWith::<_, $name>::operate(&self, &other)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> GoesWith<&$right, $name> for $left {
            type Output = <&'static $left as GoesWith<&'static $right, $name>>::Output;
            fn operate(self, other: &$right) -> Self::Output {
                GoesWith::<_, $name>::operate(&self, other)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> GoesWith<$right, $name> for &$left {
            type Output = <&'static $left as GoesWith<&'static $right, $name>>::Output;
            fn operate(self, other: $right) -> Self::Output {
                GoesWith::<_, $name>::operate(self, &other)
            }
        }
    };
}

/// One event with an event for each row. Nothing is broadcast in memory, and the gradient of the one event is summed in `f64`.
macro_rules! with_rows {
    ($name:ident $formula:ident [$($axis:ident),*] ($($event:tt)*)) => {
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> GoesWith<&Var<($($event)*)>, $name> for &Var<(usize, $($event)*)> {
            type Output = Var<(usize, $($event)*)>;
            fn operate(self, other: &Var<($($event)*)>) -> Self::Output {
                let given = [rows(self), event(other)];
                Var::of(flat($formula.mapped(given, other.flat().len())), *self.shape())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> GoesWith<&Var<(usize, $($event)*)>, $name> for &Var<($($event)*)> {
            type Output = Var<(usize, $($event)*)>;
            fn operate(self, other: &Var<(usize, $($event)*)>) -> Self::Output {
                let given = [event(self), rows(other)];
                Var::of(flat($formula.mapped(given, self.flat().len())), *other.shape())
            }
        }
        by_value!($name [$(const $axis: usize),*] Var<(usize, $($event)*)>, Var<($($event)*)>);
        by_value!($name [$(const $axis: usize),*] Var<($($event)*)>, Var<(usize, $($event)*)>);
    };
}

/// A learned number with a tensor that has axes.
macro_rules! with_number {
    ($name:ident $formula:ident [$($axis:ident),*] $shape:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> GoesWith<&Var<()>, $name> for &Var<$shape> {
            type Output = Var<$shape>;
            fn operate(self, number: &Var<()>) -> Self::Output {
                Var::of(same(&$formula, rows(self), event(number)), *self.shape())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> GoesWith<&Var<$shape>, $name> for &Var<()> {
            type Output = Var<$shape>;
            fn operate(self, other: &Var<$shape>) -> Self::Output {
                Var::of(same(&$formula, event(self), rows(other)), *other.shape())
            }
        }
        by_value!($name [$(const $axis: usize),*] Var<$shape>, Var<()>);
        by_value!($name [$(const $axis: usize),*] Var<()>, Var<$shape>);
    };
}

operators! {
    + Addition Add add Sum;
    - Subtraction Sub sub Difference;
    * Multiplication Mul mul Product;
    / Division Div div Ratio;
}
