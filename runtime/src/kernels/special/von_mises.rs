//! The quantiles of the von Mises distribution.

use super::bessel_ratio_rest;

/// Half of the eight-point Gauss–Legendre rule on (−1, 1), which is symmetric.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
const PANELS: usize = 8;

/// `∂z/∂κ` of a quantile `z`, between −π and π, of the von Mises distribution around 0.
///
/// It is `−∫ (cos t − A(κ)) e^(κ (cos t − cos z)) dt` from −π to `z`. The whole half circle integrates
/// to nothing, so that near the mode the integral is taken from there.
///
/// ```
/// use elbow::kernels::special::von_mises_slope;
///
/// assert!((von_mises_slope(-0.4092592365, 2.0) - 0.12609832).abs() < 1e-8);
/// ```
pub fn von_mises_slope(z: f64, concentration: f64) -> f64 {
    // Odd in z.
    let angle = z.abs().min(std::f64::consts::PI);
    let rest = bessel_ratio_rest(concentration);
    // Cosines by their distance from 1, which keeps its digits where angles are small.
    let below = |t: f64| 2.0 * (0.5 * t).sin().powi(2);
    let at = below(angle);
    let integrand = |t: f64| {
        let height = (0.5 * (angle + t)).sin() * (0.5 * (angle - t)).sin();
        (rest - below(t)) * (2.0 * concentration * height).exp()
    };
    let integral = if concentration * at < 1.0 {
        -integrate(integrand, 0.0, angle)
    } else {
        // Beyond, the integrand is below e^−40 of what it is at the angle.
        let end = 2.0 * (0.5 * (at + 40.0 / concentration)).sqrt().min(1.0).asin();
        integrate(integrand, angle, end)
    };
    integral * z.signum()
}

fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let half = 0.5 * (to - from) / PANELS as f64;
    let panel = |i: usize| from + (2 * i + 1) as f64 * half;
    let at = |middle: f64, (x, w): (f64, f64)| w * (f(middle - half * x) + f(middle + half * x));
    let sums = (0..PANELS).map(|i| RULE.iter().map(|&rule| at(panel(i), rule)).sum::<f64>());
    half * sums.sum::<f64>()
}
