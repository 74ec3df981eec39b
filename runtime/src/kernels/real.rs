//! Scalar formulas, written once.
//!
//! A density is a formula over [`Real`]. It is evaluated in `f32` for training, in `f64` for tests against
//! quadrature and published values, and in [`Wide`] numbers for sums of many `f64` terms, and in [`Dual`] numbers for its partial derivatives. All operations are stable over their
//! whole range, so a formula made of them is stable too.

pub mod double;
mod dual;
pub mod single;
mod wide;

pub use dual::Dual;
pub use wide::Wide;

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::special;

/// A real number: `f32`, `f64`, [`Wide`] or [`Dual`].
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// A constant.
    fn constant(value: f64) -> Self;
    /// The value, for a branch.
    fn value(self) -> f64;
    /// `e^x`
    fn exp(self) -> Self;
    /// `e^x − 1`, exact near zero.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// `ln(1 + x)`, exact near zero.
    fn ln_1p(self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The absolute value; its derivative at zero is taken as zero.
    fn abs(self) -> Self;
    /// The sine.
    fn sin(self) -> Self;
    /// The cosine.
    fn cos(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// `ln Γ(x)` for positive `x`.
    fn ln_gamma(self) -> Self;
    /// `ψ(x)`, the derivative of `ln Γ`, for positive `x`.
    fn digamma(self) -> Self;
    /// `ψ'(x)` for positive `x`: a slope, which has none itself.
    #[doc(hidden)]
    fn trigamma(self) -> Self;
    /// `ln x!` for whole numbers `x` of zero and above; in [`Wide`] numbers, for those below [`double::FACTORIALS`].
    #[doc(hidden)]
    #[inline(always)]
    fn ln_factorial(self) -> Self {
        self.shift(1.0).ln_gamma()
    }
    /// `ln Γ(x + k) − ln Γ(x)` for positive `x`, and `k` of zero and above.
    #[doc(hidden)]
    #[inline(always)]
    fn ln_rising(self, k: Self) -> Self {
        (self + k).ln_gamma() - self.ln_gamma()
    }
    /// `ψ(x + k) − ψ(x)` for positive `x`, and `k` of zero and above.
    #[doc(hidden)]
    #[inline(always)]
    fn digamma_rising(self, k: Self) -> Self {
        (self + k).digamma() - self.digamma()
    }
    /// `ln(I₀(x) e^−x)`, of the modified Bessel function, for `x` of zero and above.
    fn ln_bessel_i0e(self) -> Self;
    /// `I₁(x)/I₀(x)` for `x` of zero and above.
    fn bessel_ratio(self) -> Self;
    /// `1 − I₁(x)/I₀(x)` for `x` of zero and above, with all its digits.
    fn bessel_ratio_rest(self) -> Self;
    /// `1 / (1 + e^−x)`, without overflow.
    fn sigmoid(self) -> Self;
    /// `ln(1 + e^x)`, without overflow and exact in both tails.
    fn softplus(self) -> Self;

    /// `x²`
    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }
    /// `x · c`
    #[inline(always)]
    fn scale(self, c: f64) -> Self {
        self * Self::constant(c)
    }
    /// `x + c`
    #[inline(always)]
    fn shift(self, c: f64) -> Self {
        self + Self::constant(c)
    }
}

/// A float's implementation, with these functions and those that only `f64` has.
macro_rules! real_float {
    ($float:ty, { $($function:ident: $by:expr;)* }) => {
        impl Real for $float {
            #[inline(always)]
            fn constant(value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn value(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                <$float>::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                <$float>::cos(self)
            }
            #[inline(always)]
            fn ln_gamma(self) -> Self {
                special::ln_gamma(self as f64) as $float
            }
            #[inline(always)]
            fn digamma(self) -> Self {
                special::digamma(self as f64) as $float
            }
            #[inline(always)]
            fn trigamma(self) -> Self {
                special::trigamma(self as f64) as $float
            }
            #[inline(always)]
            fn ln_bessel_i0e(self) -> Self {
                special::ln_bessel_i0e(self as f64) as $float
            }
            #[inline(always)]
            fn bessel_ratio(self) -> Self {
                special::bessel_ratio(self as f64) as $float
            }
            #[inline(always)]
            fn bessel_ratio_rest(self) -> Self {
                special::bessel_ratio_rest(self as f64) as $float
            }
            $(
                #[inline(always)]
                fn $function(self) -> Self {
                    $by(self)
                }
            )*
        }
    };
}

real_float!(f32, {
    exp: single::exp;
    exp_m1: single::exp_m1;
    ln: single::ln;
    ln_1p: single::ln_1p;
    tanh: single::tanh;
    sigmoid: single::sigmoid;
    softplus: single::softplus;
});

real_float!(f64, {
    exp: f64::exp;
    exp_m1: f64::exp_m1;
    ln: f64::ln;
    ln_1p: f64::ln_1p;
    tanh: f64::tanh;
    sigmoid: sigmoid;
    softplus: softplus;
});

fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    // One exponential that cannot overflow serves both halves.
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
