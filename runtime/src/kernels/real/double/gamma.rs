//! The logarithm of the gamma function and its derivatives, for positive numbers.
//!
//! Numbers below 4 are moved up by 4. From there on the asymptotic series (Abramowitz and Stegun 6.1.41, 6.3.18 and 6.4.12),
//! fitted anew for these numbers, have few terms. Whether a number is moved is a selection, so all take the same way.

use super::{ln_of_positive as ln, polynomial};

/// From here on the series are right.
const FAR: f64 = 4.0;

/// `½ ln 2π`
pub(super) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// `ln Γ(x)`
#[inline(always)]
pub fn ln_gamma(x: f64) -> f64 {
    let near = Near::of(x);
    stirling(near.moved()) - ln(near.product())
}

/// `ln Γ(x + k) − ln Γ(x)` for `k` of zero and above.
#[inline(always)]
pub fn ln_rising(x: f64, k: f64) -> f64 {
    let (from, to) = (Near::of(x), Near::of(x + k));
    let moved = ln(from.product() / to.product());
    stirling(to.moved()) - stirling(from.moved()) + moved
}

/// `ln Γ(y)` for far numbers.
#[inline(always)]
fn stirling(y: f64) -> f64 {
    const SERIES: [f64; 8] = [
        0.083_333_333_333_333_03,
        -0.002_777_777_777_148_806_5,
        0.000_793_650_579_246_934_7,
        -0.000_595_209_866_245_860_4,
        0.000_839_889_043_568_404_6,
        -0.001_848_565_673_094_098_2,
        0.004_897_399_847_603_434,
        -0.009_270_536_368_077_813,
    ];
    let r = 1.0 / y;
    let rest = r.mul_add(polynomial(r * r, SERIES), HALF_LN_TAU - y);
    (y - 0.5).mul_add(ln(y), rest)
}

/// `ψ(x)`, the derivative of `ln Γ`.
#[inline(always)]
pub fn digamma(x: f64) -> f64 {
    let near = Near::of(x);
    let y = near.moved();
    ln(y) - below_ln(y) - near.reciprocals()
}

/// `ψ(x + k) − ψ(x)` for `k` of zero and above.
#[inline(always)]
pub fn digamma_rising(x: f64, k: f64) -> f64 {
    let (from, to) = (Near::of(x), Near::of(x + k));
    let (y, z) = (from.moved(), to.moved());
    let rest = below_ln(y) - below_ln(z);
    ln(z / y) + rest + (from.reciprocals() - to.reciprocals())
}

/// `ln y − ψ(y)` for far numbers.
#[inline(always)]
fn below_ln(y: f64) -> f64 {
    const SERIES: [f64; 9] = [
        0.083_333_333_333_332_96,
        -0.008_333_333_332_362_189,
        0.003_968_253_547_732_09,
        -0.004_166_595_597_108_02,
        0.007_569_628_798_546_03,
        -0.020_787_300_372_688_566,
        0.073_928_211_721_646_83,
        -0.256_684_924_131_450_8,
        0.536_531_858_246_490_7,
    ];
    let r = 1.0 / y;
    let square = r * r;
    square.mul_add(polynomial(square, SERIES), 0.5 * r)
}

/// `ψ'(x)`, the second derivative of `ln Γ`.
#[inline(always)]
pub fn trigamma(x: f64) -> f64 {
    const SERIES: [f64; 10] = [
        0.166_666_666_666_666_02,
        -0.033_333_333_331_273_2,
        0.023_809_522_705_439_28,
        -0.033_333_100_715_415_7,
        0.075_732_252_120_702_3,
        -0.251_489_751_494_748_2,
        1.100_654_899_643_484_3,
        -5.306_347_083_372_549,
        21.252_518_160_547_242,
        -46.038_564_960_452_94,
    ];
    let near = Near::of(x);
    let r = 1.0 / near.moved();
    let square = r * r;
    let series = r.mul_add(polynomial(square, SERIES), 0.5);
    square.mul_add(series, r) + near.squared_reciprocals()
}

/// A number on its way to where the series are right, and what the steps from it add up to.
///
/// In terms of `t = x² + 3x`: `x(x + 1)(x + 2)(x + 3) = t(t + 2)`.
struct Near {
    x: f64,
    is_near: bool,
    t: f64,
}

impl Near {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self {
            x,
            is_near: x < FAR,
            t: x * (x + 3.0),
        }
    }

    #[inline(always)]
    fn moved(&self) -> f64 {
        self.x + if self.is_near { 4.0 } else { 0.0 }
    }

    /// `x(x + 1)(x + 2)(x + 3)`, if the number was moved.
    #[inline(always)]
    fn product(&self) -> f64 {
        // Far numbers would overflow.
        if self.is_near {
            self.t * (self.t + 2.0)
        } else {
            1.0
        }
    }

    /// `1/x + … + 1/(x + 3)`, if the number was moved.
    #[inline(always)]
    fn reciprocals(&self) -> f64 {
        let Self { x, is_near, t } = *self;
        let above = 2.0 * (t + 1.0) * (2.0 * x + 3.0);
        (if is_near { above } else { 0.0 }) / self.product()
    }

    /// `1/x² + … + 1/(x + 3)²`, if the number was moved.
    #[inline(always)]
    fn squared_reciprocals(&self) -> f64 {
        let Self { is_near, t, .. } = *self;
        let product = self.product();
        let above = (2.0 * t + 9.0) * (t + 2.0) * (t + 2.0) + (2.0 * t + 5.0) * t * t;
        (if is_near { above } else { 0.0 }) / (product * product)
    }
}
