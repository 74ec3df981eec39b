//! Special functions against published values, identities and quadrature.

use elbow::kernels::special::{
    bessel_ratio, bessel_ratio_rest, bessel_ratio_slope, beta_logit_slope, digamma,
    gamma_log_slope, ln_bessel_i0e, ln_gamma, student_t_slope, trigamma, von_mises_slope,
};
use elbow_tests::support::differences::derivative;
use elbow_tests::support::quadrature::integrate;
use elbow_tests::support::tensors::assert_close;
use std::f64::consts::PI;

/// Slopes at the 30 percent quantile, from differences of quantile functions, which are good to seven digits.
#[test]
fn published_slopes() {
    for (shape, z, slope) in [
        (0.3, 0.01272665777_f64, 0.18002945),
        (1.0, 0.3566749439, 0.66192363),
        (2.5, 1.499954066, 0.81778001),
        (10.0, 8.132928243, 0.91533138),
        (100.0, 94.52429936, 0.97372909),
    ] {
        let found = z * gamma_log_slope(z.ln(), shape);
        assert_close("gamma", found, slope, 2e-7, slope);
    }
    for (a, b, z, by_a, by_b) in [
        (2.0, 3.5, 0.2421784659_f64, 0.1279059, -0.053679244),
        (0.5, 0.7, 0.137262265, 0.61071397, -0.23517428),
        (20.0, 5.0, 0.7642597437, 0.0094167444, -0.034758032),
    ] {
        let (logit, jacobian) = ((z / (1.0 - z)).ln(), z * (1.0 - z));
        let found = jacobian * beta_logit_slope(logit, a, b);
        assert_close("beta, by a", found, by_a, 2e-8, by_a);
        let found = -jacobian * beta_logit_slope(-logit, b, a);
        assert_close("beta, by b", found, by_b, 2e-8, by_b);
    }
    for (concentration, z, slope) in [
        (0.5, -0.8588939169, 0.62117212),
        (2.0, -0.4092592365, 0.12609832),
        (8.0, -0.1888337225, 0.012270559),
    ] {
        assert_close(
            "von Mises",
            von_mises_slope(z, concentration),
            slope,
            1e-8,
            slope,
        );
        assert_eq!(
            von_mises_slope(-z, concentration),
            -von_mises_slope(z, concentration)
        );
    }
    let slope = student_t_slope(-0.5843897274, 3.0);
    assert_close("Student's t", slope, 0.021291848, 1e-9, slope);
}

/// `−(∂F/∂α)/p` with `F` by quadrature of the density over `ln z`.
#[test]
fn gamma_slopes_are_those_of_the_distribution_function() {
    for shape in [0.05, 0.3, 1.0, 4.0, 60.0, 100.0, 500.0] {
        let center: f64 = digamma(shape);
        let spread = trigamma(shape).sqrt();
        let log_density = |y: f64, shape: f64| shape * y - y.exp() - ln_gamma(shape);
        let lowest = center - 40.0 * spread;
        for step in [-3.0, -1.0, -0.1, 0.4, 1.0, 2.0] {
            // Not so far up that the distribution function is flat.
            let y = (center + step * spread).min((shape + 2.0).ln());
            let cdf = |shape: f64| integrate(|t| log_density(t, shape).exp(), &[lowest, y], 2000);
            let exact = -derivative(cdf, shape) / log_density(y, shape).exp();
            let found = gamma_log_slope(y, shape);
            assert_close(
                &format!("α {shape}, ln z {y}"),
                found / exact,
                1.0,
                1e-6,
                1.0,
            );
        }
    }
}

/// In the far regime the expansion takes over from the series without a step.
#[test]
fn gamma_slopes_of_large_shapes_join() {
    for step in [-5.0, -2.0, 0.0, 1.0, 4.5] {
        let at = |shape: f64| {
            (shape + step * shape.sqrt())
                * gamma_log_slope((shape + step * shape.sqrt()).ln(), shape)
        };
        assert_close("at 1e5", at(0.99999e5), at(1.00001e5), 1e-6, 1.0);
    }
    let at_mode = 1e8 * gamma_log_slope(1e8_f64.ln(), 1e8);
    assert_close("at 1e8", at_mode, 1.0, 1e-8, 1.0);
}

/// For tiny shapes `z^α` is uniform: `ln z = ln F/α` and the slope is `−ln z/α`.
#[test]
fn gamma_slopes_of_tiny_shapes_are_those_of_a_power() {
    for shape in [1e-2, 1e-4, 1e-6] {
        let log_z = -1.0 / shape;
        let found = gamma_log_slope(log_z, shape) * shape * shape;
        assert_close("slope", found, 1.0, 2.0 * shape, 1.0);
    }
}

#[test]
fn beta_slopes_are_those_of_the_distribution_function() {
    for (a, b) in [
        (0.05, 0.07),
        (0.5, 2.0),
        (3.0, 0.4),
        (2.0, 3.5),
        (300.0, 40.0),
        (500.0, 700.0),
    ] {
        let (center, spread): (f64, f64) =
            (digamma(a) - digamma(b), (trigamma(a) + trigamma(b)).sqrt());
        let log_density = |y: f64, a: f64| {
            let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
            ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) - a * softplus(-y) - b * softplus(y)
        };
        for step in [-2.0, -0.7, 0.0, 0.5, 1.5] {
            let y = center + step * spread;
            let lowest = center - 30.0 * spread;
            let cdf = |a: f64| integrate(|t| log_density(t, a).exp(), &[lowest, y], 600);
            let exact = -derivative(cdf, a) / log_density(y, a).exp();
            let found = beta_logit_slope(y, a, b);
            assert_close(&format!("({a}, {b}) at {y}"), found / exact, 1.0, 1e-6, 1.0);
        }
    }
}

#[test]
fn student_slopes_are_those_of_the_distribution_function() {
    for freedom in [0.3_f64, 1.0, 5.0, 80.0] {
        let log_density = |t: f64, v: f64| {
            ln_gamma(0.5 * (v + 1.0))
                - ln_gamma(0.5 * v)
                - 0.5 * (v * PI).ln()
                - 0.5 * (v + 1.0) * (t * t / v).ln_1p()
        };
        for t in [0.01, 0.5, 2.0, -4.0] {
            let between = |v: f64| integrate(|s| log_density(s, v).exp(), &[0.0, t], 200);
            let exact = -derivative(between, freedom) / log_density(t, freedom).exp();
            let found = student_t_slope(t, freedom);
            assert_close(&format!("{freedom} at {t}"), found / exact, 1.0, 1e-5, 1.0);
        }
    }
    // For many degrees of freedom z = x + (x³ + x)/4ν.
    let (t, freedom) = (1.5_f64, 1e5_f64);
    let exact = -(t.powi(3) + t) / (4.0 * freedom * freedom);
    assert_close("1e5", student_t_slope(t, freedom) / exact, 1.0, 1e-4, 1.0);
}

#[test]
fn von_mises_slopes_are_those_of_the_distribution_function() {
    for concentration in [1e-3, 0.5, 3.0, 30.0, 1e3, 1e6_f64] {
        let log_density = |t: f64, k: f64| -2.0 * k * (0.5 * t).sin().powi(2) - ln_bessel_i0e(k);
        for w in [0.02, 0.9, 1.3, 2.0, 5.0] {
            let z = (w / concentration.sqrt()).min(3.1);
            let between = |k: f64| integrate(|t| log_density(t, k).exp(), &[0.0, z], 400);
            let exact = -derivative(between, concentration) / log_density(z, concentration).exp();
            let found = von_mises_slope(z, concentration);
            assert_close(
                &format!("{concentration} at {z}"),
                found / exact,
                1.0,
                1e-6,
                1.0,
            );
        }
    }
}

/// `I_n(x) = 1/π ∫ e^(x cos t) cos nt dt` from 0 to π.
#[test]
fn bessel_functions_are_their_integrals() {
    for x in [1e-6_f64, 0.1, 1.0, 5.0, 19.999, 20.001, 80.0, 499.0, 501.0] {
        let scaled = |order: f64| {
            let f = |t: f64| (-2.0 * x * (0.5 * t).sin().powi(2)).exp() * (order * t).cos();
            let end = PI.min(30.0 / x.sqrt());
            integrate(f, &[0.0, end], 200) / PI
        };
        let (zero, one) = (scaled(0.0), scaled(1.0));
        assert_close(&format!("I0({x})"), ln_bessel_i0e(x), zero.ln(), 1e-12, 1.0);
        assert_close(
            &format!("I1/I0({x})"),
            bessel_ratio(x),
            one / zero,
            1e-12,
            1.0,
        );
        let part = |t: f64| {
            let below = 2.0 * (0.5 * t).sin().powi(2);
            below * (-x * below).exp()
        };
        let rest = integrate(part, &[0.0, PI.min(30.0 / x.sqrt())], 200) / PI / zero;
        let relative = bessel_ratio_rest(x) / rest;
        assert_close(&format!("1 - I1/I0({x})"), relative, 1.0, 1e-10, 1.0);
        let slope = derivative(bessel_ratio, x);
        let relative = bessel_ratio_slope(x) / slope;
        assert_close(&format!("slope at {x}"), relative, 1.0, 1e-6, 1.0);
    }
}

/// Over all concentrations of `f32`: `1 − I₁/I₀ = 1/2κ + 1/8κ² + 1/8κ³ + …`, and angles that are normal with variance `1/κ`.
#[test]
fn von_mises_of_large_concentrations() {
    for exponent in 4..=38 {
        let k = 10.0_f64.powi(exponent) * 1.7;
        let what = format!("at {k:e}");
        let series = (0.5 + (0.125 + 0.125 / k) / k) / k;
        assert_close(&what, bessel_ratio_rest(k) / series, 1.0, 1e-12, 1.0);
        if exponent < 9 {
            continue;
        }
        for w in [1e-9_f64, 0.3, 0.9, 1.3, 4.0, 6.0] {
            // z √κ is a normal quantile.
            let z = w / k.sqrt();
            let relative = von_mises_slope(z, k) / (-0.5 * z / k);
            assert_close(&format!("{w} {what}"), relative, 1.0, 1e-7, 1.0);
        }
    }
}

#[test]
fn trigamma_is_the_slope_of_digamma() {
    for x in [1e-4, 0.3, 2.5, 14.9, 15.1, 1e5] {
        let relative = trigamma(x) / derivative(digamma, x);
        assert_close(&format!("at {x}"), relative, 1.0, 1e-8, 1.0);
    }
    // Two of the many values that are known.
    assert_close("at 1", trigamma(1.0), PI * PI / 6.0, 1e-14, 1.0);
    assert_close("at 1/2", trigamma(0.5), PI * PI / 2.0, 1e-14, 4.0);
}
