//! Special functions against published values, identities and quadrature.

use elbow::family::special::{
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

/// Arguments for which the continued fraction would take thousands of steps.
#[test]
fn beta_slopes_of_large_concentrations() {
    for (logit, a, b, exact) in LARGE.into_iter().chain(FAR_APART) {
        let relative = beta_logit_slope(logit, a, b) / exact;
        assert_close(
            &format!("({a:e}, {b:e}) at {logit}"),
            relative,
            1.0,
            1e-6,
            1.0,
        );
    }
    for (t, freedom, exact) in MANY {
        let relative = student_t_slope(t, freedom) / exact;
        assert_close(&format!("{freedom:e} at {t}"), relative, 1.0, 2e-5, 1.0);
    }
    // Logits far from the mode, as one that f32 has rounded is, move with it.
    for off in [1e-3, -1e-3] {
        let slope = 1e30 * beta_logit_slope(off, 1e30, 1e30);
        assert_close("rounded", slope, 1.0, 1e-3, 1.0);
    }
}

/// The limits take over without a step.
#[test]
fn beta_slopes_join() {
    for w in [-4.0, -1.5, -0.2, 0.0, 0.9, 3.0] {
        let at = |a: f64, b: f64| {
            let spread = (1.0 / a + 1.0 / b).sqrt();
            a * beta_logit_slope((a / b).ln() + w * spread, a, b)
        };
        for other in [1.5e3, 2e4, 9e7] {
            assert_close("by a", at(1e3, other), at(1000.001, other), 1e-6, 1.0);
            assert_close("by b", at(other, 1e3), at(other, 1000.001), 1e-6, 1.0);
        }
        for small in [0.4, 8.0, 2e3] {
            let large = 1e5 * small;
            let (before, after) = (large * 0.9999999, large * 1.0000001);
            assert_close("by a", at(small, before), at(small, after), 1e-6, 1.0);
            assert_close("by b", at(before, small), at(after, small), 1e-6, 1.0);
        }
    }
}

/// `(logit, a, b, ∂ logit/∂a)`, by differences of the distribution function with 80 digits (mpmath).
const LARGE: [(f64, f64, f64, f64); 50] = [
    (0.1510560622389863, 2000.0, 1500.0, 0.000515458799879661),
    (0.25352556989858227, 2000.0, 1500.0, 0.000503794279509215),
    (0.2880236374773129, 2000.0, 1500.0, 0.000500052698869561),
    (0.31159162423902, 2000.0, 1500.0, 0.000497549019852415),
    (0.3901515801113769, 2000.0, 1500.0, 0.000489504497951913),
    (-8.22721545635523, 1200.0, 4e6, 0.00088248749322441),
    (-8.140599926569863, 1200.0, 4e6, 0.000845535059820972),
    (-8.111439364875455, 1200.0, 4e6, 0.000833328878961648),
    (-8.09151779302482, 1200.0, 4e6, 0.000825057930490958),
    (-8.025112553522705, 1200.0, 4e6, 0.000797886285531448),
    (-0.00565685424949238, 1e6, 1e6, 1.00141721580072e-6),
    (-0.001414213562373095, 1e6, 1e6, 1.00035405350854e-6),
    (1.4142135623730951e-5, 1e6, 1e6, 9.99996797815277e-7),
    (0.0009899494936611664, 1e6, 1e6, 9.99752927554689e-7),
    (0.004242640687119285, 1e6, 1e6, 9.98941172100811e-7),
    (4.982256898557865, 3e6, 20000.0, 3.33365158039513e-7),
    (5.003540695211658, 3e6, 20000.0, 3.33341247047658e-7),
    (5.010706240085102, 3e6, 20000.0, 3.33333310339542e-7),
    (5.015601513315474, 3e6, 20000.0, 3.33327920693655e-7),
    (5.031919090750049, 3e6, 20000.0, 3.33310143746878e-7),
    (1.2031401379261495, 1e8, 3e7, 1.00009611497606e-8),
    (1.2037646377259894, 1e8, 3e7, 1.0000240255694e-8),
    (1.2039748859919355, 1e8, 3e7, 9.99999764038749e-9),
    (1.2041185209458987, 1e8, 3e7, 9.99983191811073e-9),
    (1.2045973041257758, 1e8, 3e7, 9.99927965597035e-9),
    (4.605129986485607, 1e12, 1e10, 1.00000019901191e-12),
    (4.60516013611247, 1e12, 1e10, 1.0000000497526e-12),
    (4.605170286486848, 1e12, 1e10, 9.99999999502978e-13),
    (4.605177220901026, 1e12, 1e10, 9.99999965174317e-13),
    (4.6052003356149545, 1e12, 1e10, 9.99999850747153e-13),
    (-0.6931520795394309, 1e12, 2e12, 1.00000163299566e-12),
    (-0.6931484053048167, 1e12, 2e12, 1.00000040824871e-12),
    (-0.6931471683124966, 1e12, 2e12, 9.99999995917795e-13),
    (-0.6931463232385353, 1e12, 2e12, 9.99999714226543e-13),
    (-0.6931435063253312, 1e12, 2e12, 9.99998775256656e-13),
    (-1.0986122891299899, 1e20, 3e20, 1.00000000017321e-20),
    (-1.0986122887835796, 1e20, 3e20, 1.0000000000433e-20),
    (-1.098612288666955, 1e20, 3e20, 9.99999999999567e-21),
    (-1.0986122885872807, 1e20, 3e20, 9.99999999969689e-21),
    (-1.0986122883216995, 1e20, 3e20, 9.99999999870096e-21),
    (9.210340371975782, 1e30, 1e26, 1e-30),
    (9.210340371976082, 1e30, 1e26, 1e-30),
    (9.210340371976184, 1e30, 1e26, 1e-30),
    (9.210340371976253, 1e30, 1e26, 1e-30),
    (9.210340371976482, 1e30, 1e26, 1e-30),
    (-3.265986323710904e-19, 3e38, 3e38, 3.33333333333333e-39),
    (-8.16496580927726e-20, 3e38, 3e38, 3.33333333333333e-39),
    (8.16496580927726e-22, 3e38, 3e38, 3.33333333333333e-39),
    (5.715476066494081e-20, 3e38, 3e38, 3.33333333333333e-39),
    (2.449489742783178e-19, 3e38, 3e38, 3.33333333333304e-39),
];

/// The same, of concentrations far apart, by integrals with 60 digits.
const FAR_APART: [(f64, f64, f64, f64); 30] = [
    (17.703005993294997, 1e7, 2.0, 9.99999960248313e-8),
    (16.096850251346883, 1e7, 2.0, 1.00000000107364e-7),
    (14.731617870690982, 1e7, 2.0, 1.00000015003666e-7),
    (-22.30817617928309, 2.0, 1e9, 1.35655540481653),
    (-20.702020437334973, 2.0, 1e9, 0.743828124090974),
    (-19.336788056679072, 2.0, 1e9, 0.37645487428899),
    (30.54296462865984, 1e10, 0.5, 1.00000000002503e-10),
    (26.100081690501472, 1e10, 0.5, 1.00000000002731e-10),
    (22.32363119306686, 1e10, 0.5, 1.00000000012591e-10),
    (31.61460354142388, 1e15, 30.0, 9.99999999999995e-16),
    (31.246391318064905, 1e15, 30.0, 9.99999999999999e-16),
    (30.933410928209774, 1e15, 30.0, 1e-15),
    (69.1533110440479, 1e30, 4.0, 1e-30),
    (68.08781030592124, 1e30, 4.0, 1e-30),
    (67.18213467851358, 1e30, 4.0, 1e-30),
    (-16.579719467777537, 2000.0, 3e10, 0.000514213922872968),
    (-16.53499251747536, 2000.0, 3e10, 0.000502905291800437),
    (-16.49697460971851, 2000.0, 3e10, 0.000493424030095497),
    (12.446919087555552, 5e9, 20000.0, 1.99999993001182e-10),
    (12.432776775153284, 5e9, 20000.0, 1.99999998598307e-10),
    (12.420755809611356, 5e9, 20000.0, 2.00000003418497e-10),
    (-98.22454689298299, 0.05, 1e12, 1401.9136157151),
    (-58.14800226437933, 0.05, 1e12, 600.38272314306),
    (-24.082939330066228, 0.05, 1e12, 0.674862127206835),
    (92.92691568960862, 1e38, 0.7, 1e-38),
    (89.55998880789906, 1e38, 0.7, 1e-38),
    (86.69810095844593, 1e38, 0.7, 1e-38),
    (75.00727452663725, 3e38, 800000.0, 3.33333333333333e-39),
    (75.00503845796098, 3e38, 800000.0, 3.33333333333333e-39),
    (75.00313779958614, 3e38, 800000.0, 3.33333333333333e-39),
];

/// `(t, ν, ∂t/∂ν)` of Student's t, with 90 digits.
const MANY: [(f64, f64, f64); 18] = [
    (0.01, 90000.0, -3.08672839601e-13),
    (1.5, 90000.0, -1.50462480711e-10),
    (5.0, 90000.0, -4.01200279102e-9),
    (0.01, 110000.0, -2.06632231459e-13),
    (1.5, 110000.0, -1.00722876362e-10),
    (5.0, 110000.0, -2.68576260582e-9),
    (0.01, 1e6, -2.50025000008e-15),
    (1.5, 1e6, -1.21874964844e-12),
    (5.0, 1e6, -3.24997500031e-11),
    (0.01, 1e9, -2.50025e-21),
    (1.5, 1e9, -1.21874999965e-18),
    (5.0, 1e9, -3.249999975e-17),
    (0.01, 1e15, -2.50025e-33),
    (1.5, 1e15, -1.21875e-30),
    (5.0, 1e15, -3.25e-29),
    (0.01, 1e25, -2.50025e-53),
    (1.5, 1e25, -1.21875e-50),
    (5.0, 1e25, -3.25e-49),
];
