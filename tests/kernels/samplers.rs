//! Every sampler that draws by rejection, over all positive parameters of `f32`: draws end, are finite, and have the right
//! mean.

use elbow::dfdx::shapes::Const;
use elbow::family::special::{bessel_ratio_rest, bessel_ratio_slope, digamma, trigamma};
use elbow::prelude::{
    Beta, Binomial, Dirichlet, Distribution, Gamma, Geometric, NegativeBinomial, Poisson, StudentT,
    VonMises,
};
use elbow_tests::support::tensors::{noise, numbers, rounded};

const DRAWS: usize = 2000;

/// Parameters from the smallest subnormal number to the largest number, a factor of ten apart.
fn positive() -> Vec<f64> {
    let decades = (-44..=38).map(|exponent| rounded(2.3 * 10.0_f64.powi(exponent)));
    let ends = [
        1e-45,
        1e-38,
        f64::from(f32::MIN_POSITIVE),
        f64::from(f32::MAX),
    ];
    decades.chain(ends.map(rounded)).collect()
}

/// Half of all decades: for pairs.
fn coarse() -> Vec<f64> {
    positive()
        .into_iter()
        .step_by(6)
        .chain([rounded(f64::from(f32::MAX))])
        .collect()
}

/// Asserts that the mean of what was drawn is within five of its standard errors of `mean`, given the deviation of one draw and
/// the rounding of it.
fn assert_mean(what: &str, drawn: &[f64], mean: f64, deviation: f64, rounding: f64) {
    assert!(drawn.iter().all(|x| x.is_finite()), "{what}");
    let count = drawn.len() as f64;
    let found = drawn.iter().map(|x| x / count).sum::<f64>();
    let allowed = 5.0 * deviation / count.sqrt() + rounding;
    let off = (found - mean).abs();
    assert!(
        off <= allowed,
        "{what}: {found}, not {mean}; {} deviations",
        off / deviation
    );
}

/// The half of a step of `f32` at this size.
fn step(size: f64) -> f64 {
    size.abs() * 6e-8
}

fn values<D: Distribution>(what: &str, of: &D) -> Vec<f64> {
    assert_eq!(of.check(DRAWS), Ok(()), "{what}");
    let draw = of.sample(DRAWS, &noise(17, what));
    let drawn = numbers(&draw.value());
    assert!(drawn.iter().all(|x| x.is_finite()), "{what}: {drawn:?}");
    drawn
}

/// `ln x` has the mean `ψ(α) − ln β` and the variance `ψ'(α)`.
#[test]
fn gamma() {
    for concentration in positive() {
        for rate in [1e-45, 1e-30, 1.0, 1e20, 3e38].map(rounded) {
            let what = format!("Gamma({concentration:e}, {rate:e})");
            let of = Gamma::<()>::new(concentration as f32, rate as f32);
            let drawn = values(&what, &of);
            assert!(drawn.iter().all(|&x| x > 0.0), "{what}");
            let draw = of.sample(DRAWS, &noise(17, &what));
            let logs = numbers(draw.positive_log().expect("drawn there"));
            let (mean, deviation) = (
                digamma(concentration) - rate.ln(),
                trigamma(concentration).sqrt(),
            );
            if deviation < 1e37 {
                let rounding = step(mean) + step(rate.ln()) + step(digamma(concentration));
                assert_mean(&what, &logs, mean, deviation, rounding);
            }
        }
    }
}

/// The logit has the mean `ψ(a) − ψ(b)` and the variance `ψ'(a) + ψ'(b)`.
#[test]
fn beta() {
    for a in positive() {
        for b in coarse() {
            let what = format!("Beta({a:e}, {b:e})");
            let of = Beta::<()>::new(a as f32, b as f32);
            let drawn = values(&what, &of);
            assert!(drawn.iter().all(|&x| 0.0 < x && x < 1.0), "{what}");
            let draw = of.sample(DRAWS, &noise(17, &what));
            let logits = numbers(draw.logit().expect("drawn there"));
            let (mean, deviation) = (digamma(a) - digamma(b), (trigamma(a) + trigamma(b)).sqrt());
            if deviation < 1e37 {
                assert_mean(&what, &logits, mean, deviation, step(mean));
            }
        }
    }
}

#[test]
fn dirichlet() {
    for concentration in positive() {
        let what = format!("Dirichlet({concentration:e})");
        let of = Dirichlet::<(Const<3>,)>::new(concentration as f32);
        let drawn = values(&what, &of);
        let deviation = (2.0 / 9.0 / (3.0 * concentration + 1.0)).sqrt();
        for k in 0..3 {
            let own: Vec<f64> = drawn.chunks(3).map(|row| row[k]).collect();
            // Shares are exponentials of logarithms in f32.
            assert_mean(&what, &own, 1.0 / 3.0, deviation, 1e-7);
        }
        let sums = drawn.chunks(3).map(|row| row.iter().sum::<f64>());
        assert!(
            sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-6),
            "{what}"
        );
    }
}

/// `ln|t|` has the mean `½ (ln ν + ψ(½) − ψ(ν/2))` and the variance `¼ (ψ'(½) + ψ'(ν/2))`; signs are even.
#[test]
fn student_t() {
    for freedom in positive() {
        let what = format!("StudentT({freedom:e})");
        let drawn = values(&what, &StudentT::<()>::new(freedom as f32, 0.0, 1.0));
        let signs: Vec<f64> = drawn.iter().map(|t| t.signum()).collect();
        assert_mean(&what, &signs, 0.0, 1.0, 0.0);
        let half = 0.5 * freedom;
        // Below, some draws are beyond f32.
        if half > 0.2 {
            let logs: Vec<f64> = drawn.iter().map(|t| t.abs().ln()).collect();
            let mean = 0.5 * (freedom.ln() + digamma(0.5) - digamma(half));
            let deviation = 0.5 * (trigamma(0.5) + trigamma(half)).sqrt();
            assert_mean(&what, &logs, mean, deviation, 1e-7);
        }
    }
}

/// `1 − cos x` has the mean `1 − A` and the variance `A'`.
#[test]
fn von_mises() {
    for concentration in positive() {
        let what = format!("VonMises({concentration:e})");
        let drawn = values(&what, &VonMises::<()>::new(0.0, concentration as f32));
        let signs: Vec<f64> = drawn.iter().map(|x| x.signum()).collect();
        assert_mean(&what, &signs, 0.0, 1.0, 0.0);
        let below: Vec<f64> = drawn
            .iter()
            .map(|x| 2.0 * (0.5 * x).sin().powi(2))
            .collect();
        let deviation = bessel_ratio_slope(concentration).sqrt();
        assert_mean(
            &what,
            &below,
            bessel_ratio_rest(concentration),
            deviation,
            0.0,
        );
    }
}

/// For counts whose mean and deviation `f32` can hold.
fn counts<D: Distribution<Event = ()>>(what: &str, of: &D, mean: f64, variance: f64) {
    let drawn = values(what, of);
    assert!(
        drawn.iter().all(|x| *x >= 0.0 && x.fract() == 0.0),
        "{what}"
    );
    let deviation = variance.sqrt();
    if mean + 10.0 * deviation >= f64::from(f32::MAX) {
        return;
    }
    if variance < 0.01 * mean * mean || mean >= 1.0 {
        return assert_mean(what, &drawn, mean, deviation, step(mean));
    }
    // So rare that the number of all of them is Poisson's, not normal.
    let all = mean * DRAWS as f64;
    let found = drawn.iter().sum::<f64>();
    let allowed = 6.0 * deviation * (DRAWS as f64).sqrt() + 1.0;
    assert!((found - all).abs() <= allowed, "{what}: {found}, not {all}");
}

#[test]
fn poisson() {
    for rate in positive() {
        let of = Poisson::<()>::new(rate as f32);
        counts(&format!("Poisson({rate:e})"), &of, rate, rate);
    }
}

#[test]
fn binomial() {
    for trials in positive().into_iter().filter(|&n| n > 1.0).map(f64::floor) {
        for p in coarse().into_iter().filter(|&p| (1e-37..0.5).contains(&p)) {
            for hit in [true, false] {
                let logit = rounded((p / (1.0 - p)).ln() * if hit { 1.0 } else { -1.0 });
                let (p, rest) = (1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
                let of = Binomial::<()>::logits(trials as f32, logit as f32);
                let what = format!("Binomial({trials:e}, {logit})");
                let drawn = values(&what, &of);
                assert!(drawn.iter().all(|&x| x <= trials), "{what}");
                counts(&what, &of, trials * p, trials * p * rest);
            }
        }
    }
}

#[test]
fn negative_binomial() {
    for failures in positive() {
        for logit in [-3e38, -80.0, -20.0, -2.0, 0.0, 3.0, 20.0, 80.0, 3e38].map(rounded) {
            let of = NegativeBinomial::<()>::logits(failures as f32, logit as f32);
            let what = format!("NegativeBinomial({failures:e}, {logit})");
            let (mean, odds) = (failures * logit.exp(), logit.exp());
            values(&what, &of);
            // Below, the tail has no moments that draws show.
            if failures >= 1.0 {
                counts(&what, &of, mean, mean * (1.0 + odds));
            }
        }
    }
}

#[test]
fn geometric() {
    for size in positive() {
        for logit in [-size, size] {
            let of = Geometric::<()>::logits(logit as f32);
            let what = format!("Geometric({logit:e})");
            let odds = (-logit).exp();
            counts(&what, &of, odds, odds * (1.0 + odds));
        }
    }
}
