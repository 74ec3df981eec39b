//! What is said of operands that do not go together.
//!
//! `model!` writes `Operands(a, b).times()` where its block says `a * b` and the operands may be a variable and something else.

use std::ops::{Add, Div, Mul, Sub};

/// The operands of `+`, `-`, `*` or `/`.
#[derive(Clone, Copy, Debug)]
pub struct Operands<A, B>(pub A, pub B);

macro_rules! operations {
    ($($operator:tt $formula:ident $standard:ident $function:ident;)*) => {
        $(
            #[doc = concat!("`a ", stringify!($operator), " b`")]
            #[derive(Clone, Copy, Debug)]
            pub struct $formula;

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

operations! {
    + Sum Add add;
    - Difference Sub sub;
    * Product Mul mul;
    / Ratio Div div;
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

/// The standard operators.
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
