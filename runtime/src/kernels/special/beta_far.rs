//! Slopes of beta quantiles at large concentrations, at a bounded cost.

use super::gamma_log_slope;
use super::quadrature::integrate;
use crate::kernels::real::{Real, double};

/// [`beta_logit_slope`](super::beta_logit_slope) if both concentrations are large.
///
/// It is `−∫ (ln σ(t) − E ln z) p(t)/p(y) dt` from −∞ to the logit `y`, or the same with a plus from `y` to ∞. 64 values of
/// the integrand on the lighter side are used. All numbers are relative to the mode or to `y`, so that nothing cancels.
pub(super) fn both_large(y: f64, a: f64, b: f64) -> f64 {
    let both = a + b;
    let q = b / both;
    // The mode is ln a/b.
    let from_mode = y - (a / b).ln();
    let tilt = q * (-from_mode).exp_m1();
    // E ln z − ln p, by the asymptotic series of the digamma function.
    let mean = -b / (a * both) * (0.5 + (a + both) / (12.0 * a * both));
    let above_mean = -tilt.ln_1p() - mean;
    let (z, rest) = (y.sigmoid(), (-y).sigmoid());
    let side = if from_mode < 0.0 { -1.0 } else { 1.0 };
    // The slope of the log-density at y, its curvature, and what further derivatives have beside that.
    let slope = side * a * tilt / (1.0 + tilt);
    let curvature = both * z * rest;
    let (skew, share) = (side * (rest - z), z * rest);
    let further = [
        skew / 6.0,
        (1.0 - 6.0 * share) / 24.0,
        skew * (1.0 - 12.0 * share) / 120.0,
        (1.0 + share * (120.0 * share - 30.0)) / 720.0,
    ];
    // Beyond, the density is below e^−40 of what it is at the logit.
    let end = 80.0 / (slope.abs() + (slope * slope + 80.0 * curvature).sqrt());
    side * integrate(
        #[inline(always)]
        |s| {
            let moved = -double::ln_1p(rest * double::exp_m1(-side * s));
            let [third, fourth, fifth, sixth] = further;
            let bent = 0.5 + s * (third + s * (fourth + s * (fifth + s * sixth)));
            let height = slope * s - curvature * s * s * bent;
            (above_mean + moved) * double::exp(height)
        },
        0.0,
        end,
    )
}

/// [`beta_logit_slope`](super::beta_logit_slope) if `b` is far larger than `a`. Then `−ln(1 − z)` is a Gamma(a) variable over
/// `b + (a − 1)/2`, up to a share of `(a/b)²` (Wise, "On normalizing the incomplete beta-function", 1960).
pub(super) fn other_far_larger(y: f64, a: f64, b: f64) -> f64 {
    let rate = b + 0.5 * (a - 1.0);
    let (log, stretch) = surprise(y);
    stretch * (gamma_log_slope(log + rate.ln(), a) - 0.5 / rate)
}

/// The same if `a` is far larger than `b`. Then `−ln z` is a Gamma(b) variable over `a + (b − 1)/2`.
pub(super) fn far_larger(y: f64, a: f64, b: f64) -> f64 {
    let (_, stretch) = surprise(-y);
    stretch / (a + 0.5 * (b - 1.0))
}

/// The logarithm of `s = −ln(1 − σ(y))`, and the slope of `y` by that logarithm.
fn surprise(y: f64) -> (f64, f64) {
    if y < -40.0 {
        return (y, 1.0);
    }
    let s = y.softplus();
    (s.ln(), s / y.sigmoid())
}

/// [`student_t_slope`](super::student_t_slope) for many degrees of freedom. `(ν − ½) ln(1 + t²/ν)` keeps its value, up to a
/// share of `1/ν²`.
pub(super) fn student_many(t: f64, freedom: f64) -> f64 {
    let q = t / freedom * t;
    let cost = (1.0 + q) * q.ln_1p();
    // (1 + q) ln(1 + q) − q = q²/2 − q³/6 + …
    let excess = if q < 0.01 {
        let terms = (2..9).rev().map(|k| 1.0 / f64::from(k * (k - 1)));
        q * q * terms.fold(0.0, |sum, term| term - q * sum)
    } else {
        cost - q
    };
    -(excess + cost * 0.5 / (freedom - 0.5)) / (2.0 * t)
}
