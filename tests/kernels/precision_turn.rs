//! Sines, arcsines, `e^x − 1` and Bessel functions in `f64`: the bounds that their documentation states.

use elbow::__macro::kernels::real::double::{
    asin, bessel_ratio, bessel_ratio_rest, bessel_ratio_slope, exp_m1, ln_bessel_i0e, sin_cos,
};

/// Numbers of all sizes up to 10¹⁵, of both signs, and near multiples of an eighth of a turn.
fn arguments() -> impl Iterator<Item = f64> {
    let sizes = (-3000..498).map(|n| 2.0_f64.powf(f64::from(n) / 10.0));
    let turns = (1..4000).map(|n| f64::from(n) * std::f64::consts::FRAC_PI_4);
    let usual = (1..4000).map(|n| f64::from(n) / 311.0);
    let all = sizes.chain(turns).chain(usual);
    all.flat_map(|x| [x, -x])
}

/// Asserts the largest error relative to the exact result, however small that is.
fn worst(name: &str, bound: f64, pairs: impl Iterator<Item = (f64, f64)>) {
    let errors = pairs.map(|(found, exact)| (found / exact - 1.0).abs());
    let worst = errors.fold(0.0, f64::max);
    println!("{name}: {worst:e}");
    assert!(worst <= bound, "{name}: {worst:e}");
}

#[test]
fn turns() {
    worst("sin", 4e-16, arguments().map(|x| (sin_cos(x).0, x.sin())));
    worst("cos", 4e-16, arguments().map(|x| (sin_cos(x).1, x.cos())));
    assert_eq!(sin_cos(0.0), (0.0, 1.0));
    assert_eq!(sin_cos(1e16), (0.0, 1.0));
    let nan = sin_cos(f64::NAN);
    assert!(nan.0.is_nan() && nan.1.is_nan());
}

#[test]
fn back_turns() {
    let within = (1..4000).map(|n| f64::from(n) / 4000.0);
    let small = (0..300).map(|n| 0.5_f64.powi(n));
    worst(
        "asin",
        9e-16,
        within.chain(small).map(|x| (asin(x), x.asin())),
    );
    assert_eq!(asin(0.0), 0.0);
}

#[test]
fn powers_beside_one() {
    let within = || arguments().filter(|x| (-700.0..709.0).contains(x));
    worst("exp_m1", 9e-16, within().map(|x| (exp_m1(x), x.exp_m1())));
    assert_eq!([exp_m1(-800.0), exp_m1(710.0)], [-1.0, f64::INFINITY]);
    assert!(exp_m1(f64::NAN).is_nan());
}

/// `x`, `ln(I₀(x) e^−x)`, `1 − A` and `A'` of `A = I₁/I₀`, computed with 60 digits (mpmath).
const BESSEL: [(f64, f64, f64, f64); 10] = [
    (1e-30, -1e-30, 1.0, 0.5),
    (
        0.3,
        -0.2776253113779581,
        0.8516625730591247,
        0.483_537_917_965_642_94,
    ),
    (
        2.0,
        -1.1760064585170438,
        0.302225342035992,
        0.1642231977212077,
    ),
    (
        7.999,
        -1.9418309758502799,
        0.06477293771017657,
        0.008_432_344_424_826_795,
    ),
    (
        8.0,
        -1.941895744572186,
        0.0647645064705614,
        0.008_430_134_951_567_575,
    ),
    (
        8.001,
        -1.9419605048639572,
        0.0647560774399814,
        0.008_427_926_354_417_61,
    ),
    (
        15.0,
        -2.2643308905230937,
        0.033_930_436_013_491_88,
        0.002_304_959_939_817_542_5,
    ),
    (
        60.0,
        -2.9640098103448573,
        0.008_368_649_875_791_228,
        0.000_140_076_282_102_061_75,
    ),
    (
        10000.0,
        -5.524096218567699,
        5.000125012501954e-05,
        5.000_250_037_507_815e-9,
    ),
    (1e20, -23.94478946314513, 5e-21, 5e-41),
];

#[test]
fn bessel_functions() {
    let rows = || BESSEL.iter();
    worst(
        "1 − A",
        5e-15,
        rows().map(|row| (bessel_ratio_rest(row.0), row.2)),
    );
    worst(
        "A'",
        1e-13,
        rows().map(|row| (bessel_ratio_slope(row.0), row.3)),
    );
    let moved = rows().map(|row| (2.0 + ln_bessel_i0e(row.0), 2.0 + row.1));
    worst(
        "2 + ln I₀",
        1e-13,
        moved.filter(|(_, exact)| exact.abs() > 0.02),
    );
    worst(
        "A",
        5e-15,
        rows().skip(1).map(|row| (bessel_ratio(row.0), 1.0 - row.2)),
    );
    worst(
        "A near 0",
        5e-15,
        std::iter::once((bessel_ratio(1e-30), 0.5e-30)),
    );
}
