//! The elementary functions in `f32`, against `f64`: the bounds that their documentation states.

use elbow::__macro::kernels::real::{double, single};

/// A number of every exponent and sign, some thousand of each, and both zeros, infinities, NaN, the ends of
/// the range, and the sizes that logits come in.
fn arguments() -> impl Iterator<Item = f32> {
    // A step of a prime number of representations walks through all exponents and mantissas.
    let walk = (0..=u32::MAX).step_by(2_053).map(f32::from_bits);
    let special = [
        0.0,
        1.0,
        0.5_f32.sqrt(),
        2.0_f32.sqrt(),
        std::f32::consts::LN_2,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        f32::EPSILON,
        1.0 - f32::EPSILON / 2.0,
        88.722_83,
        88.722_84,
        87.336_54,
        87.336_55,
        103.97,
        103.98,
        104.0,
        1e4,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
    ];
    let around = |x: f32| [x, x.next_up(), x.next_down()];
    let ends = special.into_iter().flat_map(around);
    let signed = ends.flat_map(|x| [x, -x]);
    // Where the reduced argument of an exponential changes sides.
    let halves = (-301..301).map(|n| (f64::from(n) * 0.5 * std::f64::consts::LN_2) as f32);
    walk.chain(signed).chain(halves.flat_map(around))
}

/// The distance of `found` from `exact` in units in the last place that `f32` has at `exact`.
fn ulps(found: f32, exact: f64) -> f64 {
    if exact.is_nan() || found.is_nan() {
        return if exact.is_nan() && found.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let rounded = exact as f32;
    if found == rounded {
        // Infinity included, and the sign of zeros.
        let sign = found != 0.0 || found.is_sign_negative() == rounded.is_sign_negative();
        if !rounded.is_finite() || found == 0.0 {
            return if sign { 0.0 } else { f64::INFINITY };
        }
    }
    if found.is_infinite() || rounded.is_infinite() {
        // Half a unit from the end of the range is as near to infinity as to the largest number.
        let largest = f64::from(f32::MAX);
        let unit = 2.0_f64.powi(104);
        let finite = f64::from(found).clamp(-largest - unit, largest + unit);
        return (finite - exact.clamp(-largest - unit, largest + unit)).abs() / unit;
    }
    let exponent = exact.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    (f64::from(found) - exact).abs() / (exponent - 23.0).exp2()
}

fn assert_within(name: &str, bound: f64, single: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) {
    let error = |x: f32| ulps(single(x), exact(f64::from(x)));
    let worst = arguments()
        .map(|x| (error(x), x))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("some arguments");
    println!("{name}: {:.3} at {:e}", worst.0, worst.1);
    assert!(worst.0 <= bound, "{name}: {} ulp at {:e}", worst.0, worst.1);
    // A bound that is far from what is measured says nothing.
    assert!(worst.0 > bound - 0.5, "{name}: only {} ulp", worst.0);
}

#[test]
fn exponentials() {
    assert_within("exp", 1.0, single::exp, f64::exp);
    assert_within("exp_m1", 1.5, single::exp_m1, f64::exp_m1);
}

#[test]
fn logarithms() {
    assert_within("ln", 1.0, single::ln, f64::ln);
    assert_within("ln_1p", 1.5, single::ln_1p, f64::ln_1p);
}

/// Without cancellation: `1/(1 + e^−x)` in `f64` loses nothing that `f32` could show.
#[test]
fn squashings() {
    assert_within("sigmoid", 2.5, single::sigmoid, |x| {
        1.0 / (1.0 + (-x).exp())
    });
    assert_within("tanh", 2.5, single::tanh, f64::tanh);
    assert_within("softplus", 2.0, single::softplus, |x| {
        if x > 0.0 {
            x + (-x).exp().ln_1p()
        } else {
            x.exp().ln_1p()
        }
    });
}

/// The functions in `f64`, which sums over long rows are of, against those of the standard library.
#[test]
fn in_double() {
    let mut worst = [0.0_f64; 2];
    for x in arguments() {
        let wide = f64::from(x);
        let [exact, found] = [wide.ln(), double::ln(x)];
        if exact.is_finite() {
            worst[0] = worst[0].max((found - exact).abs() / exact.abs().max(0.25));
        } else {
            assert!(
                found.to_bits() == exact.to_bits() || found.is_nan() && exact.is_nan(),
                "ln {x}: {found}"
            );
        }
        let exact = wide.max(0.0) + (-wide.abs()).exp().ln_1p();
        let found = double::softplus(wide);
        if wide < -700.0 {
            assert_eq!(found, 0.0, "softplus {x}");
        } else if exact.is_finite() {
            worst[1] = worst[1].max((found - exact).abs() / exact);
        } else {
            assert!(
                found == exact || found.is_nan() && exact.is_nan(),
                "softplus {x}: {found}"
            );
        }
    }
    assert!(worst[0] < 4e-16 && worst[1] < 6e-16, "{worst:?}");
}
