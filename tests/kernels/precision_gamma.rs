//! The log-gamma function and its derivatives in `f64`: the bounds that their documentation states.

use elbow::__macro::kernels::real::double::{
    FACTORIALS, digamma, digamma_rising, exp, ln_1p, ln_factorial, ln_gamma, ln_rising, sigmoid,
    trigamma,
};
use elbow::family::special;

/// `x`, `ln Γ(x)`, `ψ(x)` and `ψ'(x)`, computed with 30 digits (mpmath).
const EXACT: [(f64, f64, f64, f64); 20] = [
    (
        9.99994610111476e-41,
        92.103_409_109_664_88,
        -1.0000053899175751e+40,
        1.0000107798642014e+80,
    ),
    (
        2.999999892949745e-08,
        17.322068473651206,
        -33_333_335.099_996_27,
        1111111190407602.1,
    ),
    (
        0.009999999776482582,
        4.599_479_900_519_132,
        -100.56088769340527,
        10001.621660563687,
    ),
    (
        0.3700000047683716,
        0.876_946_806_155_843_5,
        -2.7953013710247186,
        8.360_473_634_535_442,
    ),
    (
        0.867901086807251,
        0.091_617_101_240_931_75,
        -0.818_343_461_147_469_9,
        2.030_572_229_448_116,
    ),
    (1.0, 0.0, -0.577_215_664_901_532_9, 1.6449340668482264),
    (
        1.4616321325302124,
        -0.12148629053584953,
        -1.2036052549106669e-8,
        0.967_672_256_461_930_7,
    ),
    (
        1.9989999532699585,
        -0.00042248152727373383,
        0.422_139_168_735_663_6,
        0.645_338_446_679_402_5,
    ),
    (
        2.5,
        0.284_682_870_472_919_2,
        0.703_156_640_645_243_2,
        0.49035775610023486,
    ),
    (
        3.151188611984253,
        0.837_089_100_836_435_3,
        0.980_798_171_611_769,
        0.372_918_933_759_241_5,
    ),
    (
        3.999999761581421,
        1.7917591697462734,
        1.2561176007631324,
        0.28382297482007583,
    ),
    (
        4.0,
        1.791759469228055,
        1.2561176684318005,
        0.28382295573711533,
    ),
    (
        5.5,
        3.9578139676187163,
        1.611_093_148_581_751,
        0.19934238698962766,
    ),
    (
        7.989999771118164,
        8.505_011_145_049_691,
        2.014309191533014,
        0.13331424972174475,
    ),
    (
        12.25,
        18.115669505710893,
        2.464154655185369,
        0.085_055_142_988_163_2,
    ),
    (
        100.0,
        359.1342053695754,
        4.600_161_852_738_087,
        0.010050166663333571,
    ),
    (
        4321.0,
        31_847.870_606_112_78,
        8.371_126_417_513_59,
        0.000_231_454_691_710_618_5,
    ),
    (
        1000000.0,
        12815504.569147612,
        13.815510057964191,
        1.0000005000001667e-6,
    ),
    (
        3000000028082176.0,
        1.0391216705151179e+17,
        35.63738869293952,
        3.333_333_302_130_916e-16,
    ),
    (
        1.9999999360571385e+38,
        1.7438275578945812e+40,
        88.19138068236225,
        5.0000001598571589e-39,
    ),
];

/// Relative to the exact result, or to 1 if that is larger.
fn worst(name: &str, bound: f64, errors: impl Iterator<Item = (f64, f64)>) {
    let worst = errors
        .map(|(found, exact)| (found - exact).abs() / exact.abs().max(1.0))
        .fold(0.0, f64::max);
    println!("{name}: {worst:e}");
    assert!(worst <= bound, "{name}: {worst:e}");
}

#[test]
fn published_values() {
    let by = |f: fn(f64) -> f64, exact: fn(&(f64, f64, f64, f64)) -> f64| {
        EXACT.iter().map(move |row| (f(row.0), exact(row)))
    };
    worst("ln Γ", 4e-15, by(ln_gamma, |row| row.1));
    worst("ψ", 2e-15, by(digamma, |row| row.2));
    let relative = EXACT.iter().map(|row| (trigamma(row.0) / row.3, 1.0));
    worst("ψ'", 2e-15, relative);
}

/// Some thousand numbers of all sizes, and more of those that counts and concentrations have.
fn arguments() -> impl Iterator<Item = f64> {
    let sizes = (-1400..1270).map(|n| 2.0_f64.powf(f64::from(n) / 10.0));
    let usual = (1..4000).map(|n| f64::from(n) / 311.0);
    sizes.chain(usual)
}

/// `Γ(x + 1) = x Γ(x)`, and the same for the derivatives.
#[test]
fn recurrences() {
    let steps = || arguments().filter(|&x| x < 1e6);
    worst(
        "ln Γ",
        1e-14,
        steps().map(|x| {
            let size = ln_gamma(x).abs().max(1.0);
            ((ln_gamma(x) + x.ln() - ln_gamma(x + 1.0)) / size, 0.0)
        }),
    );
    worst(
        "ψ",
        4e-15,
        steps().map(|x| (digamma(x + 1.0) - 1.0 / x, digamma(x))),
    );
    worst(
        "ψ'",
        4e-15,
        steps().map(|x| ((trigamma(x + 1.0) + 1.0 / (x * x)) / trigamma(x), 1.0)),
    );
}

/// Where those of other authors have as many digits.
#[test]
fn as_others() {
    let pairs =
        |f: fn(f64) -> f64, other: fn(f64) -> f64| arguments().map(move |x| (f(x), other(x)));
    worst("ln Γ", 2e-13, pairs(ln_gamma, special::ln_gamma));
    worst("ψ", 1e-12, pairs(digamma, special::digamma));
    worst("ψ'", 1e-12, pairs(trigamma, special::trigamma));
}

#[test]
fn rising() {
    let counts = [0.0, 1.0, 3.0, 17.0, 300.0];
    let pairs = || {
        arguments()
            .filter(|&x| x < 1e4)
            .flat_map(|x| counts.map(|k| (x, k)))
    };
    let exact = |(x, k): (f64, f64)| (0..k as usize).map(move |i| x + i as f64);
    worst(
        "ln Γ(x + k)/Γ(x)",
        2e-14,
        pairs().map(|(x, k)| {
            let size = ln_gamma(x + k).abs().max(1.0);
            let sum: f64 = exact((x, k)).map(f64::ln).sum();
            ((ln_rising(x, k) - sum) / size, 0.0)
        }),
    );
    worst(
        "ψ(x + k) − ψ(x)",
        2e-14,
        pairs().map(|(x, k)| {
            let sum: f64 = exact((x, k)).map(f64::recip).sum();
            (digamma_rising(x, k), sum)
        }),
    );
}

#[test]
fn factorials() {
    let mut exact = 0.0;
    let each = (0..FACTORIALS).map(|k| {
        exact += (k.max(1) as f64).ln();
        (ln_factorial(k as f64), exact)
    });
    worst("ln k!", 1e-14, each);
}

/// Relative to the exact result, however small.
#[test]
fn elementary() {
    let signed = || arguments().flat_map(|x| [x, -x]);
    let within = |least: f64, most: f64| signed().filter(move |&x| least < x && x < most);
    let ratio = |found: f64, exact: f64| (found / exact, 1.0);
    worst(
        "exp",
        5e-16,
        within(-700.0, 709.0).map(|x| ratio(exp(x), x.exp())),
    );
    worst(
        "ln_1p",
        5e-16,
        within(-1.0, 1e38).map(|x| ratio(ln_1p(x), x.ln_1p())),
    );
    worst(
        "sigmoid",
        7e-16,
        within(-700.0, 1e38).map(|x| ratio(sigmoid(x), 1.0 / (1.0 + (-x).exp()))),
    );
    assert_eq!([exp(-701.0), exp(710.0)], [0.0, f64::INFINITY]);
    assert_eq!([sigmoid(-701.0), ln_1p(-1.0)], [0.0, f64::NEG_INFINITY]);
    assert!(ln_1p(-1.5).is_nan() && exp(f64::NAN).is_nan() && ln_1p(f64::NAN).is_nan());
    assert_eq!(ln_1p(f64::INFINITY), f64::INFINITY);
}
