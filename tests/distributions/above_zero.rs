//! Counts given that they are above 0, of bases near the ends of what they take.

use std::f64::consts::LN_2;

use elbow::family::CountFamily;
use elbow::prelude::*;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, noise, numbers, plate};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Bases that are hardly ever above 0, where nearly all of a mass is cut off: laws and draws are those of the limit.
#[test]
fn rare_bases() {
    fn rare<F: CountFamily<Event = ()>>(what: &str, base: F, masses: &[f64]) {
        let of = Hurdle::logits(-0.3, base);
        assert_eq!(of.check(1), Ok(()), "{what}");
        let at: Vec<f64> = (1..=masses.len()).map(|k| k as f64).collect();
        let found = numbers(&of.log_prob(&plate::<()>(&at)));
        for (found, mass) in found.iter().zip(masses) {
            // `f32` rounds the gate by 10⁻⁸.
            assert_close(what, *found, (sigmoid(0.3) * mass).ln(), 1e-7, 1.0);
        }
        let draws = numbers(&of.sample(60_000, &noise(4, "z")).value());
        for (k, &mass) in at.iter().zip(masses) {
            let hits: Vec<f64> = draws.iter().map(|x| f64::from(u8::from(x == k))).collect();
            assert_mean(what, &hits, sigmoid(0.3) * mass, 0.03);
        }
    }
    rare("Poisson", Poisson::new(1e-30), &[1.0]);
    rare("Binomial", Binomial::logits(10, -60.0), &[1.0]);
    // With hardly a failure the counts follow the logarithmic law, p^k/k · −1/ln(1 − p).
    let logarithmic = |k: f64| 0.5_f64.powf(k) / (k * LN_2);
    rare(
        "NegativeBinomial",
        NegativeBinomial::logits(1e-20, 0.0),
        &[1.0, 2.0, 3.0, 4.0].map(logarithmic),
    );
    let by_mean = NegativeBinomial::mean_dispersion(1e-20, 1e-20);
    rare(
        "the same by its mean",
        by_mean,
        &[1.0, 2.0, 3.0, 4.0].map(logarithmic),
    );
    // With `a` near 0 and `b` of 1 the masses are as 1/k.
    let harmonic: f64 = (1..=10).map(|k| 1.0 / f64::from(k)).sum();
    rare(
        "BetaBinomial",
        BetaBinomial::new(10, 1e-30, 1.0),
        &[1.0, 2.0, 3.0].map(|k| 1.0 / (k * harmonic)),
    );
    // With a large `b` it is a binomial of few successes.
    rare(
        "BetaBinomial of a rare success",
        BetaBinomial::new(10, 1.0, 1e12),
        &[1.0],
    );
}

/// A base that is never above 0 has no law there.
#[test]
fn a_base_that_is_always_zero() {
    let fault = |of: Hurdle<Binomial<()>>| of.check(1).expect_err("no law").to_string();
    let none = fault(Hurdle::logits(0.0, Binomial::logits(0, 0.5)));
    assert!(none.starts_with("`1 - p(0)` is 0 in row 0"), "{none}");
    let base = fault(Hurdle::logits(0.0, Binomial::logits(5, f32::NAN)));
    assert!(base.starts_with("`logits` is NaN"), "{base}");
}

/// Draws of the base above 0 are inside its support, at all parameters that it takes.
#[test]
fn draws_above_zero() {
    fn above<F: CountFamily<Event = ()>>(what: &str, base: &F, most: f64) {
        assert_eq!(base.check(1), Ok(()), "{what}");
        let draws = numbers(&base.sample_above_zero(200, &noise(4, "z")).value());
        let is_legal = |x: &f64| (1.0..=most).contains(x) && x.fract() == 0.0;
        assert_eq!(draws.iter().find(|x| !is_legal(x)), None, "{what}");
    }
    const MOST: f64 = f32::MAX as f64;
    let positive = [
        f32::MIN_POSITIVE,
        1e-20,
        1e-3,
        0.7,
        30.0,
        1e6,
        1e20,
        f32::MAX,
    ];
    let logits = [-1e30, -800.0, -60.0, -1.0, 0.0, 3.0, 60.0, 1e30];
    for a in positive {
        above(&format!("Poisson({a})"), &Poisson::new(a), MOST);
        for logit in logits {
            let of = NegativeBinomial::logits(a, logit);
            above(&format!("NegativeBinomial({a}, {logit})"), &of, MOST);
        }
        for b in positive {
            let of = NegativeBinomial::mean_dispersion(a, b);
            above(&format!("NegativeBinomial by {a}, {b}"), &of, MOST);
            for n in [1.0_f32, 2.0, 50.0, 1e6, 1e30] {
                let what = format!("BetaBinomial({n}, {a}, {b})");
                above(&what, &BetaBinomial::new(n, a, b), f64::from(n));
                let of = BetaBinomial::<()>::new(n, a, b);
                let draws = of.sample(50, &noise(6, "z")).value();
                let scores = numbers(&of.log_prob(&draws));
                assert!(scores.iter().all(|s| s.is_finite()), "{what}: {scores:?}");
            }
        }
    }
    for logit in logits {
        above(
            &format!("Geometric({logit})"),
            &Geometric::logits(logit),
            MOST,
        );
        for n in [1.0_f32, 2.0, 50.0, 1e6, 1e30] {
            let of = Binomial::logits(n, logit);
            above(&format!("Binomial({n}, {logit})"), &of, f64::from(n));
        }
    }
}
