//! Arithmetic that dfdx has not: a number before a tensor, and one event with one for each row.
//!
//! `model!` writes `Operands(a, b).times()` where its block says `a * b` and the operands may be such. The methods of
//! [`Operands`] itself come first; of what has none, [`OtherOperands`] calls the standard operator.

use std::ops::{Add, Div, Mul, Sub};

use dfdx::shapes::{Axes2, Axes3, Axes4, Axis, Const, Shape};
use dfdx::tensor::Tensor;

use crate::Device;
use crate::draw::into_rows;
use crate::kernels::activation::{Activation, activate};
use crate::kernels::broadcast::BroadcastTo;
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula;
use crate::param::IntoParam;
use crate::var::Var;

/// The operands of `+`, `-`, `*` or `/`.
#[derive(Clone, Copy, Debug)]
pub struct Operands<A, B>(pub A, pub B);

/// A number before a tensor.
impl<S: Shape> Operands<f32, Var<S>> {
    /// `number + tensor`
    pub fn plus(self) -> Var<S> {
        self.1 + self.0
    }

    /// `number − tensor`
    pub fn minus(self) -> Var<S> {
        -self.1 + self.0
    }

    /// `number · tensor`
    pub fn times(self) -> Var<S> {
        self.1 * self.0
    }

    /// `number / tensor`
    pub fn over(self) -> Var<S> {
        let quotient = activate(Quotient(self.0), self.1);
        quotient.expect("the numbers fit into memory")
    }
}

/// `c / x`, whose slope is `−y · y/c` where the value is `y`.
#[derive(Clone, Copy, Debug)]
struct Quotient(f32);

impl Activation for Quotient {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        self.0 / x
    }
    #[inline(always)]
    fn slope(self, y: f32) -> f32 {
        let inverse = if self.0 == 0.0 { y } else { y / self.0 };
        -y * inverse
    }
}

macro_rules! operations {
    ($($method:ident $operator:tt $formula:ident $standard:ident $function:ident;)*) => {
        $(
            #[doc = concat!("`a ", stringify!($operator), " b`")]
            #[derive(Clone, Copy, Debug)]
            pub struct $formula;

            with_rows!($method $operator $formula []);
            with_rows!($method $operator $formula [A]);
            with_rows!($method $operator $formula [A, B]);
            with_rows!($method $operator $formula [A, B, C]);
            with_number!($method $operator [A] (usize, Const<A>), Axes2<0, 1>);
            with_number!($method $operator [A] (Const<A>,), Axis<0>);
            with_number!($method $operator [A, B] (usize, Const<A>, Const<B>), Axes3<0, 1, 2>);
            with_number!($method $operator [A, B] (Const<A>, Const<B>,), Axes2<0, 1>);
            with_number!($method $operator [A, B, C] (usize, Const<A>, Const<B>, Const<C>), Axes4<0, 1, 2, 3>);
            with_number!($method $operator [A, B, C] (Const<A>, Const<B>, Const<C>,), Axes3<0, 1, 2>);

            #[diagnostic::do_not_recommend]
            impl<A: $standard<B>, B> GoesWith<B, $formula> for A {
                type Output = A::Output;
                fn operate(self, other: B) -> A::Output {
                    self.$function(other)
                }
            }
        )*
    };
}

/// One event with rows: nothing is broadcast in memory, and the event's gradient is summed in `f64`.
macro_rules! with_rows {
    ($method:ident $operator:tt $formula:ident [$($axis:ident),*]) => {
        impl<T, $(const $axis: usize,)*>
            Operands<Var<(usize, $(Const<$axis>,)*)>, Tensor<($(Const<$axis>,)*), f32, Device, T>>
        where
            Tensor<($(Const<$axis>,)*), f32, Device, T>: IntoParam<($(Const<$axis>,)*)>,
        {
            #[doc = concat!("`rows ", stringify!($operator), " event`")]
            pub fn $method(self) -> Var<(usize, $(Const<$axis>,)*)> {
                into_rows(map(formula::$formula, [&rows_of(&self.0), &self.1.into_param()]))
            }
        }

        impl<T, $(const $axis: usize,)*>
            Operands<Tensor<($(Const<$axis>,)*), f32, Device, T>, Var<(usize, $(Const<$axis>,)*)>>
        where
            Tensor<($(Const<$axis>,)*), f32, Device, T>: IntoParam<($(Const<$axis>,)*)>,
        {
            #[doc = concat!("`event ", stringify!($operator), " rows`")]
            pub fn $method(self) -> Var<(usize, $(Const<$axis>,)*)> {
                into_rows(map(formula::$formula, [&self.0.into_param(), &rows_of(&self.1)]))
            }
        }
    };
}

/// A learned number with a tensor of more than a number, of these axes.
macro_rules! with_number {
    ($method:ident $operator:tt [$($axis:ident),*] $shape:ty, $axes:ty) => {
        impl<$(const $axis: usize,)*> Operands<Var<$shape>, Var<()>> {
            #[doc = concat!("`tensor ", stringify!($operator), " number`")]
            pub fn $method(self) -> Var<$shape> {
                let number = self.1.broadcast_like::<_, $axes>(&self.0);
                self.0 $operator number
            }
        }

        impl<$(const $axis: usize,)*> Operands<Var<()>, Var<$shape>> {
            #[doc = concat!("`number ", stringify!($operator), " tensor`")]
            pub fn $method(self) -> Var<$shape> {
                self.0.broadcast_like::<_, $axes>(&self.1) $operator self.1
            }
        }
    };
}

operations! {
    plus + Sum Add add;
    minus - Difference Sub sub;
    times * Product Mul mul;
    over / Ratio Div div;
}

/// What can stand on the left of `B` in the operation `Op`: what the standard operator takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{B}` do not go together in this operation",
    label = "neither of one shape, nor one of them a number",
    note = "help: write a number as `2.0`, neither `2` nor `2.0f64`; two tensors need one shape, but a learned tensor needs no rows: `h + bias` of `h = decoder(z)` takes a `bias` as wide as the decoder's output"
)]
pub trait GoesWith<B, Op> {
    /// What comes out.
    type Output;
    /// The operation.
    fn operate(self, other: B) -> Self::Output;
}

/// The standard operators, for what [`Operands`] has no method of its own.
// A bound on the line of its method makes the compiler's message shorter by two.
#[rustfmt::skip]
pub trait OtherOperands<A, B> {
    /// `a + b`
    fn plus(self) -> A::Output where A: GoesWith<B, Sum>;
    /// `a − b`
    fn minus(self) -> A::Output where A: GoesWith<B, Difference>;
    /// `a · b`
    fn times(self) -> A::Output where A: GoesWith<B, Product>;
    /// `a / b`
    fn over(self) -> A::Output where A: GoesWith<B, Ratio>;
}

impl<A, B> OtherOperands<A, B> for Operands<A, B> {
    fn plus(self) -> A::Output
    where
        A: GoesWith<B, Sum>,
    {
        self.0.operate(self.1)
    }
    fn minus(self) -> A::Output
    where
        A: GoesWith<B, Difference>,
    {
        self.0.operate(self.1)
    }
    fn times(self) -> A::Output
    where
        A: GoesWith<B, Product>,
    {
        self.0.operate(self.1)
    }
    fn over(self) -> A::Output
    where
        A: GoesWith<B, Ratio>,
    {
        self.0.operate(self.1)
    }
}
