//! Numbers of `f64` whose functions have a vector form.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{Real, double};

/// A number of `f64`. A loop over a formula of them becomes vector instructions if the formula keeps to arithmetic, [`Real::exp`],
/// [`Real::ln`], [`Real::ln_1p`], [`Real::sqrt`], [`Real::abs`], [`Real::sigmoid`], [`Real::softplus`], [`Real::ln_gamma`],
/// [`Real::digamma`], [`Real::exp_m1`], [`Real::sin`] and [`Real::cos`] of numbers up to 10¹⁵ in size, and the Bessel functions.
/// [`Real::tanh`] is that of `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Wide(f64);

impl Wide {
    /// The arguments of a formula.
    #[inline(always)]
    pub fn arguments<const N: usize>(values: [f32; N]) -> [Self; N] {
        let mut arguments = [Self(0.0); N];
        // A loop, because `array::map` is not sure to be inlined.
        for i in 0..N {
            arguments[i] = Self(f64::from(values[i]));
        }
        arguments
    }
}

macro_rules! operators {
    ($($operator:ident: $function:ident;)*) => {$(
        impl $operator for Wide {
            type Output = Self;
            #[inline(always)]
            fn $function(self, other: Self) -> Self {
                Self(self.0.$function(other.0))
            }
        }
    )*};
}

operators! {
    Add: add;
    Sub: sub;
    Mul: mul;
    Div: div;
}

impl Neg for Wide {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! functions {
    ($($function:ident: $by:expr;)*) => {
        impl Real for Wide {
            #[inline(always)]
            fn constant(value: f64) -> Self {
                Self(value)
            }
            #[inline(always)]
            fn value(self) -> f64 {
                self.0
            }
            #[inline(always)]
            fn ln_rising(self, k: Self) -> Self {
                Self(double::ln_rising(self.0, k.0))
            }
            #[inline(always)]
            fn digamma_rising(self, k: Self) -> Self {
                Self(double::digamma_rising(self.0, k.0))
            }
            $(
                #[inline(always)]
                fn $function(self) -> Self {
                    Self($by(self.0))
                }
            )*
        }
    };
}

functions! {
    exp: double::exp;
    exp_m1: double::exp_m1;
    ln: double::ln;
    ln_1p: double::ln_1p;
    sqrt: f64::sqrt;
    abs: f64::abs;
    sin: |x| double::sin_cos(x).0;
    cos: |x| double::sin_cos(x).1;
    tanh: f64::tanh;
    ln_gamma: double::ln_gamma;
    digamma: double::digamma;
    trigamma: double::trigamma;
    ln_factorial: double::ln_factorial;
    ln_bessel_i0e: double::ln_bessel_i0e;
    bessel_ratio: double::bessel_ratio;
    bessel_ratio_rest: double::bessel_ratio_rest;
    sigmoid: double::sigmoid;
    softplus: double::softplus;
}
