//! Forward-mode differentiation.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Real;
use crate::kernels::real::double;

/// A value and its partial derivatives by `N` arguments, in `f32` or `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Dual<const N: usize, T = f32> {
    value: T,
    partials: [T; N],
}

impl<const N: usize, T: Real> Dual<N, T> {
    /// The arguments of a formula, each varying independently.
    #[inline(always)]
    pub fn arguments(values: [T; N]) -> [Self; N] {
        let mut arguments = [Self::constant(0.0); N];
        for i in 0..N {
            arguments[i].value = values[i];
            arguments[i].partials[i] = T::constant(1.0);
        }
        arguments
    }

    /// The partial derivative by argument number `wanted` of a formula, all else being constant.
    #[inline(always)]
    pub fn varying<const M: usize>(values: [T; M], wanted: usize) -> [Self; M] {
        let mut arguments = [Self::constant(0.0); M];
        for i in 0..M {
            arguments[i].value = values[i];
        }
        arguments[wanted].partials = [T::constant(1.0); N];
        arguments
    }

    /// The partial derivatives.
    #[inline(always)]
    pub fn partials(self) -> [T; N] {
        self.partials
    }

    /// `f(x)` with `f'(x)`, by the chain rule. A zero partial stays zero even if `f'` is infinite.
    #[inline(always)]
    fn chain(self, value: T, derivative: T) -> Self {
        self.zip(self, value, |partial, _| term(partial, derivative))
    }

    #[inline(always)]
    fn zip(self, other: Self, value: T, f: impl Fn(T, T) -> T) -> Self {
        // A loop is inlined in any build. `array::map` is left to the compiler, and breaks up loops that call it.
        let mut partials = self.partials;
        #[expect(clippy::needless_range_loop, reason = "one index for all")]
        for i in 0..N {
            partials[i] = f(self.partials[i], other.partials[i]);
        }
        Self { value, partials }
    }
}

/// `partial · factor`. A zero partial stays zero even if the factor is infinite.
#[inline(always)]
fn term<T: Real>(partial: T, factor: T) -> T {
    if partial.value() == 0.0 {
        T::constant(0.0)
    } else {
        partial * factor
    }
}

impl<const N: usize, T: Real> Add for Dual<N, T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.zip(o, self.value + o.value, |a, b| a + b)
    }
}

impl<const N: usize, T: Real> Sub for Dual<N, T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.zip(o, self.value - o.value, |a, b| a - b)
    }
}

impl<const N: usize, T: Real> Mul for Dual<N, T> {
    type Output = Self;
    #[inline(always)]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the product rule")]
    fn mul(self, o: Self) -> Self {
        self.zip(o, self.value * o.value, |a, b| {
            term(a, o.value) + term(b, self.value)
        })
    }
}

impl<const N: usize, T: Real> Div for Dual<N, T> {
    type Output = Self;
    #[inline(always)]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the quotient rule")]
    fn div(self, o: Self) -> Self {
        let quotient = self.value / o.value;
        self.zip(o, quotient, |a, b| (a - term(b, quotient)) / o.value)
    }
}

impl<const N: usize, T: Real> Neg for Dual<N, T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.chain(-self.value, T::constant(-1.0))
    }
}

impl<const N: usize, T: Real> Real for Dual<N, T> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self {
            value: T::constant(value),
            partials: [T::constant(0.0); N],
        }
    }
    #[inline(always)]
    fn value(self) -> f64 {
        self.value.value()
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let e = self.value.exp_m1();
        self.chain(e, e.shift(1.0))
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain(self.value.ln(), T::constant(1.0) / self.value)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), T::constant(1.0) / self.value.shift(1.0))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, T::constant(0.5) / root)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let at = self.value.value();
        let sign = if at == 0.0 { 0.0 } else { at.signum() };
        self.chain(self.value.abs(), T::constant(sign))
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        // 1 − tanh² from its two factors. Neither is rounded to zero before the product is.
        let twice = self.value.scale(2.0);
        let slope = (twice.sigmoid() * (-twice).sigmoid()).scale(4.0);
        self.chain(self.value.tanh(), slope)
    }
    #[inline(always)]
    fn ln_gamma(self) -> Self {
        self.chain(self.value.ln_gamma(), self.value.digamma())
    }
    #[inline(always)]
    fn digamma(self) -> Self {
        self.chain(self.value.digamma(), self.value.trigamma())
    }
    #[inline(always)]
    fn trigamma(self) -> Self {
        self.chain(self.value.trigamma(), T::constant(0.0))
    }
    #[inline(always)]
    fn ln_rising(self, k: Self) -> Self {
        let by_x = self.value.digamma_rising(k.value);
        let by_k = (self.value + k.value).digamma();
        self.zip(k, self.value.ln_rising(k.value), |x, k| {
            term(x, by_x) + term(k, by_k)
        })
    }
    #[inline(always)]
    fn ln_bessel_i0e(self) -> Self {
        let slope = -self.value.bessel_ratio_rest();
        self.chain(self.value.ln_bessel_i0e(), slope)
    }
    #[inline(always)]
    fn bessel_ratio(self) -> Self {
        let slope = double::bessel_ratio_slope(self.value.value());
        self.chain(self.value.bessel_ratio(), T::constant(slope))
    }
    #[inline(always)]
    fn bessel_ratio_rest(self) -> Self {
        let slope = -double::bessel_ratio_slope(self.value.value());
        self.chain(self.value.bessel_ratio_rest(), T::constant(slope))
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let s = self.value.sigmoid();
        self.chain(s, s * (-self.value).sigmoid())
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        self.chain(self.value.softplus(), self.value.sigmoid())
    }
}
