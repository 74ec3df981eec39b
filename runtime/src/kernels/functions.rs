//! Functions of every element of a variable.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::tensor::names::Shape;

use super::elementwise::{Formula, compiled_here};
use super::formula::{Exp, Ln, kept_within};
use super::real::Real;
use super::{activation, softmax};
use crate::tensor::{Flat, Given, Var};

/// A formula of every element, for any shape.
pub(super) fn of_each(formula: &impl Formula<1>, x: Flat) -> Flat {
    flat(formula.mapped([Given::Rows(x)], 1))
}

/// The numbers of a parameter that a kernel made from rows.
pub(super) fn flat(given: Given) -> Flat {
    match given {
        Given::Rows(flat) | Given::Event(flat) => flat,
        Given::Number(number) => Flat::of(vec![number]),
    }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident($($argument:ident: $type:ty),*) = $formula:ident[$x:ident] $value:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy)]
            struct $formula { $($argument: $type),* }

            impl Formula<1> for $formula {
                compiled_here!(1);

                #[inline(always)]
                fn eval<R: Real>(&self, [$x]: [R; 1]) -> R {
                    let Self { $($argument),* } = *self;
                    $value
                }
            }
        )*

        impl<S: Shape> Var<S> {
            $(
                $(#[$doc])*
                pub fn $function(self $(, $argument: $type)*) -> Self {
                    let shape = *self.shape();
                    Self::of(of_each(&$formula { $($argument),* }, self.into_flat()), shape)
                }
            )*
        }
    };
}

functions! {
    /// `eˣ − 1`, with all digits near 0.
    exp_m1() = ExpM1[x] x.exp_m1();
    /// `ln(1 + x)`, with all digits near 0.
    ln_1p() = Ln1p[x] x.ln_1p();
    /// `√x`
    sqrt() = Sqrt[x] x.sqrt();
    #[doc(alias = "pow")]
    /// `x²`
    square() = Square[x] x.square();
    /// `|x|`, without a slope at 0.
    abs() = Abs[x] x.abs();
    /// `1/x`
    recip() = Recip[x] R::constant(1.0) / x;
    /// `sin x`, of an angle in radians.
    sin() = Sin[x] x.sin();
    /// `cos x`, of an angle in radians.
    cos() = Cos[x] x.cos();
    /// `x`, or the end of the interval that it is beyond. There it has no slope.
    clamp(least: f32, most: f32) = Clamp[x] kept_within(x, least.into(), most.into());
    /// `xⁿ`
    powi(n: i32) = PowerOf[x] power(x, n);
    /// `xᵃ` of a positive `x`.
    powf(a: f32) = RealPower[x] x.ln().scale(a.into()).exp();
    #[doc(alias = "swish")]
    /// `x σ(x)` (Elfwing, Uchibe and Doya 2018).
    silu() = Silu[x] if x.value() < -104.0 {
        // Less than f32 holds.
        R::constant(0.0)
    } else {
        x * x.sigmoid()
    };
    /// `x Φ(x)`, with the distribution function of Normal(0, 1) itself and not its approximation by `tanh` (Hendrycks and Gimpel
    /// 2016).
    gelu() = Gelu[x] if x.value() < -14.5 {
        // Less than f32 holds.
        R::constant(0.0)
    } else if x.value() > 14.5 {
        x
    } else {
        let tail = x * normal_tail(x.abs());
        if x.value() < 0.0 { tail } else { x - tail }
    };
}

/// `1 − Φ(x)` of `x` from 0 to 14.5, to 10⁻⁷ of itself and of the digits of `x²/2`: a polynomial times the leading factors,
/// interpolated at Chebyshev's nodes of `(2 − z)/(2 + z)` with `z = x/√2`.
#[inline(always)]
fn normal_tail<R: Real>(x: R) -> R {
    const LOG: [f64; 12] = [
        -0.671_794_093,
        0.672_643_212,
        0.047_343_940_4,
        -0.046_894_781,
        -0.009_880_431_64,
        0.008_815_156_96,
        0.001_795_201_49,
        -0.002_303_143_47,
        -0.000_229_192_26,
        0.000_588_071_689,
        8.508_316_61e-6,
        -9.246_457_8e-5,
    ];
    let half = x.scale(0.5 * FRAC_1_SQRT_2);
    let t = R::constant(1.0) / half.shift(1.0);
    let place = t.scale(2.0).shift(-1.0);
    let mut log = R::constant(0.0);
    for coefficient in LOG.into_iter().rev() {
        log = (log * place).shift(coefficient);
    }
    (t * (log - x.square().scale(0.5)).exp()).scale(0.5)
}

/// By squaring.
#[inline(always)]
fn power<R: Real>(x: R, n: i32) -> R {
    let (mut left, mut square, mut result) = (n.unsigned_abs(), x, R::constant(1.0));
    while left > 0 {
        if left % 2 == 1 {
            result = result * square;
        }
        square = square.square();
        left /= 2;
    }
    if n < 0 {
        R::constant(1.0) / result
    } else {
        result
    }
}

macro_rules! known {
    ($($(#[$doc:meta])* $function:ident = $compute:expr;)*) => {
        impl<S: Shape> Var<S> {
            $(
                $(#[$doc])*
                pub fn $function(self) -> Self {
                    fn compute(x: Flat) -> Flat {
                        $compute(x)
                    }
                    let shape = *self.shape();
                    Self::of(compute(self.into_flat()), shape)
                }
            )*
        }
    };
}

known! {
    /// `eˣ`
    exp = |x| of_each(&Exp, x);
    #[doc(alias = "log")]
    /// `ln x`. For a draw near the rim of its support, [`log`](crate::prelude::log) keeps digits that this loses.
    ln = |x| of_each(&Ln, x);
    /// `tanh x`
    tanh = |x| activation::activate(activation::Tanh, x);
    /// `1/(1 + e⁻ˣ)`
    sigmoid = |x| activation::activate(activation::Sigmoid, x);
    /// `max(x, 0)`; NaN stays NaN.
    relu = |x| activation::activate(activation::ReLU, x);
    /// `ln(1 + eˣ)`
    softplus = |x| activation::activate(activation::Softplus, x);
}

impl<S: Shape> Var<S> {
    /// `θ_k − ln Σ_j e^{θ_j}` along the last axis.
    pub fn log_softmax(self) -> Self {
        let shape = *self.shape();
        let lane = last(&shape);
        Self::of(softmax::by_lanes(self.into_flat(), lane), shape)
    }

    /// `e^{θ_k}/Σ_j e^{θ_j}` along the last axis.
    pub fn softmax(self) -> Self {
        self.log_softmax().exp()
    }
}

/// The size of the last axis, or 1 for a number.
pub(super) fn last<S: Shape>(shape: &S) -> usize {
    shape.concrete().into_iter().last().unwrap_or(1)
}
