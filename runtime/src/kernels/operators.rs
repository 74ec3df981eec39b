//! `+`, `-`, `*` and `/` of variables and numbers.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::tensor::names::{Const, Shape};

use super::axes::assert_same;
use super::elementwise::Formula;
use super::formula::{Difference, Product, Ratio, Sum};
use super::functions::flat;
use crate::tensor::{Flat, Given, Var};

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
    ($($trait:ident $method:ident $formula:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<&Var<S>> for &Var<S> {
            type Output = Var<S>;
            /// # Panics
            /// When the operands differ in their rows.
            fn $method(self, other: &Var<S>) -> Var<S> {
                let shape = *self.shape();
                assert_same(&shape, other.shape());
                Var::of(same(&$formula, rows(self), rows(other)), shape)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<f32> for &Var<S> {
            type Output = Var<S>;
            fn $method(self, number: f32) -> Var<S> {
                Var::of(same(&$formula, rows(self), Given::Number(number)), *self.shape())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<&Var<S>> for f32 {
            type Output = Var<S>;
            fn $method(self, var: &Var<S>) -> Var<S> {
                Var::of(same(&$formula, Given::Number(self), rows(var)), *var.shape())
            }
        }

        by_value!($trait $method [S: Shape] Var<S>, Var<S>);
        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<f32> for Var<S> {
            type Output = Var<S>;
            fn $method(self, number: f32) -> Var<S> {
                (&self).$method(number)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<S: Shape> $trait<Var<S>> for f32 {
            type Output = Var<S>;
            fn $method(self, var: Var<S>) -> Var<S> {
                self.$method(&var)
            }
        }

        with_rows!($trait $method $formula [] ());
        with_rows!($trait $method $formula [A] (Const<A>,));
        with_rows!($trait $method $formula [A, B] (Const<A>, Const<B>,));
        with_rows!($trait $method $formula [A, B, C] (Const<A>, Const<B>, Const<C>,));
        with_number!($trait $method $formula [A] (Const<A>,));
        with_number!($trait $method $formula [A, B] (Const<A>, Const<B>,));
        with_number!($trait $method $formula [A, B, C] (Const<A>, Const<B>, Const<C>,));
        with_number!($trait $method $formula [A] (usize, Const<A>));
        with_number!($trait $method $formula [A, B] (usize, Const<A>, Const<B>));
        with_number!($trait $method $formula [A, B, C] (usize, Const<A>, Const<B>, Const<C>));
    )*};
}

/// Of references there is an operation: the same of values.
macro_rules! by_value {
    ($trait:ident $method:ident [$($parameters:tt)*] $left:ty, $right:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> $trait<$right> for $left {
            type Output = <&'static $left as $trait<&'static $right>>::Output;
            fn $method(self, other: $right) -> Self::Output {
                (&self).$method(&other)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> $trait<&$right> for $left {
            type Output = <&'static $left as $trait<&'static $right>>::Output;
            fn $method(self, other: &$right) -> Self::Output {
                (&self).$method(other)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> $trait<$right> for &$left {
            type Output = <&'static $left as $trait<&'static $right>>::Output;
            fn $method(self, other: $right) -> Self::Output {
                self.$method(&other)
            }
        }
    };
}

/// One event with one for each row: nothing is broadcast in memory, and the event's gradient is summed in `f64`.
macro_rules! with_rows {
    ($trait:ident $method:ident $formula:ident [$($axis:ident),*] ($($event:tt)*)) => {
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> $trait<&Var<($($event)*)>> for &Var<(usize, $($event)*)> {
            type Output = Var<(usize, $($event)*)>;
            fn $method(self, other: &Var<($($event)*)>) -> Self::Output {
                let given = [rows(self), event(other)];
                Var::of(flat($formula.mapped(given, other.flat().len())), *self.shape())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> $trait<&Var<(usize, $($event)*)>> for &Var<($($event)*)> {
            type Output = Var<(usize, $($event)*)>;
            fn $method(self, other: &Var<(usize, $($event)*)>) -> Self::Output {
                let given = [event(self), rows(other)];
                Var::of(flat($formula.mapped(given, self.flat().len())), *other.shape())
            }
        }
        by_value!($trait $method [$(const $axis: usize),*] Var<(usize, $($event)*)>, Var<($($event)*)>);
        by_value!($trait $method [$(const $axis: usize),*] Var<($($event)*)>, Var<(usize, $($event)*)>);
    };
}

/// A learned number with a tensor of more than a number.
macro_rules! with_number {
    ($trait:ident $method:ident $formula:ident [$($axis:ident),*] $shape:ty) => {
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> $trait<&Var<()>> for &Var<$shape> {
            type Output = Var<$shape>;
            fn $method(self, number: &Var<()>) -> Self::Output {
                Var::of(same(&$formula, rows(self), event(number)), *self.shape())
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> $trait<&Var<$shape>> for &Var<()> {
            type Output = Var<$shape>;
            fn $method(self, other: &Var<$shape>) -> Self::Output {
                Var::of(same(&$formula, event(self), rows(other)), *other.shape())
            }
        }
        by_value!($trait $method [$(const $axis: usize),*] Var<$shape>, Var<()>);
        by_value!($trait $method [$(const $axis: usize),*] Var<()>, Var<$shape>);
    };
}

operators! {
    Add add Sum;
    Sub sub Difference;
    Mul mul Product;
    Div div Ratio;
}
