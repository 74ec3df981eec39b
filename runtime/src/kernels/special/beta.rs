//! The quantiles of the beta distribution, and of Student's t, which is made of one.

use super::beta_far::{both_large, far_larger, other_far_larger, student_many};
use super::digamma;
use super::gamma::{TERMS, settled};
use crate::kernels::real::{Dual, Real};

/// `∂ logit z/∂a` of a Beta(a, b) quantile `z`, given its logit.
///
/// By `b` it is `−beta_logit_slope(−logit, b, a)`, since `1 − z` is Beta(b, a). The incomplete beta
/// function is `z^a (1 − z)^b h/(a B(a, b))` with a continued fraction `h` (Abramowitz and Stegun
/// 26.5.8), which converges fast up to the mean; beyond, the mirror image does. Where it would take long, or lose its
/// digits, one of the limits takes over.
///
/// ```
/// use elbow::family::special::beta_logit_slope;
///
/// let z: f64 = 0.2421784659;
/// let (logit, jacobian) = ((z / (1.0 - z)).ln(), z * (1.0 - z));
/// assert!((jacobian * beta_logit_slope(logit, 2.0, 3.5) - 0.1279059).abs() < 1e-7);
/// assert!((-jacobian * beta_logit_slope(-logit, 3.5, 2.0) + 0.053679244).abs() < 1e-8);
/// ```
pub fn beta_logit_slope(logit: f64, a: f64, b: f64) -> f64 {
    if a > LARGE.max(FAR_APART * b) {
        return far_larger(logit, a, b);
    }
    if b > LARGE.max(FAR_APART * a) {
        return other_far_larger(logit, a, b);
    }
    if a.min(b) > LARGE {
        return both_large(logit, a, b);
    }
    let (log_z, log_rest) = (-(-logit).softplus(), -logit.softplus());
    let both = digamma(a + b);
    if log_z.exp() * (a + b + 2.0) < a + 1.0 {
        let [varying] = Dual::<1, f64>::arguments([a]);
        let h = fraction(log_z.exp(), varying, Dual::constant(b));
        -weighed(h, log_z - (digamma(a + 1.0) - both)) / a
    } else {
        let [varying] = Dual::<1, f64>::arguments([a]);
        let h = fraction(log_rest.exp(), Dual::constant(b), varying);
        weighed(h, log_z - (digamma(a) - both)) / b
    }
}

/// Concentrations up to which the fraction takes at most some 70 steps, if only one of them is larger.
const LARGE: f64 = 1e3;

/// How many times larger one concentration is than the other, where the limit for that is as exact as the fraction.
const FAR_APART: f64 = 1e5;

/// `h·by + h'`
fn weighed(h: Dual<1, f64>, by: f64) -> f64 {
    let [slope] = h.partials();
    h.value() * by + slope
}

/// `1/(1 + d₁/(1 + d₂/…))` by Lentz's method, two terms a step.
fn fraction(x: f64, a: Dual<1, f64>, b: Dual<1, f64>) -> Dual<1, f64> {
    let one = Dual::constant(1.0);
    let both = a + b;
    let mut c = one;
    let mut d = one / (one - (both / a.shift(1.0)).scale(x));
    let mut h = d;
    for m in 1..TERMS {
        let m = m as f64;
        let middle = a.shift(2.0 * m);
        let before = h;
        let even = (b.shift(-m) / (middle.shift(-1.0) * middle)).scale(m * x);
        d = one / (even * d).shift(1.0);
        c = (even / c).shift(1.0);
        h = h * c * d;
        let odd = (a.shift(m) * both.shift(m) / (middle * middle.shift(1.0))).scale(-x);
        d = one / (odd * d).shift(1.0);
        c = (odd / c).shift(1.0);
        h = h * c * d;
        if settled(h - before, h) {
            break;
        }
    }
    h
}

/// `∂t/∂ν` of a quantile of Student's t with `ν` degrees of freedom: `ν/(ν + t²)` is
/// Beta(ν/2, ½).
///
/// ```
/// use elbow::family::special::student_t_slope;
///
/// assert!((student_t_slope(-0.5843897274, 3.0) - 0.021291848).abs() < 1e-9);
/// ```
pub fn student_t_slope(t: f64, freedom: f64) -> f64 {
    if t == 0.0 {
        return 0.0;
    }
    if freedom > MANY {
        return student_many(t, freedom);
    }
    let logit = freedom.ln() - 2.0 * t.abs().ln();
    let slope = 0.5 * beta_logit_slope(logit, 0.5 * freedom, 0.5);
    0.5 * t * (1.0 / freedom - slope)
}

/// Degrees of freedom from which the limit is as exact as the difference.
const MANY: f64 = 1e5;
