//! The gamma function, its derivatives, and the quantiles of the gamma distribution.

pub use statrs::function::gamma::{digamma, ln_gamma};

use crate::kernels::real::{Dual, Real, double};

/// `ψ'(x)`, the second derivative of `ln Γ`, for positive `x`: by recurrence to where the asymptotic
/// series (Abramowitz and Stegun 6.4.12) is exact to the last digit.
///
/// ```
/// use elbow::family::special::trigamma;
///
/// assert!((trigamma(2.5) - 0.4903577561).abs() < 1e-10);
/// ```
pub fn trigamma(x: f64) -> f64 {
    let mut sum = 0.0;
    let mut x = x;
    while x < 15.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series =
        1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * 5.0 / 66.0)));
    sum + (1.0 + (0.5 + series / x) / x) / x
}

/// `∂ ln z/∂α` of a Gamma(α, 1) quantile `z`, given `ln z`, which may be far below what `z` itself
/// can be.
///
/// With `P = z^α e^−z S/Γ(α + 1)`, `S = Σ_n z^n/((α + 1)…(α + n))`, the slope is
/// `−(S (ln z − ψ(α + 1)) + S')/α`; far above the mean the same is done with the continued fraction of
/// the upper tail (Abramowitz and Stegun 6.5.29 and 6.5.31). Where both take thousands of terms, the
/// quantile follows its Cornish–Fisher expansion.
///
/// ```
/// use elbow::family::special::gamma_log_slope;
///
/// let z: f64 = 1.499954066;
/// assert!((z * gamma_log_slope(z.ln(), 2.5) - 0.81778001).abs() < 1e-8);
/// ```
pub fn gamma_log_slope(log_z: f64, shape: f64) -> f64 {
    let [slope] = gamma_log_slopes(&[log_z], &[shape]);
    slope
}

/// The same for many quantiles at once, in vectors where the series is right. No slope depends on its neighbours.
#[inline(always)]
pub(crate) fn gamma_log_slopes<const W: usize>(log_z: &[f64; W], shape: &[f64; W]) -> [f64; W] {
    let (mut z, mut is_low) = ([0.0; W], [0; W]);
    for i in 0..W {
        z[i] = double::exp(log_z[i]);
        // Up to four deviations above the mean, where no more than four digits cancel.
        let end = shape[i] + 2.0 + 4.0 * (shape[i] + 1.0).sqrt();
        is_low[i] = u64::from(z[i] < end && shape[i] <= LARGE);
    }
    let mut slopes = lower(log_z, &z, shape, is_low);
    let all = is_low.iter().fold(1, |all, &low| all & low);
    if all == 0 {
        for i in 0..W {
            if is_low[i] == 0 {
                slopes[i] = other(log_z[i], shape[i]);
            }
        }
    }
    slopes
}

/// Concentrations up to which the series is used.
const LARGE: f64 = 1e5;

/// The slopes of those that are `left` to do.
#[inline(always)]
fn lower<const W: usize>(
    log_z: &[f64; W],
    z: &[f64; W],
    shape: &[f64; W],
    mut left: [u64; W],
) -> [f64; W] {
    let mut weight = [0.0; W];
    for i in 0..W {
        weight[i] = log_z[i] - double::digamma(shape[i] + 1.0);
    }
    let (mut term, mut harmonic) = ([1.0; W], [0.0; W]);
    let (mut sum, mut slope) = ([1.0; W], [0.0; W]);
    for n in (0..TERMS).step_by(4) {
        let mut any = 0;
        for i in 0..W {
            let (z, n) = (z[i], shape[i] + n as f64);
            let (mut t, mut h) = (term[i], harmonic[i]);
            let (mut s, mut d) = (sum[i], slope[i]);
            for step in [1.0, 3.0] {
                // Both reciprocals from one division.
                let (first, second) = (n + step, n + (step + 1.0));
                let both = 1.0 / (first * second);
                for inverse in [both * second, both * first] {
                    t *= z * inverse;
                    h += inverse;
                    s += t;
                    d -= t * h;
                }
            }
            // From here on, terms fall at least as fast as a geometric series.
            let fall = 1.0 - z / (n + 5.0);
            let size = (s * weight[i] + d).abs();
            let is_done = t * (weight[i].abs() + h) <= 1e-12 * fall * size;
            let is_left = left[i] != 0;
            term[i] = if is_left { t } else { term[i] };
            harmonic[i] = if is_left { h } else { harmonic[i] };
            sum[i] = if is_left { s } else { sum[i] };
            slope[i] = if is_left { d } else { slope[i] };
            left[i] = if is_done { 0 } else { left[i] };
            any |= left[i];
        }
        if any == 0 {
            break;
        }
    }
    let mut slopes = [0.0; W];
    for i in 0..W {
        slopes[i] = -(sum[i] * weight[i] + slope[i]) / shape[i];
    }
    slopes
}

/// The slope where the series is not used.
#[cold]
#[inline(never)]
fn other(log_z: f64, shape: f64) -> f64 {
    let z = log_z.exp();
    if shape > LARGE {
        return far(z, shape) / z;
    }
    let [alpha] = Dual::<1, f64>::arguments([shape]);
    let fraction = upper(z, alpha);
    let [slope] = fraction.partials();
    fraction.value() * (log_z - digamma(shape)) + slope
}

/// `Γ(α, z) e^z z^−α` by Lentz's method.
fn upper(z: f64, shape: Dual<1, f64>) -> Dual<1, f64> {
    let one = Dual::constant(1.0);
    let mut b = (-shape).shift(z + 1.0);
    let mut d = one / b;
    let mut c = Dual::constant(1e300);
    let mut fraction = d;
    for i in 1..TERMS {
        let i = i as f64;
        b = b.shift(2.0);
        let a = shape.shift(-i).scale(i);
        d = one / (a * d + b);
        c = b + a / c;
        let next = fraction * c * d;
        let change = next - fraction;
        fraction = next;
        if settled(change, fraction) {
            break;
        }
    }
    fraction
}

/// More than any series here takes: where they are slow, they take a few times `√α`.
pub(super) const TERMS: usize = 100_000;

/// Whether a step of a continued fraction changed neither its value nor its slope.
fn settled(change: Dual<1, f64>, value: Dual<1, f64>) -> bool {
    let ([change_slope], [slope]) = (change.partials(), value.partials());
    let size = value.value().abs();
    change.value().abs() <= 1e-15 * size && change_slope.abs() <= 1e-15 * slope.abs().max(size)
}

/// `z = α + √α x + (x² − 1)/3 + (x³ − 7x)/(36 √α) + …` with a normal quantile `x`, differentiated at
/// the `x` that gives this `z`. The next term is of the order x³ α^−3/2.
fn far(z: f64, shape: f64) -> f64 {
    let root = shape.sqrt();
    let mut x = (z - shape) / root;
    let w = x;
    for _ in 0..3 {
        x = w - (x * x - 1.0) / (3.0 * root) - (x * x * x - 7.0 * x) / (36.0 * shape);
    }
    1.0 + x / (2.0 * root) - (x * x * x - 7.0 * x) / (72.0 * shape * root)
}
