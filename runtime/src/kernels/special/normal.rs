//! Masses of intervals under the standard normal distribution, far out in its tails too.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2};

use crate::kernels::real::Real;

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;
/// `ln √π`
const HALF_LN_PI: f64 = 0.572_364_942_924_700_1;

/// A function of `x` with this value and this slope at `x`.
#[inline(always)]
fn chained<R: Real>(x: R, value: f64, slope: f64) -> R {
    x.shift(-x.value()).scale(slope).shift(value)
}

/// `erf x`, also of an infinite `x`, where it has no slope.
#[inline(always)]
fn erf_of<R: Real>(x: R) -> R {
    let at = x.value();
    if at.is_infinite() {
        return R::constant(at.signum());
    }
    chained(x, erf(at), FRAC_2_SQRT_PI * (-at * at).exp())
}

/// `ln(e^x² erfc x)` for finite `x` of zero and above.
#[inline(always)]
fn ln_erfcx<R: Real>(x: R) -> R {
    let at = x.value();
    let (value, slope) = ln_erfcx_at(at);
    chained(x, value, slope)
}

/// `erf x` of `x` from 0 to some 5, by a series of positive terms (Abramowitz and Stegun 7.1.6).
fn erf_near(x: f64) -> f64 {
    // At 5 the terms fall below the last digit after 150.
    const TERMS: usize = 200;
    let square = 2.0 * x * x;
    let (mut term, mut sum) = (x, x);
    for n in 1..TERMS {
        term *= square / (2 * n + 1) as f64;
        sum += term;
        if term <= 1e-17 * sum {
            break;
        }
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

fn erf(x: f64) -> f64 {
    const FAR: f64 = 2.0;
    if x.is_nan() || x == 0.0 {
        return x;
    }
    let size = x.abs();
    let value = if size < FAR {
        erf_near(size)
    } else {
        // No digit of 1 is left beyond.
        1.0 - (ln_erfcx_at(size).0 - size * size).exp()
    };
    value.copysign(x)
}

/// The value and the slope for `x` of zero and above: from `erf` while it is not near 1, then from the continued fraction (Abramowitz and
/// Stegun 7.1.14), and far out from the asymptotic series (7.1.23), whose slope keeps its digits.
fn ln_erfcx_at(x: f64) -> (f64, f64) {
    const NEAR: f64 = 2.0;
    const FAR: f64 = 20.0;
    if x < FAR {
        let value = if x < NEAR {
            x * x + (-erf_near(x)).ln_1p()
        } else {
            let steps = 20 + (400.0 / (x * x)) as usize;
            let fraction = (1..=steps).rev().fold(x, |f, k| x + 0.5 * k as f64 / f);
            -fraction.ln() - HALF_LN_PI
        };
        return (value, 2.0 * x - FRAC_2_SQRT_PI * (-value).exp());
    }
    // 1 − t + 3t² − 15t³ + … with t = 1/2x²
    let t = 0.5 / (x * x);
    let (mut series, mut by_t) = (1.0, 0.0);
    for k in (1..9).rev() {
        let odd = f64::from(2 * k - 1);
        by_t = -odd * (series + t * by_t);
        series = 1.0 - odd * t * series;
    }
    let value = series.ln() - x.ln() - HALF_LN_PI;
    (value, -(1.0 + 2.0 * t * by_t / series) / x)
}

/// An interval of standard normal numbers: its lower end, its length, and its upper end. The upper end may be infinite, and a lower end
/// that is not above 0 may be.
#[derive(Clone, Copy)]
pub(crate) struct Interval<R> {
    pub(crate) low: R,
    pub(crate) length: R,
    pub(crate) high: R,
}

impl<R: Real> Interval<R> {
    /// Whether the density is hardly curved over the interval.
    #[inline(always)]
    pub(crate) fn is_narrow(&self) -> bool {
        let (low, length) = (self.low.value(), self.length.value());
        length * (1.0 + low.abs() + length) < 1e-3
    }

    /// The logarithm of the mass; of an interval above 0 times `e^(low²/2)`, so that nothing underflows, and no digit is lost where it is
    /// compared with a density there. The upper end is not below 0.
    #[inline(always)]
    pub(crate) fn log_mass(&self) -> R {
        let Self { low, length, high } = *self;
        let is_above = low.value() > 0.0;
        if self.is_narrow() {
            let half = length.scale(0.5);
            let middle = low + half;
            let bend = middle.square().shift(-1.0) * length.square();
            let power = if is_above {
                half * (low + half.scale(0.5))
            } else {
                middle.square().scale(0.5)
            };
            return length.ln().shift(-HALF_LN_2_PI) + bend.scale(1.0 / 24.0).ln_1p() - power;
        }
        let scaled = |x: R| x.scale(FRAC_1_SQRT_2);
        if !is_above {
            // Both terms are positive.
            return (erf_of(scaled(high)) + erf_of(scaled(-low)))
                .ln()
                .shift(-LN_2);
        }
        let tail = ln_erfcx(scaled(low));
        if high.value().is_infinite() {
            return tail.shift(-LN_2);
        }
        // The tail beyond the upper end, as a part of that beyond the lower one.
        let apart = length * (low + high).scale(0.5) + tail - ln_erfcx(scaled(high));
        tail.shift(-LN_2) + log_rest(-apart)
    }
}

/// `ln(1 − e^l)` of a negative `l`.
#[inline(always)]
pub(crate) fn log_rest<R: Real>(log: R) -> R {
    if log.value() > -LN_2 {
        (-log.exp_m1()).ln()
    } else {
        (-log.exp()).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, erf, ln_erfcx_at};

    /// By power series and continued fractions of 80 digits.
    #[test]
    fn tails_have_their_digits() {
        for (x, value) in [
            (0.0625, -0.06912904291935217),
            (0.5, -0.4850111298370844),
            (1.75, -1.2553635254332227),
            (2.25, -1.4649598963658184),
            (6.0, -2.3775611732233886),
            (18.0, -3.464274001788951),
            (25.0, -3.7920391740716854),
            (1024.0, -7.503837225360743),
        ] {
            let found = ln_erfcx_at(x).0;
            assert!((found - value).abs() < 1e-12, "{x}: {found}");
        }
        for (x, value) in [
            (1e-30, 1.1283791670955127e-30),
            (0.0625, 0.07043197772238707),
            (0.5, 0.5204998778130465),
            (1.75, 0.9866716712191824),
            (2.25, 0.9985372834133188),
            (5.0, 0.9999999999984626),
        ] {
            let found = erf(x);
            assert!(
                (found - value).abs() < 4e-16 && erf(-x) == -found,
                "{x}: {found}"
            );
        }
        assert_eq!(ln_erfcx_at(0.0).0, 0.0);
    }

    /// The ways meet, and slopes are those of values.
    #[test]
    fn the_tail_is_smooth() {
        let step = 1e-4;
        for x in [0.5, 1.999_99, 2.000_01, 5.0, 19.999, 20.001, 300.0] {
            let [(below, _), (at, slope), (above, _)] = [x - step, x, x + step].map(ln_erfcx_at);
            assert!((above - below - 2.0 * step * slope).abs() < 1e-11, "{x}");
            assert!((above + below - 2.0 * at).abs() < 1e-7, "{x}");
        }
    }

    /// Narrow intervals and wide ones meet.
    #[test]
    fn masses_are_smooth() {
        for low in [-0.7, -1e-5, 1e-5, 0.3, 8.0, 40.0, 1e5] {
            let mass = |length: f64| {
                let high = low + length;
                let mass = Interval { low, length, high }.log_mass();
                mass - length.ln() + if low > 0.0 { 0.5 * length * low } else { 0.0 }
            };
            let end: f64 = 1e-3 / (1.0 + f64::abs(low));
            let [below, above] = [0.98 * end, 1.02 * end].map(mass);
            assert!((below - above).abs() < 2e-5, "{low}: {below}, {above}");
        }
    }
}
