//! Parts of factorials of large numbers, without the terms that cancel.
//!
//! The log-mass of a count is a sum of terms as large as `k ln k`, but the result is a few nats. Loader's form ("Fast and
//! accurate computation of binomial probabilities", 2000) leaves out the large terms that cancel.

use crate::kernels::real::Real;

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// `ln Γ(x + 1) − (x + ½) ln x + x − ½ ln 2π` for positive `x`: the error of Stirling's formula.
#[inline(always)]
pub(crate) fn stirling_rest<R: Real>(x: R) -> R {
    if x.value() < 16.0 {
        let log = x.ln();
        return x.shift(1.0).ln_gamma() - x.shift(0.5) * log + x.shift(-HALF_LN_2_PI);
    }
    let r = R::constant(1.0) / x;
    let s = r * r;
    let series = s * (s * (s.scale(-1.0 / 1680.0)).shift(1.0 / 1260.0)).shift(-1.0 / 360.0);
    r * series.shift(1.0 / 12.0)
}

/// `x ln(x/m) + m − x` for positive `x` and `m`: the deviance of a count `x` from its mean. `excess` is `m − x`, with all its
/// digits.
#[inline(always)]
pub(crate) fn deviance<R: Real>(x: R, mean: R, excess: R) -> R {
    let t = excess / x;
    if t.value().abs() > 0.01 {
        return x * (x / mean).ln() + excess;
    }
    // t − ln(1 + t) = t²/2 − t³/3 + …
    let mut series = R::constant(0.0);
    for n in (2..10).rev() {
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        series = (series * t).shift(sign / n as f64);
    }
    excess * t * series
}

/// `ln Γ(x + k) − ln Γ(x)` for positive `x` and a small `k`.
#[inline(always)]
pub(crate) fn log_rising<R: Real>(x: R, k: R) -> R {
    if x.value() < 100.0 {
        return (x + k).ln_gamma() - x.ln_gamma();
    }
    let grown = (x + k).shift(-0.5) * (k / x).ln_1p();
    grown + k * x.ln().shift(-1.0) + stirling_rest(x + k) - stirling_rest(x)
}

/// Whether the log-mass of this many trials is accurate as a sum of its parts. It is if the parts are small, or if the log-mass
/// is as large as they are.
pub(crate) fn is_direct(trials: f64, logit: f64) -> bool {
    trials < 1e4 || logit.abs() > 600.0
}

/// `½ ln 2πx`
#[inline(always)]
pub(crate) fn half_log_tau<R: Real>(x: R) -> R {
    x.ln().scale(0.5).shift(HALF_LN_2_PI)
}
