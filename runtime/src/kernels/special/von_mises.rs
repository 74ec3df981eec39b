//! The quantiles of the von Mises distribution.

use super::bessel_ratio_rest;
use super::quadrature::integrate;
use crate::kernels::real::double;

/// `∂z/∂κ` of a quantile `z`, between −π and π, of the von Mises distribution around 0.
///
/// At small concentrations it follows from the distribution function's Fourier series, `z/2π + 1/π Σ_j I_j(κ)/I₀(κ) sin jz/j`. At
/// large ones it is `−∫ (cos t − A(κ)) e^(κ (cos t − cos z)) dt` from −π to `z`. The integral over the half circle is zero, so near the
/// mode it is taken from there.
///
/// ```
/// use elbow::family::special::von_mises_slope;
///
/// assert!((von_mises_slope(-0.4092592365, 2.0) - 0.12609832).abs() < 1e-8);
/// ```
pub fn von_mises_slope(z: f64, concentration: f64) -> f64 {
    let [slope] = von_mises_slopes(&[z], &[concentration]);
    slope
}

/// The same for many quantiles at once, in vectors where the series is right. No slope depends on its neighbours.
#[inline(always)]
pub(crate) fn von_mises_slopes<const W: usize>(z: &[f64; W], concentration: &[f64; W]) -> [f64; W] {
    let mut slopes = by_series(z, concentration);
    let most = |most: f64, &k: &f64| if k > most { k } else { most };
    if concentration.iter().fold(0.0, most) > SMALL {
        for i in 0..W {
            if concentration[i] > SMALL {
                slopes[i] = by_integral(z[i], concentration[i]);
            }
        }
    }
    slopes
}

/// Concentrations up to which the series keeps ten digits of the slope.
const SMALL: f64 = 8.0;

/// The terms of the series: those left out are below 10⁻¹⁷.
const TERMS: usize = 32;

/// The slopes if all concentrations are small.
///
/// With `R_j = I_j/I_(j−1) = κ/(2j + κ R_(j+1))` the series is `V₁`, where `V_j = R_j (sin jz/j + V_(j+1))`, and `I₀ e^−κ` is
/// `1/(1 + 2T₁)`, where `T_j = R_j (1 + T_(j+1))` (Hill, "Evaluation of the incomplete von Mises distribution", TOMS 3(3), 1977).
#[inline(always)]
fn by_series<const W: usize>(z: &[f64; W], concentration: &[f64; W]) -> [f64; W] {
    let mut below = [0.0; W];
    let (mut twice_cos, mut sin, mut sin_next) = ([0.0; W], [0.0; W], [0.0; W]);
    for i in 0..W {
        let (s, c) = double::sin_cos(z[i]);
        // Five doublings lead to 32 times the angle.
        let (mut many_s, mut many_c) = (s, c);
        for _ in 0..TERMS.ilog2() {
            (many_s, many_c) = (2.0 * many_s * many_c, 1.0 - 2.0 * many_s * many_s);
        }
        sin[i] = many_s;
        sin_next[i] = many_s * c + many_c * s;
        twice_cos[i] = 2.0 * c;
        below[i] = 1.0 - c;
    }
    let (mut ratio, mut ratio_slope) = ([0.0; W], [0.0; W]);
    let (mut sum, mut slope, mut total) = ([0.0; W], [0.0; W], [0.0; W]);
    for j in (0..TERMS).rev().step_by(4) {
        for i in 0..W {
            let k = concentration[i];
            let (mut s, mut s_next) = (sin[i], sin_next[i]);
            let (mut r, mut r_slope) = (ratio[i], ratio_slope[i]);
            let (mut v, mut v_slope, mut t) = (sum[i], slope[i], total[i]);
            for step in 0..4 {
                let j = (j + 1 - step) as f64;
                let inverse = 1.0 / k.mul_add(r, 2.0 * j);
                let next = k * inverse;
                let moved = k.mul_add(r_slope, r);
                r_slope = inverse * (1.0 - next * moved);
                r = next;
                let inner = s.mul_add(1.0 / j, v);
                v_slope = r_slope.mul_add(inner, r * v_slope);
                v = r * inner;
                t = r * (1.0 + t);
                (s, s_next) = (twice_cos[i].mul_add(s, -s_next), s);
            }
            (sin[i], sin_next[i]) = (s, s_next);
            (ratio[i], ratio_slope[i]) = (r, r_slope);
            (sum[i], slope[i], total[i]) = (v, v_slope, t);
        }
    }
    let mut slopes = [0.0; W];
    for i in 0..W {
        let height = double::exp(concentration[i] * below[i]);
        slopes[i] = -2.0 * slope[i] * height / (1.0 + 2.0 * total[i]);
    }
    slopes
}

/// The slope at a large concentration.
#[cold]
#[inline(never)]
fn by_integral(z: f64, concentration: f64) -> f64 {
    // Odd in z.
    let angle = z.abs().min(std::f64::consts::PI);
    let rest = bessel_ratio_rest(concentration);
    let at = below(angle);
    let is_central = concentration * at < 1.0;
    let end = if is_central {
        0.0
    } else {
        // Beyond, the integrand is below e^−40 of what it is at the angle.
        2.0 * (0.5 * (at + 40.0 / concentration)).sqrt().min(1.0).asin()
    };
    let integral = integrate(
        #[inline(always)]
        |t| {
            let below = below(t);
            (rest - below) * double::exp(concentration * (at - below))
        },
        angle,
        end,
    );
    integral * z.signum()
}

/// `1 − cos t`, which keeps its digits if angles are small.
#[inline(always)]
fn below(t: f64) -> f64 {
    let (sin, _) = double::sin_cos(0.5 * t);
    2.0 * sin * sin
}
