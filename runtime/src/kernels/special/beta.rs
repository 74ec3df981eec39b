//! The quantiles of the beta distribution, and of Student's t, which is made of one.

use super::beta_far::{both_large, far_larger, other_far_larger, student_many};
use super::gamma::TERMS;
use crate::kernels::real::double;

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
    let [[slope], _] = beta_logit_slopes(&[logit], &[a], &[b]);
    slope
}

/// `∂ logit z/∂a` and `∂ logit z/∂b` of many quantiles at once, in vectors where the fraction is right. No slope depends on its
/// neighbours.
#[inline(always)]
pub(crate) fn beta_logit_slopes<const W: usize>(
    logit: &[f64; W],
    a: &[f64; W],
    b: &[f64; W],
) -> [[f64; W]; 2] {
    let mut is_near = [0; W];
    for i in 0..W {
        let (less, more) = if a[i] < b[i] {
            (a[i], b[i])
        } else {
            (b[i], a[i])
        };
        is_near[i] = u64::from(less <= LARGE && more <= LARGE.max(FAR_APART * less));
    }
    let mut slopes = near(logit, a, b, is_near);
    let all = is_near.iter().fold(1, |all, &near| all & near);
    if all == 0 {
        for i in 0..W {
            if is_near[i] == 0 {
                slopes[0][i] = by_limit(logit[i], a[i], b[i]);
                slopes[1][i] = -by_limit(-logit[i], b[i], a[i]);
            }
        }
    }
    slopes
}

/// Concentrations up to which the fraction takes at most some 70 steps, if only one of them is larger.
const LARGE: f64 = 1e3;

/// How many times larger one concentration is than the other, where the limit for that is as exact as the fraction.
const FAR_APART: f64 = 1e5;

/// The slope by `a` where the fraction would take long.
#[cold]
#[inline(never)]
fn by_limit(logit: f64, a: f64, b: f64) -> f64 {
    if a > LARGE.max(FAR_APART * b) {
        far_larger(logit, a, b)
    } else if b > LARGE.max(FAR_APART * a) {
        other_far_larger(logit, a, b)
    } else {
        both_large(logit, a, b)
    }
}

/// Both slopes of those that are `left` to do.
///
/// One of `z` and `1 − z` is on the side of the mean where the fraction converges fast. That is `x`, and `p` is its concentration.
#[inline(always)]
fn near<const W: usize>(
    logit: &[f64; W],
    a: &[f64; W],
    b: &[f64; W],
    left: [u64; W],
) -> [[f64; W]; 2] {
    let (mut x, mut p, mut q, mut is_low) = ([0.0; W], [0.0; W], [0.0; W], [0; W]);
    let (mut log_x, mut log_rest) = ([0.0; W], [0.0; W]);
    for i in 0..W {
        let (log_z, log_up) = (-double::softplus(-logit[i]), -double::softplus(logit[i]));
        let low = double::exp(log_z) * (a[i] + b[i] + 2.0) < a[i] + 1.0;
        is_low[i] = u64::from(low);
        (log_x[i], log_rest[i]) = if low {
            (log_z, log_up)
        } else {
            (log_up, log_z)
        };
        (p[i], q[i]) = if low { (a[i], b[i]) } else { (b[i], a[i]) };
        x[i] = double::exp(log_x[i]);
    }
    let [h, by_p, by_q] = fraction(&x, &p, &q, left);
    let mut slopes = [[0.0; W]; 2];
    for i in 0..W {
        let both = double::digamma(p[i] + q[i]);
        let weight = log_x[i] - (double::digamma(p[i] + 1.0) - both);
        let other = log_rest[i] - (double::digamma(q[i]) - both);
        let (own, other) = (
            -(h[i] * weight + by_p[i]) / p[i],
            -(h[i] * other + by_q[i]) / p[i],
        );
        // The logit of 1 − z is minus that of z.
        slopes[0][i] = if is_low[i] != 0 { own } else { -other };
        slopes[1][i] = if is_low[i] != 0 { other } else { -own };
    }
    slopes
}

/// `1/(1 + d₁/(1 + d₂/…))` and its slopes by `p` and `q`, as quotients of the recurrences of Wallis. The terms `d` are between
/// −1 and ½ up to the mean.
#[inline(always)]
fn fraction<const W: usize>(
    x: &[f64; W],
    p: &[f64; W],
    q: &[f64; W],
    mut left: [u64; W],
) -> [[f64; W]; 3] {
    // Numerators and denominators before the last term and after it, each with its slopes.
    let (mut above, mut above_next) = ([[0.0; W]; 3], [[0.0; W]; 3]);
    let (mut below, mut below_next) = ([[0.0; W]; 3], [[0.0; W]; 3]);
    let mut h = [[0.0; W]; 3];
    for i in 0..W {
        let (x, p, q) = (x[i], p[i], q[i]);
        let r = 1.0 / (p + 1.0);
        let d = -x * (p + q) * r;
        let first = [1.0 + d, -(d + x) * r, -x * r];
        above[0][i] = 1.0;
        above_next[0][i] = 1.0;
        below[0][i] = 1.0;
        for k in 0..3 {
            below_next[k][i] = first[k];
        }
        h[0][i] = 1.0 / first[0];
    }
    for m in (1..TERMS).step_by(2) {
        let mut any = 0;
        for i in 0..W {
            let (x, p, q) = (x[i], p[i], q[i]);
            let (mut a, mut a_next) = (numbers(&above, i), numbers(&above_next, i));
            let (mut b, mut b_next) = (numbers(&below, i), numbers(&below_next, i));
            for m in [m as f64, (m + 1) as f64] {
                let middle = p + 2.0 * m;
                let (before, after) = (middle - 1.0, middle + 1.0);
                // All reciprocals from one division.
                let all = 1.0 / (before * middle * after);
                let (r, s) = (all * after, all * before);
                let even = m * x * (q - m) * r;
                let slopes = [-even * (middle + before) * r, m * x * r];
                (a, a_next) = (a_next, stepped(a, a_next, even, slopes));
                (b, b_next) = (b_next, stepped(b, b_next, even, slopes));
                let (own, both) = (p + m, p + q + m);
                let odd = -x * own * both * s;
                let slopes = [
                    -(x * (own + both) + odd * (middle + after)) * s,
                    -x * own * s,
                ];
                (a, a_next) = (a_next, stepped(a, a_next, odd, slopes));
                (b, b_next) = (b_next, stepped(b, b_next, odd, slopes));
            }
            let r = 1.0 / b_next[0];
            let value = a_next[0] * r;
            let next = [
                value,
                (a_next[1] - value * b_next[1]) * r,
                (a_next[2] - value * b_next[2]) * r,
            ];
            let (is_left, mut is_done) = (left[i] != 0, true);
            for k in 0..3 {
                let size = next[k].abs().max(value.abs());
                is_done &= (next[k] - h[k][i]).abs() <= 1e-13 * size;
                h[k][i] = if is_left { next[k] } else { h[k][i] };
                // Divided by the denominator, or they would vanish where the fraction is slow.
                (above[k][i], above_next[k][i]) = (a[k] * r, a_next[k] * r);
                (below[k][i], below_next[k][i]) = (b[k] * r, b_next[k] * r);
            }
            left[i] = if is_done { 0 } else { left[i] };
            any |= left[i];
        }
        if any == 0 {
            break;
        }
    }
    h
}

/// The next of a recurrence, and its slopes, from the last two and a term `d` with its slopes.
#[inline(always)]
fn stepped(before: [f64; 3], last: [f64; 3], d: f64, slopes: [f64; 2]) -> [f64; 3] {
    [
        d.mul_add(before[0], last[0]),
        slopes[0].mul_add(before[0], d.mul_add(before[1], last[1])),
        slopes[1].mul_add(before[0], d.mul_add(before[2], last[2])),
    ]
}

/// Number `i` of each.
#[inline(always)]
fn numbers<const W: usize>(all: &[[f64; W]; 3], i: usize) -> [f64; 3] {
    [all[0][i], all[1][i], all[2][i]]
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
