//! Counts far beyond the usual: masses, slopes, draws and means over all that `f32` can hold.
//!
//! The references are computed with 60 digits (mpmath), at the `f32` that each number is rounded to.

use elbow::prelude::{Binomial, Distribution, NegativeBinomial, Poisson};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, rounded, weighted,
};

#[test]
fn masses() {
    for (k, rate, expected) in POISSON {
        let found = numbers(&Poisson::<()>::new(rate as f32).log_prob(&plate::<()>(&[k])))[0];
        assert_close(
            &format!("Poisson({rate}) at {k}"),
            found,
            expected,
            1e-9,
            expected,
        );
    }
    for (k, trials, logit, expected) in BINOMIAL {
        let family = Binomial::<()>::logits(trials as f32, logit as f32);
        let found = numbers(&family.log_prob(&plate::<()>(&[k])))[0];
        assert_close(
            &format!("Binomial({trials}, {logit}) at {k}"),
            found,
            expected,
            1e-9,
            expected,
        );
    }
    for (k, failures, logit, expected) in NEGATIVE_BINOMIAL {
        let family = NegativeBinomial::<()>::logits(failures as f32, logit as f32);
        let found = numbers(&family.log_prob(&plate::<()>(&[k])))[0];
        let what = format!("NegativeBinomial({failures}, {logit}) at {k}");
        assert_close(&what, found, expected, 1e-9, expected);
    }
}

/// `k/λ − 1`, `k − n p` and `k − (r + k) p`, which are differences of large numbers too.
#[test]
fn slopes() {
    for (k, rate, _) in POISSON {
        let rates = plate::<()>(&[rate]);
        let mut grads = backward(|| {
            let family = Poisson::<()>::new(rates.clone());
            weighted(family.log_prob(&plate::<()>(&[k])), &[1.0])
        });
        let [k, rate] = [k, rate].map(rounded);
        let expected = (k - rate) / rate;
        if expected.abs() > f64::from(f32::MAX) {
            continue;
        }
        assert_close(
            "Poisson",
            gradient_of(&mut grads, &rates)[0],
            expected,
            1e-6,
            expected,
        );
    }
    for (k, trials, logit, _) in BINOMIAL {
        let logits = plate::<()>(&[logit]);
        let mut grads = backward(|| {
            let family = Binomial::<()>::logits(trials as f32, logits.clone());
            weighted(family.log_prob(&plate::<()>(&[k])), &[1.0])
        });
        let [k, n, l] = [k, trials, logit].map(rounded);
        let expected = (k - (n - k) * l.exp()) / (1.0 + l.exp());
        assert_close(
            "Binomial",
            gradient_of(&mut grads, &logits)[0],
            expected,
            1e-6,
            expected,
        );
    }
    for (k, failures, logit, _) in NEGATIVE_BINOMIAL {
        let logits = plate::<()>(&[logit]);
        let mut grads = backward(|| {
            let family = NegativeBinomial::<()>::logits(failures as f32, logits.clone());
            weighted(family.log_prob(&plate::<()>(&[k])), &[1.0])
        });
        let [k, r, l] = [k, failures, logit].map(rounded);
        let expected = (k - r * l.exp()) / (1.0 + l.exp());
        let what = "NegativeBinomial";
        assert_close(
            what,
            gradient_of(&mut grads, &logits)[0],
            expected,
            1e-6,
            expected,
        );
    }
}

/// Counts far out have a formula of their own. They have it among ordinary counts too, and these keep theirs.
#[test]
fn far_counts_among_ordinary_ones() {
    let counts: Vec<f64> = (0..300)
        .map(|i| {
            if i % 37 == 5 {
                1e3 * f64::from(i * i)
            } else {
                f64::from(i % 20)
            }
        })
        .collect();
    let rates: Vec<f64> = counts.iter().map(|k| 0.7 * k + 0.2).collect();
    let found = |counts: &[f64], rates: &[f64]| {
        let (k, rate) = (plate::<()>(counts), plate::<()>(rates));
        let mut slopes = Vec::new();
        let mut grads = backward(|| {
            let all = [
                Poisson::<()>::new(rate.clone()).log_prob(&k),
                NegativeBinomial::<()>::logits(rate.clone(), 0.3).log_prob(&k),
            ];
            slopes.extend(all.iter().flat_map(numbers));
            let [poisson, negative_binomial] = all;
            let ones = vec![1.0; counts.len()];
            weighted(poisson, &ones) + weighted(negative_binomial, &ones)
        });
        slopes.extend(gradient_of(&mut grads, &rate));
        slopes
    };
    let together = found(&counts, &rates);
    for (i, (k, rate)) in counts.iter().zip(&rates).enumerate() {
        let alone = found(&[*k], &[*rate]);
        for (part, alone) in alone.into_iter().enumerate() {
            assert_eq!(
                together[part * counts.len() + i],
                alone,
                "part {part} of {k}"
            );
        }
    }
}

/// The mean and the variance of 4,000 draws, in units of what they should be.
fn drawn(what: &str, family: &impl Distribution<Event = ()>, mean: f64, variance: f64) {
    const DRAWS: usize = 4000;
    let draws = numbers(&family.sample(DRAWS, &noise(3, what)).value());
    assert!(
        draws.iter().all(|x| *x >= 0.0 && x.fract() == 0.0),
        "{what}: whole numbers"
    );
    if variance < 0.25 {
        let off = draws.iter().map(|x| x - mean).sum::<f64>().abs();
        let rounding = mean * f64::from(f32::EPSILON);
        let allowed = 6.0 * (variance * DRAWS as f64).sqrt() + 1.0 + rounding * DRAWS as f64;
        return assert!(
            off <= allowed,
            "{what}: the sum is off by {off}, more than {allowed}"
        );
    }
    // Counts are f32: beyond 2²⁴ they are rounded.
    let rounding = mean * f64::from(f32::EPSILON);
    let deviation = (variance + rounding * rounding).sqrt();
    let standard: Vec<f64> = draws.iter().map(|x| (x - mean) / deviation).collect();
    if rounding < deviation * 0.01 {
        assert_mean(&format!("{what}: mean"), &standard, 0.0, 0.25);
        let squares: Vec<f64> = standard.iter().map(|z| z * z).collect();
        assert_mean(&format!("{what}: variance"), &squares, 1.0, 0.8);
    } else {
        let spread = standard.iter().fold(0.0_f64, |most, z| most.max(z.abs()));
        assert!(spread < 8.0, "{what}: {spread} deviations off");
    }
}

#[test]
fn draws_of_poisson() {
    for exponent in -45..=38 {
        let rate = 10.0_f64.powi(exponent) * 1.3;
        let family = Poisson::<()>::new(rate as f32);
        let rate = rounded(rate);
        drawn(&format!("Poisson({rate:e})"), &family, rate, rate);
    }
    drawn(
        "the largest",
        &Poisson::<()>::new(f32::MAX),
        f64::from(f32::MAX),
        f64::from(f32::MAX),
    );
}

#[test]
fn draws_of_binomial() {
    let trials = [
        0.0,
        1.0,
        7.0,
        1e3,
        1e6,
        2.147_483_648e9,
        4.294_967_04e9,
        1e12,
        1e20,
        3e38,
    ];
    for trials in trials.map(rounded) {
        for logit in [
            -1e4, -300.0, -90.0, -60.0, -30.0, -21.5, -9.0, -2.0, -1e-3, 0.0, 0.4, 21.5, 30.0,
            60.0, 1e4,
        ] {
            let family = Binomial::<()>::logits(trials as f32, logit as f32);
            let logit = rounded(logit);
            let (rare, rest) = (
                1.0 / (1.0 + logit.abs().exp()),
                1.0 / (1.0 + (-logit.abs()).exp()),
            );
            let mean = if logit > 0.0 {
                trials * rest
            } else {
                trials * rare
            };
            let what = format!("Binomial({trials:e}, {logit})");
            let draws = numbers(&family.sample(50, &noise(1, &what)).value());
            assert!(draws.iter().all(|&x| (0.0..=trials).contains(&x)), "{what}");
            drawn(&what, &family, mean, trials * rare * rest);
        }
    }
}

#[test]
fn draws_of_negative_binomial() {
    for failures in [1e-20, 1e-3, 1.0, 50.0, 1e9, 1e20, 3e38] {
        for logit in [-80.0, -30.0, -5.0, 0.0, 5.0, 30.0, 80.0] {
            let family = NegativeBinomial::<()>::logits(failures as f32, logit as f32);
            let what = format!("NegativeBinomial({failures:e}, {logit})");
            let draws = numbers(&family.sample(200, &noise(2, &what)).value());
            assert!(
                draws
                    .iter()
                    .all(|x| *x >= 0.0 && x.is_finite() && x.fract() == 0.0),
                "{what}"
            );
            let mean = rounded(failures) * rounded(logit).exp();
            let variance = mean * (1.0 + rounded(logit).exp());
            // Heavy tails have no moments that draws show.
            if rounded(failures) >= 1.0 && mean < 1e37 {
                drawn(&what, &family, mean, variance);
            }
        }
    }
}

const POISSON: [(f64, f64, f64); 17] = [
    (0.0, 1e-30, -1.0000000031710769e-30),
    (0.0, 1e18, -9.999999843067494e17),
    (15.0, 2.5, -16.654910405728565),
    (16.0, 2.5, -18.51120839609419),
    (17.0, 40.0, -10.794122730199971),
    (1000.0, 1001.0, -4.373399172942763),
    (1000000.0, 1001000.0, -8.326360811986977),
    (100000000.0, 100000000.0, -10.12927890601419),
    (1000000000000.0, 1000000000000.0, -14.73444908912103),
    (1000000000000.0, 1000002000000.0, -16.79817808816597),
    (1e18, 1e18, -21.642204362304458),
    (1.0000001e18, 1e18, -9466.374885697489),
    (1e30, 1e30, -35.45771493563909),
    (3e38, 3e38, -45.217361445341886),
    (1e18, 1.0, -4.0446531023462015e19),
    (100.0, 1e30, -1.0000000150474662e30),
    (3e38, 1e-30, -4.700231966941317e40),
];

const BINOMIAL: [(f64, f64, f64, f64); 14] = [
    (0.0, 10000000000.0, -23.0, -1.026187963117536),
    (1.0, 10000000000.0, -23.0, -1.0003370331770791),
    (5.0, 10000000000.0, -21.5, -1.757292471674513),
    (20.0, 10000000000.0, -20.0, -2.4301340840881553),
    (5000000000.0, 10000000000.0, 0.0, -11.738716817639956),
    (5000010000.0, 10000000000.0, 0.0, -11.759688337637874),
    (
        1000000000000.0,
        4000000000000.0,
        -1.0986,
        -70.94432912992035,
    ),
    (1e18, 1e20, -4.6, -11769446652392.932),
    (3e37, 3e38, -2.2, -1.0391955848660785e32),
    (10000.0, 100000.0, 60.0, -5367497.174097743),
    (10000.0, 20000.0, -700.0, -6986142.23393643),
    (10000000000.0, 10000000000.0, 30.0, -0.0009357622968839737),
    (9900000000.0, 10000000000.0, 5.0, -7138047.817972377),
    (4000.0, 9000.0, 0.3, -311.3151230496595),
];

const NEGATIVE_BINOMIAL: [(f64, f64, f64, f64); 13] = [
    (3.0, 1000000000000.0, -27.0, -1.778224942571816),
    (30.0, 1000000000000.0, -24.0, -3.478948282000143),
    (3.0, 1000000000000000.0, -34.0, -1.8893387327686446),
    (100.0, 1000000000000000.0, -30.0, -3.437965836462908),
    (
        1000000000000000.0,
        1000000000000000.0,
        0.0,
        -18.53490031443554,
    ),
    (1000000.0, 0.1, 10.0, -61.08557593443854),
    (1e20, 0.001, 40.0, -477.78826305884706),
    (1000000.0, 1000000.0, 0.001, -8.423267540798841),
    (1000000000000.0, 1000000.0, 13.8, -142.55207552426162),
    (3e38, 1e30, 19.0, -1.615458913017868e29),
    (0.0, 1000000000000000.0, -40.0, -0.00424835420002519),
    (5000.0, 1000000.0, -5.0, -250.03922579595613),
    (20.0, 1000000000.0, -600.0, -11627.870299531825),
];
