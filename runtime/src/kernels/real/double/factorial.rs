//! A table of the logarithms of factorials.

use std::f64::consts::LN_2;

use super::{ROUNDER, gamma::HALF_LN_TAU};

/// The whole numbers whose factorials are in the table: those below this.
pub const FACTORIALS: usize = 1024;

static TABLE: [f64; FACTORIALS] = {
    let mut table = [0.0; FACTORIALS];
    let (mut k, mut product) = (1, 1.0);
    while k < FACTORIALS {
        let x = k as f64;
        // Below 19 the product is exact.
        product *= x;
        table[k] = if k < 19 { ln(product) } else { stirling(x) };
        k += 1;
    }
    table
};

/// `ln k!` of a whole number below [`FACTORIALS`].
#[inline(always)]
pub fn ln_factorial(k: f64) -> f64 {
    // The number stands in the last bits.
    let number = (k + ROUNDER).to_bits() as usize;
    TABLE[number % FACTORIALS]
}

/// `ln x!`, from 19 on.
const fn stirling(x: f64) -> f64 {
    let r = 1.0 / x;
    let s = r * r;
    let series = r * (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s / 1680.0)));
    (x + 0.5) * ln(x) - x + HALF_LN_TAU + series
}

/// `ln x` from 1 on, when compiling.
const fn ln(x: f64) -> f64 {
    let (mut n, mut m) = (0.0, x);
    while m > std::f64::consts::SQRT_2 {
        m *= 0.5;
        n += 1.0;
    }
    // 2 artanh s
    let s = (m - 1.0) / (m + 1.0);
    let mut sum = 0.0;
    let mut k = 25;
    while k > 0 {
        sum = sum * s * s + 2.0 / k as f64;
        k -= 2;
    }
    s * sum + n * LN_2
}
