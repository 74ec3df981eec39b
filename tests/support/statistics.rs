//! Tests of random numbers, with both of their error rates.

use statrs::function::gamma::gamma_ur;

/// The probability that right code fails a test at some seed.
pub const FALSE_FAIL: f64 = 1e-6;

/// Standard errors that a mean may be off: exceeded with probability 6·10⁻⁷.
const TOLERANCE: f64 = 5.0;

/// A mean and how well it is known.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub standard_error: f64,
}

impl Estimate {
    /// The statistics of independent values.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Self {
            mean,
            standard_error: (squares / (count - 1.0) / count).sqrt(),
        }
    }
}

/// Asserts that the values have the mean `exact`, within five standard errors.
///
/// `effect` is the fault that must not pass: ten standard errors may not exceed it, so a mean that is
/// off by it fails with probability 1 − 3·10⁻⁷.
///
/// # Panics
/// When the mean is off, or the test has too little power.
pub fn assert_mean(what: &str, values: &[f64], exact: f64, effect: f64) {
    let Estimate {
        mean,
        standard_error,
    } = Estimate::of(values);
    // Draws are f32: a mean without spread is still only known to their rounding.
    let rounding = 4e-6 * exact.abs().max(1.0);
    assert!(
        (mean - exact).abs() <= TOLERANCE * standard_error + rounding,
        "{what}: mean {mean}, exact {exact}, standard error {standard_error}"
    );
    assert!(
        2.0 * TOLERANCE * standard_error <= effect,
        "{what}: standard error {standard_error} is too large to see {effect}"
    );
}

/// Asserts that draws have this cumulative distribution function, by Kolmogorov and Smirnov.
///
/// With Massart's constant, `P(sup |F̂ − F| > d) ≤ 2 e^(−2nd²)` for every n, so `d = √(ln(2/α)/2n)`
/// fails right code with probability at most α = 10⁻⁶; and draws whose distribution function is
/// off by 2d somewhere pass with probability at most α. At 50,000 draws 2d is 0.0241, at 10,000 it is
/// 0.0539.
///
/// # Panics
/// When the distributions differ.
pub fn assert_distribution(what: &str, draws: &[f64], cdf: impl Fn(f64) -> f64) {
    let mut levels: Vec<f64> = draws.iter().map(|&x| cdf(x)).collect();
    assert!(levels.iter().all(|u| (0.0..=1.0).contains(u)), "{what}");
    levels.sort_by(f64::total_cmp);
    let count = levels.len() as f64;
    let distance = |(i, &u): (usize, &f64)| ((i + 1) as f64 / count - u).max(u - i as f64 / count);
    let largest = levels.iter().enumerate().map(distance).fold(0.0, f64::max);
    let allowed = ((2.0 / FALSE_FAIL).ln() / (2.0 * count)).sqrt();
    assert!(largest <= allowed, "{what}: {largest} > {allowed}");
}

/// Asserts that counts come from these probabilities, by Pearson's chi-square.
///
/// A fault with `Σ (p' − p)²/p = w²` makes the statistic's root the length of a standard normal vector
/// moved by `w√n`, which is at least `w√n + Z`; so it passes with probability at most 10⁻⁶ once
/// `w√n ≥ √critical + 4.753`. That `w` may not exceed `effect`.
///
/// # Panics
/// When the counts do not fit, or the test has too little power.
pub fn assert_counts(what: &str, counts: &[usize], probabilities: &[f64], effect: f64) {
    let total = counts.iter().sum::<usize>() as f64;
    let terms = counts.iter().zip(probabilities);
    let statistic: f64 = terms
        .map(|(&count, p)| (count as f64 - total * p).powi(2) / (total * p))
        .sum();
    let freedom = (counts.len() - 1) as f64;
    let tail = |x: f64| gamma_ur(freedom / 2.0, x / 2.0);
    assert!(
        tail(statistic) >= FALSE_FAIL,
        "{what}: {counts:?} of {total} at {probabilities:?}, chi-square {statistic}"
    );
    let (mut low, mut high) = (0.0, 100.0 + 10.0 * freedom);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        *(if tail(middle) > FALSE_FAIL {
            &mut low
        } else {
            &mut high
        }) = middle;
    }
    let seen = (high.sqrt() + 4.753) / total.sqrt();
    assert!(seen <= effect, "{what}: sees only {seen}, not {effect}");
}

/// Asserts that paired values are uncorrelated.
///
/// Of independent values the correlation of n pairs has standard deviation 1/√n; five of them are
/// allowed, and ten may not exceed `effect`.
///
/// # Panics
/// When they are correlated, or there are too few to tell.
pub fn assert_uncorrelated(what: &str, a: &[f64], b: &[f64], effect: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    let count = a.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / count;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(x, y)| f(x - mean_a, y - mean_b)).sum()
    };
    let correlation = sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    assert!(
        correlation.abs() <= TOLERANCE / count.sqrt(),
        "{what}: correlation {correlation} of {count} pairs"
    );
    assert!(2.0 * TOLERANCE / count.sqrt() <= effect, "{what}: too few");
}
