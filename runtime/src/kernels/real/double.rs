//! Functions in `f64` without a branch or a table, so that a loop over them becomes vector instructions. They are
//! for sums of many terms, whose `f32` rounding errors would add up to nats, and for log-gammas.
//!
//! The largest errors, relative to the exact result; `tests/kernels/precision.rs` measures them:
//!
//! | function | error | where |
//! | --- | --- | --- |
//! | [`exp`] | 4·10⁻¹⁶ | from −700 to 709; zero below, ∞ above |
//! | [`ln`] | 4·10⁻¹⁶ | all positive numbers that are not subnormal; within 10⁻¹⁶ of zero near 1 |
//! | [`ln_1p`] | 4·10⁻¹⁶ | everywhere above −1 |
//! | [`softplus`] | 6·10⁻¹⁶ | everywhere above −700; zero below |
//! | [`exp_m1`] | 9·10⁻¹⁶ | everywhere up to 709; −1 below −700, ∞ above |
//! | [`sin_cos`] | 4·10⁻¹⁶ | up to 10¹⁵ in size; beyond, those of zero |
//! | [`asin`] | 9·10⁻¹⁶ | from 0 to 1 |
//! | [`ln_bessel_i0e`], [`bessel_ratio`], [`bessel_ratio_rest`] | 5·10⁻¹⁵, of the first near zero absolute | all numbers of zero and above |
//! | [`bessel_ratio_slope`] | 10⁻¹³ | the same |
//! | [`ln_gamma`] | 4·10⁻¹⁵, or so much if the result is below 1 in size | all positive numbers of `f32` |
//! | [`digamma`] | 2·10⁻¹⁵, or so much if the result is below 1 in size | all positive numbers of `f32` |
//! | [`trigamma`] | 2·10⁻¹⁵ | all positive numbers of `f32` |
//!
//! Sums of products are fused, as in [`single`](super::single). Polynomials are close to minimax.

mod bessel;
mod factorial;
mod gamma;
mod turn;

pub use bessel::{bessel_ratio, bessel_ratio_rest, bessel_ratio_slope, ln_bessel_i0e};
pub use factorial::{FACTORIALS, ln_factorial};
pub use gamma::{digamma, digamma_rising, ln_gamma, ln_rising, trigamma};
pub use turn::{asin, sin_cos};

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// `1.5 · 2⁵²`: added to a number below 2⁵¹ in size, leaves it rounded to an integer in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// `ln 2` in two parts, the first of so few bits that its product with an exponent is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `c₀ + c₁ x + …`, the even and the odd powers apart: half as many steps wait for each other.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let square = x * x;
    let (mut sum, mut other) = (coefficients[N - 1], coefficients[N - 2]);
    let mut k = N - 2;
    while k > 0 {
        k -= 1;
        (sum, other) = (other, sum.mul_add(square, coefficients[k]));
    }
    // `other` is of the even powers.
    sum.mul_add(x, other)
}

/// `n` and `e^r − 1` with `x = n ln 2 + r` and `r` within half of `ln 2`, for `x` up to 10⁴ in size. `n` stands in the last bits.
#[inline(always)]
fn exp_reduced(x: f64) -> (u64, f64) {
    // 1/(k + 2)!
    const REST: [f64; 11] = {
        let mut all = [0.5; 11];
        let mut k = 1;
        while k < 11 {
            all[k] = all[k - 1] / (k + 2) as f64;
            k += 1;
        }
        all
    };
    let shifted = x.mul_add(LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    let exponent = shifted.to_bits().wrapping_sub(ROUNDER.to_bits());
    (exponent, (r * r).mul_add(polynomial(r, REST), r))
}

/// Below this, `e^x` counts as zero.
const LEAST: f64 = -700.0;
/// Above this, it counts as infinite.
const MOST: f64 = 709.0;

/// `e^x` for `x` of zero and less; zero below −700.
#[inline(always)]
pub(crate) fn exp_of_negative(x: f64) -> f64 {
    // Written so that NaN passes.
    let within = if x < LEAST { 0.0 } else { x };
    let (n, e) = exp_reduced(within);
    let power = f64::from_bits(n.wrapping_add(1023) << 52);
    if x < LEAST { 0.0 } else { (1.0 + e) * power }
}

/// `e^x`; zero below −700, and ∞ above 709.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let above = if x > MOST { MOST } else { x };
    let within = if above < LEAST { 0.0 } else { above };
    let (n, e) = exp_reduced(within);
    let power = f64::from_bits(n.wrapping_add(1023) << 52);
    let positive = if x > MOST {
        f64::INFINITY
    } else {
        (1.0 + e) * power
    };
    if x < LEAST { 0.0 } else { positive }
}

/// `e^x − 1`, exact near zero; −1 below −700, and ∞ above 709.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    let above = if x > MOST { MOST } else { x };
    let within = if above < LEAST { LEAST } else { above };
    let (n, e) = exp_reduced(within);
    let power = f64::from_bits(n.wrapping_add(1023) << 52);
    let finite = power.mul_add(e, power - 1.0);
    if x > MOST { f64::INFINITY } else { finite }
}

/// `ln(1 + f) + n ln 2` for `1 + f` between `√½` and `√2`, as a series in `f/(2 + f)`.
#[inline(always)]
fn ln_1p_near_zero(f: f64, n: f64) -> f64 {
    const REST: [f64; 7] = [
        0.666_666_666_666_667,
        0.399_999_999_998_994_4,
        0.285_714_286_260_035_1,
        0.222_222_111_302_316_3,
        0.181_828_894_572_752_1,
        0.153_317_105_746_987_85,
        0.146_165_858_798_851_6,
    ];
    let s = f / (2.0 + f);
    let square = s * s;
    let rest = (s * square).mul_add(polynomial(square, REST), n * LN_2_LOW);
    n.mul_add(LN_2_HIGH, 2.0 * s + rest)
}

/// `n` and `m` with `x = 2ⁿ m` and `m` between `√½` and `√2`, for positive `x` that is not subnormal.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    // More than any exponent is below zero. Processors shift only numbers without a sign in vectors.
    const BIAS: u64 = 2048;
    let above = x.to_bits().wrapping_sub(ROOT_HALF);
    let exponent = above.wrapping_add(BIAS << 52) >> 52;
    let n = f64::from_bits(exponent.wrapping_add(ROUNDER.to_bits())) - (ROUNDER + BIAS as f64);
    let m = f64::from_bits((above & 0x000F_FFFF_FFFF_FFFF).wrapping_add(ROOT_HALF));
    (n, m)
}

/// `ln(1 + e^x)`, without overflow and exact in both tails.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    let e = exp_of_negative(-x.abs());
    // 1 + e needs no more than one halving.
    let halved = e > SQRT_2 - 1.0;
    let f = if halved { 0.5 * (e - 1.0) } else { e };
    let logarithm = ln_1p_near_zero(f, 0.0) + if halved { LN_2 } else { 0.0 };
    (if x > 0.0 { x } else { 0.0 }) + logarithm
}

/// `1/(1 + e^−x)`, without overflow; zero below −700.
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    let e = exp_of_negative(-x.abs());
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// The natural logarithm of a number that is not subnormal: −∞ at zero, NaN below.
#[inline(always)]
pub fn ln(x: impl Into<f64>) -> f64 {
    let x = x.into();
    let logarithm = ln_of_positive(x);
    // Keeps NaN.
    let below_infinity = if x < f64::INFINITY { logarithm } else { x };
    let above_zero = if x < 0.0 { f64::NAN } else { below_infinity };
    if x == 0.0 {
        f64::NEG_INFINITY
    } else {
        above_zero
    }
}

/// The natural logarithm of a positive, finite number that is not subnormal.
#[inline(always)]
fn ln_of_positive(x: f64) -> f64 {
    let (n, m) = split(x);
    ln_1p_near_zero(m - 1.0, n)
}

/// `ln(1 + x)`, exact near zero: −∞ at −1, NaN below.
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    // The exact rounding error of the sum (Knuth). It shifts the logarithm by its share of the sum.
    let most = sum - 1.0;
    let lost = (1.0 - (sum - most)) + (x - most);
    let moved = if sum > 0.0 && sum < f64::INFINITY {
        lost / sum
    } else {
        0.0
    };
    let logarithm = ln(sum) + moved;
    // Keeps the sign of a zero.
    if x == 0.0 { x } else { logarithm }
}
