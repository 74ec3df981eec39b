//! The quantiles of the von Mises distribution.

use super::bessel_ratio_rest;
use super::quadrature::integrate;

/// `∂z/∂κ` of a quantile `z`, between −π and π, of the von Mises distribution around 0.
///
/// It is `−∫ (cos t − A(κ)) e^(κ (cos t − cos z)) dt` from −π to `z`. The integral over the half circle is zero, so near the
/// mode it is taken from there.
///
/// ```
/// use elbow::family::special::von_mises_slope;
///
/// assert!((von_mises_slope(-0.4092592365, 2.0) - 0.12609832).abs() < 1e-8);
/// ```
pub fn von_mises_slope(z: f64, concentration: f64) -> f64 {
    // Odd in z.
    let angle = z.abs().min(std::f64::consts::PI);
    let rest = bessel_ratio_rest(concentration);
    // Cosines by their distance from 1, which keeps its digits if angles are small.
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
