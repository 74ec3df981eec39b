//! Modified Bessel functions of orders 0 and 1, scaled so that nothing overflows.

use std::f64::consts::TAU;

/// Where the power series, all of whose terms are positive, hands over to the asymptotic one, whose
/// smallest term is then below 10⁻¹⁵.
const FAR: f64 = 20.0;

/// `ln(I₀(x) e^−x)` for `x` of zero and above.
///
/// ```
/// use elbow::family::special::ln_bessel_i0e;
///
/// // I₀(2) = 2.2795853023360673
/// assert!((ln_bessel_i0e(2.0) + 2.0 - 2.2795853023360673_f64.ln()).abs() < 1e-14);
/// ```
pub fn ln_bessel_i0e(x: f64) -> f64 {
    if x < FAR {
        near(x, 0.0).ln() - x
    } else {
        far(x, 0.0).ln() - 0.5 * (TAU * x).ln()
    }
}

/// `I₁(x)/I₀(x)` for `x` of zero and above: the mean resultant length of von Mises.
///
/// ```
/// use elbow::family::special::bessel_ratio;
///
/// assert!((bessel_ratio(2.0) - 0.6977746579640079).abs() < 1e-14);
/// ```
pub fn bessel_ratio(x: f64) -> f64 {
    if x < FAR {
        0.5 * x * near(x, 1.0) / near(x, 0.0)
    } else {
        far(x, 1.0) / far(x, 0.0)
    }
}

/// `1 − I₁(x)/I₀(x)` for `x` of zero and above, about `1/2x` for large `x`: the circular variance of von Mises.
///
/// ```
/// use elbow::family::special::bessel_ratio_rest;
///
/// assert!((bessel_ratio_rest(1e30) / 0.5e-30 - 1.0).abs() < 1e-14);
/// ```
pub fn bessel_ratio_rest(x: f64) -> f64 {
    if x < FAR {
        return 1.0 - bessel_ratio(x);
    }
    // Term by term. The first terms cancel.
    let pairs = asymptotic(x, 0.0).zip(asymptotic(x, 1.0));
    let between: f64 = pairs.map(|(zero, one)| zero - one).sum();
    between / far(x, 0.0)
}

/// The derivative of [`bessel_ratio`], `1 − A² − A/x`.
pub fn bessel_ratio_slope(x: f64) -> f64 {
    if x > 500.0 {
        // The three terms cancel to all but 1/2x²; expanded, the rest is below 10⁻¹¹ of it.
        let r = 1.0 / x;
        return r * r * (0.5 + r * (0.25 + r * (0.375 + r * 0.78125)));
    }
    let ratio = bessel_ratio(x);
    1.0 - ratio * ratio - if x == 0.0 { 0.5 } else { ratio / x }
}

/// `Σ_k (x²/4)^k/(k! (k + order)!)`
fn near(x: f64, order: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum {
        k += 1.0;
        term *= quarter / (k * (k + order));
        sum += term;
    }
    sum
}

/// `I_n(x) e^−x √(2πx)`
fn far(x: f64, order: f64) -> f64 {
    asymptotic(x, order).sum()
}

/// The terms of this series (Abramowitz and Stegun 9.7.1).
fn asymptotic(x: f64, order: f64) -> impl Iterator<Item = f64> {
    let mu = 4.0 * order * order;
    (0..TERMS).scan(1.0, move |next, k| {
        let (term, odd) = (*next, f64::from(2 * k + 1));
        *next *= (odd * odd - mu) / (8.0 * f64::from(k + 1) * x);
        Some(term)
    })
}

/// From here on, the terms are below 10⁻¹⁵ of the first.
const TERMS: i32 = 30;
