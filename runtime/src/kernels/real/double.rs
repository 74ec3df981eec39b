//! Elementary functions in `f64` without a branch or a table, so that a loop over them becomes vector instructions. They are
//! for sums of many terms, whose `f32` rounding errors would add up to nats.
//!
//! The largest errors, relative to the exact result; `tests/kernels/precision.rs` measures them:
//!
//! | function | error | where |
//! | --- | --- | --- |
//! | [`ln`] | 4·10⁻¹⁶ | all positive numbers of `f32`; within 10⁻¹⁶ of zero near 1 |
//! | [`softplus`] | 6·10⁻¹⁶ | everywhere above −700; zero below |

use std::f64::consts::{LOG2_E, SQRT_2};

/// `1.5 · 2⁵²`: added to a number below 2⁵¹ in size, leaves it rounded to an integer in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// `ln 2` in two parts, the first of so few bits that its product with an exponent is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `e^x` for `x` of zero and less; zero below −700.
#[inline(always)]
pub(crate) fn exp_of_negative(x: f64) -> f64 {
    const LEAST: f64 = -700.0;
    // 1/k!
    const COEFFICIENTS: [f64; 13] = {
        let mut all = [1.0; 13];
        let mut k = 1;
        while k < 13 {
            all[k] = all[k - 1] / k as f64;
            k += 1;
        }
        all
    };
    // Written so that NaN passes.
    let within = if x < LEAST { 0.0 } else { x };
    let shifted = within * LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (within - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut sum = COEFFICIENTS[12];
    let mut k = 12;
    while k > 0 {
        k -= 1;
        sum = sum * r + COEFFICIENTS[k];
    }
    let exponent = shifted.to_bits().wrapping_sub(ROUNDER.to_bits());
    let power = f64::from_bits(exponent.wrapping_add(1023) << 52);
    if x < LEAST { 0.0 } else { sum * power }
}

/// `ln(1 + f)` for `1 + f` between `√½` and `√2`, as a series in `f/(2 + f)`.
#[inline(always)]
fn ln_1p_near_zero(f: f64) -> f64 {
    let s = f / (2.0 + f);
    let square = s * s;
    let mut sum = 1.0 / 23.0;
    let mut k = 21;
    while k > 1 {
        sum = sum * square + 1.0 / k as f64;
        k -= 2;
    }
    2.0 * (s + s * square * sum)
}

/// `ln(1 + e^x)`, without overflow and exact in both tails.
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    let e = exp_of_negative(-x.abs());
    // 1 + e needs no more than one halving.
    let halved = e > SQRT_2 - 1.0;
    let f = if halved { 0.5 * (e - 1.0) } else { e };
    let logarithm = ln_1p_near_zero(f) + if halved { std::f64::consts::LN_2 } else { 0.0 };
    (if x > 0.0 { x } else { 0.0 }) + logarithm
}

/// The natural logarithm of a number of `f32`: −∞ at zero, NaN below.
#[inline(always)]
pub fn ln(x: f32) -> f64 {
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    // Subnormal numbers of `f32` are normal in `f64`.
    let above = f64::from(x).to_bits().wrapping_sub(ROOT_HALF);
    let n = (above as i64 >> 52) as f64;
    let m = f64::from_bits((above & 0x000F_FFFF_FFFF_FFFF) + ROOT_HALF);
    let logarithm = n * LN_2_HIGH + (ln_1p_near_zero(m - 1.0) + n * LN_2_LOW);
    let positive = if x == f32::INFINITY {
        f64::INFINITY
    } else {
        logarithm
    };
    let not_negative = if x == 0.0 {
        f64::NEG_INFINITY
    } else {
        positive
    };
    if x >= 0.0 { not_negative } else { f64::NAN }
}
