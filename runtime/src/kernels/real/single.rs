//! Elementary functions in `f32` without a branch or a table. So a loop over them becomes vector instructions of the
//! machine's width.
//!
//! Sums of products are fused and rounded once. That is one instruction on every processor with AVX2 and on 64-bit
//! ARM. Older ones compute the same digits by a slow function call. So results are the same on every machine and at every
//! width.
//!
//! The largest errors, in units in the last place of the exact result, over all exponents of the
//! argument; `tests/kernels/precision.rs` measures them against `f64`:
//!
//! | function | error | where |
//! | --- | --- | --- |
//! | [`exp`] | 1 | everywhere, also where the result is subnormal |
//! | [`exp_m1`] | 1.5 | everywhere |
//! | [`ln`] | 1 | all positive numbers, also subnormal ones |
//! | [`ln_1p`] | 1.5 | everywhere |
//! | [`sigmoid`] | 2.5 | everywhere, also where the result is subnormal |
//! | [`softplus`] | 2 | everywhere, also where the result is subnormal |
//! | [`tanh`] | 2.5 | everywhere |
//!
//! Polynomials are minimax fits on the reduced range, refitted after each coefficient was rounded.

use std::f32::consts::{LOG2_E, SQRT_2};

/// `1.5 · 2²³`: added to a number below 2²² in size, leaves it rounded to an integer in the last bits.
const ROUNDER: f32 = 12_582_912.0;
/// `ln 2` in two parts, the first of so few bits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `2ⁿ` for `n` from −126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits(((n + 127) as u32) << 23)
}

/// `c₀ + c₁ x + …`
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[N - 1];
    let mut k = N - 1;
    while k > 0 {
        k -= 1;
        sum = sum.mul_add(x, coefficients[k]);
    }
    sum
}

/// `n` and `r` with `x = n ln 2 + r` and `r` within half of `ln 2`, for `x` up to 10⁴ in size.
#[inline(always)]
fn reduced(x: f32) -> (i32, f32) {
    let shifted = x.mul_add(LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    (shifted.to_bits().wrapping_sub(ROUNDER.to_bits()) as i32, r)
}

/// `e^r − 1` within half of `ln 2`.
#[inline(always)]
fn exp_m1_near_zero(r: f32) -> f32 {
    const REST: [f32; 5] = [
        0.499_999_94,
        0.166_665_21,
        0.041_668_29,
        0.008_368_704,
        0.001_381_893_9,
    ];
    (r * r).mul_add(polynomial(r, REST), r)
}

/// `e^x`
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these the result is ∞ and 0. Written so that NaN passes.
    const MOST: f32 = 89.0;
    const LEAST: f32 = -104.0;
    let above = if x > MOST { MOST } else { x };
    let within = if above < LEAST { 0.0 } else { above };
    let (n, r) = reduced(within);
    // In two steps, since 2ⁿ itself may be out of range.
    let half = n >> 1;
    let power = (1.0 + exp_m1_near_zero(r)) * power_of_two(half) * power_of_two(n - half);
    if x < LEAST { 0.0 } else { power }
}

/// `e^x − 1`, exact near zero.
#[inline(always)]
pub fn exp_m1(x: f32) -> f32 {
    const MOST: f32 = 89.0;
    const LEAST: f32 = -20.0;
    let above = if x > MOST { MOST } else { x };
    let within = if above < LEAST { LEAST } else { above };
    let (n, r) = reduced(within);
    // 2ⁿ (e^r − 1) + (2ⁿ − 1), at half the size, where nothing overflows before the result does.
    let power = power_of_two(n - 1);
    let half = exp_m1_near_zero(r).mul_add(power, power - 0.5);
    // Keeps the sign of a zero.
    if x == 0.0 { x } else { half + half }
}

/// `ln(1 + f)` for `1 + f` between `√½` and `√2`, plus `n ln 2`.
#[inline(always)]
fn ln_1p_near_zero(f: f32, n: f32) -> f32 {
    const REST: [f32; 8] = [
        0.333_333_3,
        -0.250_008_23,
        0.200_012_5,
        -0.166_233_15,
        0.142_012_73,
        -0.131_601_9,
        0.127_647_64,
        -0.076_381_89,
    ];
    let square = f * f;
    let cubic = (square * f).mul_add(polynomial(f, REST), n * LN_2_LOW);
    n.mul_add(LN_2_HIGH, f + square.mul_add(-0.5, cubic))
}

/// `n` and `m` with `x = 2ⁿ m` and `m` between `√½` and `√2`, for positive `x` that is not subnormal.
#[inline(always)]
fn split(x: f32) -> (i32, f32) {
    const ROOT_HALF: u32 = 0x3F35_04F3;
    let above = x.to_bits().wrapping_sub(ROOT_HALF);
    let n = above as i32 >> 23;
    (n, f32::from_bits((above & 0x007F_FFFF) + ROOT_HALF))
}

/// The natural logarithm: −∞ at zero, NaN below.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let (n, m) = split(if subnormal { x * 8_388_608.0 } else { x });
    let n = (if subnormal { n - 23 } else { n }) as f32;
    ends(x, ln_1p_near_zero(m - 1.0, n))
}

/// `logarithm`, unless `x` is no positive number.
#[inline(always)]
fn ends(x: f32, logarithm: f32) -> f32 {
    let positive = if x == f32::INFINITY { x } else { logarithm };
    let not_negative = if x == 0.0 {
        f32::NEG_INFINITY
    } else {
        positive
    };
    // Not `x < 0`, so that NaN is kept.
    if x >= 0.0 { not_negative } else { f32::NAN }
}

/// `ln(1 + x)`, exact near zero: −∞ at −1, NaN below.
#[inline(always)]
pub fn ln_1p(x: f32) -> f32 {
    let sum = 1.0 + x;
    // The exact rounding error of the sum (Knuth).
    let most = sum - 1.0;
    let lost = (1.0 - (sum - most)) + (x - most);
    let (n, m) = split(sum);
    // If 2ⁿ is out of range, the rounding error does not matter.
    let f = lost.mul_add(power_of_two(if n > 126 { -126 } else { -n }), m - 1.0);
    let logarithm = ends(sum, ln_1p_near_zero(f, n as f32));
    // Keeps the sign of a zero.
    if x == 0.0 { x } else { logarithm }
}

/// `1/(1 + e^−x)`, without overflow.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    // One exponential that cannot overflow serves both halves. One division, by far the slowest step, serves `x` and `−x` if a
    // formula needs both.
    (if x >= 0.0 { 1.0 } else { e }) * (1.0 / (1.0 + e))
}

/// `ln(1 + e^x)`, without overflow and exact in both tails.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let e = exp(-x.abs());
    // ln(1 + e) for e in [0, 1], where 1 + e needs no more than one halving.
    let halved = e > SQRT_2 - 1.0;
    let f = if halved { 0.5 * (e - 1.0) } else { e };
    let logarithm = ln_1p_near_zero(f, if halved { 1.0 } else { 0.0 });
    (if x > 0.0 { x } else { 0.0 }) + logarithm
}

/// `tanh x`
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    // In terms of e^−2|x| − 1, which keeps its digits near zero.
    let m = exp_m1(-2.0 * x.abs());
    (-m / (m + 2.0)).copysign(x)
}

/// `2⁻³²`: the cells into which 32 random bits divide the unit interval.
const CELL: f32 = 1.0 / 4_294_967_296.0;

/// The uniform number `u` that 32 random bits are: the middle of one of 2³² equal cells, rounded, but
/// never to 1.
#[inline(always)]
pub(crate) fn uniform(word: u32) -> f32 {
    const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;
    let middle = (word as f32 + 0.5) * CELL;
    if middle < BELOW_ONE {
        middle
    } else {
        BELOW_ONE
    }
}

/// `−ln u` of the [`uniform`] number before it is rounded, with all its digits at both ends.
#[inline(always)]
pub(crate) fn minus_ln_uniform(word: u32) -> f32 {
    // From u if u is small, and from 1 − u if that is small.
    let small = word < 1 << 31;
    let end = ((if small { word } else { !word }) as f32 + 0.5) * CELL;
    let (n, m) = split(end);
    let halved = end > 1.0 - SQRT_2 / 2.0;
    let (below_n, below_f) = if halved {
        (-1.0, 1.0 - 2.0 * end)
    } else {
        (0.0, -end)
    };
    let (n, f) = if small {
        (n as f32, m - 1.0)
    } else {
        (below_n, below_f)
    };
    -ln_1p_near_zero(f, n)
}

/// The sine and the cosine of a full turn times the [`uniform`] number of these bits.
#[inline(always)]
pub(crate) fn turn(word: u32) -> (f32, f32) {
    const SIN: [f32; 4] = [6.283_185_5, -41.341_866, 81.625_626, -76.774_956];
    const COS: [f32; 4] = [-19.739_208, 64.939_14, -85.423_11, 58.560_192];
    // The nearest quarter, and the way from there in turns.
    let quarter = word.wrapping_add(1 << 29) >> 30;
    let rest = word.wrapping_sub(quarter << 30) as i32 as f32 * CELL;
    let square = rest * rest;
    let sin = rest * polynomial(square, SIN);
    let cos = 1.0 + square * polynomial(square, COS);
    let (odd, even) = (quarter & 1 == 1, quarter & 1 == 0);
    let (s, c) = (if even { sin } else { cos }, if odd { sin } else { cos });
    // The sine is negative in the second half, the cosine in the two quarters about it.
    let sign = |negative: u32| negative << 31;
    (
        f32::from_bits(s.to_bits() ^ sign(quarter >> 1 & 1)),
        f32::from_bits(c.to_bits() ^ sign((quarter + 1) >> 1 & 1)),
    )
}
