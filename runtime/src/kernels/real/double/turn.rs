//! Sines and cosines.

use super::{ROUNDER, polynomial};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// `sin x` and `cos x`, for numbers up to 10¹⁵ in size; beyond, those of zero.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    const MOST: f64 = 1e15;
    // The rest of π/2 in two parts.
    const MIDDLE: f64 = 6.123_233_995_736_766e-17;
    const LOW: f64 = -1.497_384_904_859_169_8e-33;
    let x = if x.abs() > MOST { 0.0 } else { x };
    let shifted = x.mul_add(FRAC_2_PI, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(-LOW, n.mul_add(-MIDDLE, n.mul_add(-FRAC_PI_2, x)));
    let (sin, cos) = near_zero(r);
    // The quarter stands in the last bits.
    let quarter = shifted.to_bits();
    let is_odd = quarter & 1 == 1;
    let (even, odd) = if is_odd { (cos, sin) } else { (sin, cos) };
    (
        signed(even, quarter << 62),
        signed(odd, quarter.wrapping_add(1) << 62),
    )
}

/// The number, negative if the upper bit is set.
#[inline(always)]
fn signed(x: f64, sign: u64) -> f64 {
    f64::from_bits(x.to_bits() ^ (sign & (1 << 63)))
}

/// Both within an eighth of a turn of zero.
#[inline(always)]
fn near_zero(r: f64) -> (f64, f64) {
    const SIN: [f64; 8] = series(3);
    const COS: [f64; 8] = series(2);
    let square = r * r;
    let sin = (r * square).mul_add(polynomial(square, SIN), r);
    let cos = square.mul_add(polynomial(square, COS), 1.0);
    (sin, cos)
}

/// `−1/n!`, `1/(n + 2)!`, `−1/(n + 4)!`, …
const fn series(n: usize) -> [f64; 8] {
    let mut all = [0.0; 8];
    let (mut k, mut factorial) = (1, 1.0);
    while k < n + 16 {
        factorial *= k as f64;
        if k >= n && (k - n).is_multiple_of(2) {
            let sign = if (k - n).is_multiple_of(4) { -1.0 } else { 1.0 };
            all[(k - n) / 2] = sign / factorial;
        }
        k += 1;
    }
    all
}

/// `asin x` for `x` from 0 to 1.
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    /// `asin(x)/x` in `x²`, up to ½.
    const SERIES: [f64; 12] = [
        0.999_999_999_999_999_8,
        0.166_666_666_666_897_06,
        0.074_999_999_956_244_15,
        0.044_642_860_386_031_56,
        0.030_381_820_752_221_768,
        0.022_374_928_823_605_693,
        0.017_313_700_945_909_897,
        0.014_324_235_149_944_57,
        0.009_376_473_481_056_654,
        0.018_256_370_242_133_53,
        -0.011_693_559_679_531_318,
        0.031_504_776_751_624_31,
    ];
    // Beyond, asin x = π/2 − 2 asin √((1 − x)/2).
    let is_far = x > 0.5;
    let square = if is_far { 0.5 - 0.5 * x } else { x * x };
    let root = if is_far { square.sqrt() } else { x };
    let near = root * polynomial(square, SERIES);
    if is_far { FRAC_PI_2 - 2.0 * near } else { near }
}
