//! Reweighted wake-sleep against the expectation of its self-normalised sums: over all bits, and over both normals.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::quadrature::normals;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::assert_close;

use crate::doubly_reparameterised::{log_mean, log_normal};

const X: f64 = 1.2;
const ROWS: usize = 200_000;
const PRIOR: f64 = -0.4;
const GUIDE: f64 = 0.9;

model! {
    /// A bit that moves a normal.
    struct Bit {}
    generative p(prior, guide) {
        sample y ~ Bernoulli::logits(prior);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference q(x, prior, guide) { sample y ~ Bernoulli::logits(guide); }
    inference named(x, prior, guide) { sample y ~ Bernoulli::logits(guide) via Rloo { samples: 2 }; }
    inference relaxed(x, prior, guide) { sample y ~ Bernoulli::logits(guide) via Relaxed { temperature: 0.5 }; }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn mass(y: usize, logit: f64) -> f64 {
    sigmoid(if y == 1 { logit } else { -logit })
}

/// `∂log mass` by the logit.
fn score(y: usize, logit: f64) -> f64 {
    y as f64 - sigmoid(logit)
}

fn joint(y: usize) -> f64 {
    mass(y, PRIOR) * log_normal(X, 2.0 * y as f64, 1.0).exp()
}

/// The bound, and the objectives of model and guide, over this many draws of the bit.
fn of_draws(particles: usize) -> [f64; 3] {
    let mut totals = [0.0; 3];
    for outcome in 0..1_usize << particles {
        let bits: Vec<_> = (0..particles).map(|k| outcome >> k & 1).collect();
        let chance: f64 = bits.iter().map(|&y| mass(y, GUIDE)).product();
        let weights: Vec<_> = bits.iter().map(|&y| joint(y) / mass(y, GUIDE)).collect();
        let total: f64 = weights.iter().sum();
        totals[0] += chance * (total / particles as f64).ln();
        for (&y, w) in bits.iter().zip(&weights) {
            totals[1] += chance * w / total * score(y, PRIOR);
            totals[2] += chance * w / total * score(y, GUIDE);
        }
    }
    totals
}

macro_rules! run {
    ($program:ident, $objective:expr, $rows:expr) => {{
        let (x, prior, guide) = (column(X, $rows), column(PRIOR, $rows), column(GUIDE, $rows));
        let bit = Bit::new(3);
        let program = bit.$program(&x, &prior, &guide).at(Key::new(3, 0));
        let loss = $objective.loss(&program).expect("legal");
        let value = -f64::from(loss.value());
        let gradients = loss.backward();
        (
            value,
            by_row(&gradients, &prior, $rows),
            by_row(&gradients, &guide, $rows),
        )
    }};
}

fn wake(particles: usize) -> WakeSleep {
    WakeSleep::default().particles(particles)
}

#[test]
fn drawn_bits_by_the_sum_over_all_outcomes() {
    for particles in [2, 3] {
        let exact = of_draws(particles);
        let (value, prior, guide) = run!(q, wake(particles).enumerate_up_to(0), ROWS);
        assert!((value - exact[0]).abs() < 0.01, "{value}, not {}", exact[0]);
        assert_mean("prior", &prior, exact[1], 0.02);
        assert_mean("guide", &guide, exact[2], 0.02);
    }
}

/// No estimator is asked: the same draws, to the digit, whatever is named.
#[test]
fn named_estimators_are_not_asked() {
    let plain = run!(q, wake(3).enumerate_up_to(0), 100);
    assert_eq!(run!(named, wake(3), 100), plain);
    assert_eq!(run!(relaxed, wake(3), 100), plain);
}

/// Listed, the bit's weights are the posterior: one particle is enough, and no row differs from another.
#[test]
fn listed_bits_are_exact() {
    let evidence = joint(0) + joint(1);
    let posterior = joint(1) / evidence;
    for particles in [1, 2] {
        let (value, prior, guide) = run!(q, wake(particles), 10);
        assert_close("evidence", value, evidence.ln(), 1e-6, 1.0);
        for (prior, guide) in prior.iter().zip(&guide) {
            assert_close("prior", *prior, posterior - sigmoid(PRIOR), 2e-6, 1.0);
            assert_close("guide", *guide, posterior - sigmoid(GUIDE), 2e-6, 1.0);
        }
    }
}

#[test]
fn one_draw_has_all_the_weight() {
    let (x, prior, guide) = (column(X, 2), column(PRIOR, 2), column(GUIDE, 2));
    let bit = Bit::new(3);
    let program = bit.named(&x, &prior, &guide).at(Key::new(1, 0));
    let error = wake(1).loss(&program).expect_err("refused");
    let known = matches!(
        error,
        Error::Setting {
            setting: "the number of particles",
            ..
        }
    );
    assert!(known, "{error}");
}

model! {
    /// A normal with a normal mean.
    struct Pair {}
    generative p(theta, loc) {
        sample z ~ Normal::new(theta, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, theta, loc) { sample z ~ Normal::new(loc, 1.3); }
}

#[test]
fn normals_by_quadrature() {
    let (theta, loc) = (0.4, -0.5);
    let z = |e: f64| loc + 1.3 * e;
    let log_weight = |e: f64| {
        log_normal(z(e), theta, 1.0) + log_normal(X, z(e), 1.0) - log_normal(z(e), loc, 1.3)
    };
    let normalised = |of: &dyn Fn(f64) -> f64| {
        normals(16, |[a, b]| {
            let share = 1.0 / (1.0 + (log_weight(b) - log_weight(a)).exp());
            share * of(a) + (1.0 - share) * of(b)
        })
    };
    let model = normalised(&|e| z(e) - theta);
    let guide = normalised(&|e| (z(e) - loc) / (1.3 * 1.3));
    let bound = normals(16, |[a, b]| log_mean(log_weight(a), log_weight(b)));
    let (x, theta, loc) = (column(X, ROWS), column(theta, ROWS), column(loc, ROWS));
    let loss = wake(2)
        .loss(&Pair::new(4).q(&x, &theta, &loc))
        .expect("legal");
    let value = -f64::from(loss.value());
    assert!((value - bound).abs() < 0.01, "{value}, not {bound}");
    let gradients = loss.backward();
    assert_mean("model", &by_row(&gradients, &theta, ROWS), model, 0.03);
    assert_mean("guide", &by_row(&gradients, &loc, ROWS), guide, 0.03);
}

model! {
    /// A bit and a normal that read each other, in either order.
    struct Mixed {}
    generative p(slope, loc) {
        sample y ~ Bernoulli::probs(0.4);
        sample z ~ Normal::new(y * 2.0 - 1.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference before(x, slope, loc) {
        sample y ~ Bernoulli::logits(slope);
        sample z ~ Normal::new(loc + y, 0.8);
    }
    inference after(x, slope, loc) {
        sample z ~ Normal::new(loc, 0.8);
        sample y ~ Bernoulli::logits(slope * z);
    }
}

/// Two particles with a listed bit each: of a particle at `ε` and a state the weight, and what it adds by slope and loc.
fn mixed(of: impl Fn(usize, f64) -> (f64, f64, f64)) -> [f64; 3] {
    let of = &of;
    let sum = |part: usize| {
        normals(12, |[a, b]| {
            let all = [of(0, a), of(1, a), of(0, b), of(1, b)];
            let total: f64 = all.iter().map(|(w, ..)| w).sum();
            let parts = all.map(|(w, slope, loc)| w / total * [slope, loc, 0.0][part]);
            let bound = (0.5 * total).ln();
            if part == 2 { bound } else { parts.iter().sum() }
        })
    };
    [sum(2), sum(0), sum(1)]
}

#[test]
fn an_enumerated_bit_beside_a_drawn_normal() {
    let (slope, loc) = (0.5, 0.3);
    let weight = |y: usize, z: f64, mean: f64| {
        let log_joint = log_normal(z, 2.0 * y as f64 - 1.0, 1.0) + log_normal(X, z, 1.0);
        [0.6, 0.4][y] * (log_joint - log_normal(z, mean, 0.8)).exp()
    };
    // Both states share the normal's noise.
    let before = mixed(|y, e| {
        let mean = loc + y as f64;
        (weight(y, mean + 0.8 * e, mean), score(y, slope), e / 0.8)
    });
    let after = mixed(|y, e| {
        let z = loc + 0.8 * e;
        (weight(y, z, loc), z * score(y, slope * z), e / 0.8)
    });
    let model = Mixed::new(5);
    let (x, slope, loc) = (column(X, ROWS), column(slope, ROWS), column(loc, ROWS));
    let losses = [
        wake(2).loss(&model.before(&x, &slope, &loc)),
        wake(2).loss(&model.after(&x, &slope, &loc)),
    ];
    for (loss, exact) in losses.into_iter().zip([before, after]) {
        let loss = loss.expect("legal");
        let value = -f64::from(loss.value());
        assert!((value - exact[0]).abs() < 0.01, "{value}, not {}", exact[0]);
        let gradients = loss.backward();
        assert_mean("slope", &by_row(&gradients, &slope, ROWS), exact[1], 0.02);
        assert_mean("loc", &by_row(&gradients, &loc, ROWS), exact[2], 0.03);
    }
}
