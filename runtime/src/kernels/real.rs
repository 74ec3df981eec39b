//! Scalar formulas, written once.
//!
//! A density is a formula over [`Real`]: evaluated in `f32` to train, in `f64` to be checked against
//! quadrature and published values, and in [`Dual`] numbers to get its partial derivatives. Only
//! operations that are stable over their whole range are offered, so that a formula made of them is.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number: `f32`, `f64` or [`Dual`].
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
    /// `ln Γ(x)` for positive `x`.
    fn ln_gamma(self) -> Self;
    /// `1 / (1 + e^−x)`, without overflow.
    fn sigmoid(self) -> Self;
    /// `ln(1 + e^x)`, without overflow and exact in both tails.
    fn softplus(self) -> Self;

    /// `x²`
    fn square(self) -> Self {
        self * self
    }
    /// `x · c`
    fn scale(self, c: f64) -> Self {
        self * Self::constant(c)
    }
    /// `x + c`
    fn shift(self, c: f64) -> Self {
        self + Self::constant(c)
    }
}

macro_rules! real_float {
    ($float:ty) => {
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
            fn exp(self) -> Self {
                <$float>::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                <$float>::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                <$float>::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                <$float>::ln_1p(self)
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
            fn ln_gamma(self) -> Self {
                statrs::function::gamma::ln_gamma(self as f64) as $float
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                let e = (-<$float>::abs(self)).exp();
                // One exponential that cannot overflow serves both halves.
                (if self >= 0.0 { 1.0 } else { e }) / (1.0 + e)
            }
            #[inline(always)]
            fn softplus(self) -> Self {
                self.max(0.0) + (-<$float>::abs(self)).exp().ln_1p()
            }
        }
    };
}

real_float!(f32);
real_float!(f64);

/// A value and its partial derivatives by `N` arguments (forward-mode differentiation).
#[derive(Clone, Copy, Debug)]
pub struct Dual<const N: usize> {
    value: f32,
    partials: [f32; N],
}

impl<const N: usize> Dual<N> {
    /// The arguments of a formula, each varying by itself.
    #[inline(always)]
    pub fn arguments(values: [f32; N]) -> [Self; N] {
        std::array::from_fn(|i| {
            let mut partials = [0.0; N];
            partials[i] = 1.0;
            Self {
                value: values[i],
                partials,
            }
        })
    }

    /// The partial derivatives.
    #[inline(always)]
    pub fn partials(self) -> [f32; N] {
        self.partials
    }

    /// `f(x)` with `f'(x)`, by the chain rule. A zero partial stays zero where `f'` is infinite.
    #[inline(always)]
    fn chain(self, value: f32, derivative: f32) -> Self {
        Self {
            value,
            partials: self.partials.map(|partial| term(partial, derivative)),
        }
    }

    #[inline(always)]
    fn zip(self, other: Self, value: f32, f: impl Fn(f32, f32) -> f32) -> Self {
        Self {
            value,
            partials: std::array::from_fn(|i| f(self.partials[i], other.partials[i])),
        }
    }
}

/// `partial · factor`, where nothing that does not vary is made to by an infinite factor.
#[inline(always)]
fn term(partial: f32, factor: f32) -> f32 {
    if partial == 0.0 {
        0.0
    } else {
        partial * factor
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.zip(o, self.value + o.value, |a, b| a + b)
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.zip(o, self.value - o.value, |a, b| a - b)
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Self;
    #[inline(always)]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the product rule")]
    fn mul(self, o: Self) -> Self {
        self.zip(o, self.value * o.value, |a, b| {
            term(a, o.value) + term(b, self.value)
        })
    }
}

impl<const N: usize> Div for Dual<N> {
    type Output = Self;
    #[inline(always)]
    #[expect(clippy::suspicious_arithmetic_impl, reason = "the quotient rule")]
    fn div(self, o: Self) -> Self {
        let quotient = self.value / o.value;
        self.zip(o, quotient, |a, b| (a - term(b, quotient)) / o.value)
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
    }
}

impl<const N: usize> Real for Dual<N> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self {
            value: value as f32,
            partials: [0.0; N],
        }
    }
    #[inline(always)]
    fn value(self) -> f64 {
        self.value as f64
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let e = self.value.exp_m1();
        self.chain(e, e + 1.0)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain(self.value.ln(), 1.0 / self.value)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), 1.0 / (1.0 + self.value))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, 0.5 / root)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let sign = if self.value == 0.0 {
            0.0
        } else {
            self.value.signum()
        };
        self.chain(self.value.abs(), sign)
    }
    #[inline(always)]
    fn ln_gamma(self) -> Self {
        let digamma = statrs::function::gamma::digamma(self.value as f64) as f32;
        self.chain(Real::ln_gamma(self.value), digamma)
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let s = Real::sigmoid(self.value);
        self.chain(s, s * Real::sigmoid(-self.value))
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        self.chain(Real::softplus(self.value), Real::sigmoid(self.value))
    }
}
