//! Counter-examples for the table in the documentation of `RelaxedKl`: which objective bounds which evidence.
//!
//! Prior logit 0, posterior temperature ⅔, prior temperature ½. With the discrete divergence the
//! objective rises above the log-evidence of both models, so it bounds neither. With the log-ratio it
//! stays below the relaxed model's, but rises above the discrete one's.

use elbow::prelude::*;
use elbow_tests::support::programs::{evidence, fill, train};
use elbow_tests::support::quadrature::integrate;
use elbow_tests::support::statistics::{Estimate, assert_mean};
use elbow_tests::support::tensors::assert_close;

model! {
    /// A bit that moves a normal.
    struct Moved { guide: Parameter<Rank0> }
    generative p {
        sample z ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(z, 0.5);
    }
    inference q(x) { sample z ~ Bernoulli::logits(guide); }
}

model! {
    /// A bit that tilts a coin.
    struct Tilted { guide: Parameter<Rank0> }
    generative p {
        sample z ~ Bernoulli::probs(0.5);
        sample x ~ Bernoulli::logits(z * 4.0 - 2.0);
    }
    inference q(x) { sample z ~ Bernoulli::logits(guide); }
}

model! {
    /// The relaxed models themselves: continuous ones.
    struct Relaxations {}
    generative p {
        sample z ~ Concrete::new(0.0, 0.5);
        sample x ~ Normal::new(z, 0.5);
    }
    inference q(x) { sample z ~ Concrete::new(0.0, 0.5); }
}

const TEMPERATURE: f64 = 2.0 / 3.0;
const PRIOR_TEMPERATURE: f64 = 0.5;

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn sigmoid(x: f64) -> f64 {
    (-softplus(-x)).exp()
}

/// The log-density of a logit of binary Concrete.
fn concrete(y: f64, logit: f64, temperature: f64) -> f64 {
    let a = logit - temperature * y;
    temperature.ln() + a - 2.0 * softplus(a)
}

/// The two objectives of relaxed training at a guide's logit: with the discrete divergence, and with
/// the log-ratio.
fn objectives(log_likelihood: fn(f64) -> f64, logit: f64) -> [f64; 2] {
    let mean = |f: &dyn Fn(f64) -> f64| {
        let weighted = |y: f64| concrete(y, logit, TEMPERATURE).exp() * f(y);
        integrate(weighted, &[-60.0, -10.0, 0.0, 10.0, 60.0], 200)
    };
    let fit = mean(&|y| log_likelihood(sigmoid(y)));
    let p = sigmoid(logit);
    let discrete = 2.0_f64.ln() + p * p.ln() + (1.0 - p) * (1.0 - p).ln();
    let ratio = mean(&|y| concrete(y, logit, TEMPERATURE) - concrete(y, 0.0, PRIOR_TEMPERATURE));
    [fit - discrete, fit - ratio]
}

/// The place and the height of an objective's maximum.
fn best(log_likelihood: fn(f64) -> f64, which: usize) -> (f64, f64) {
    let value = |logit: f64| objectives(log_likelihood, logit)[which];
    let (mut low, mut high) = (-1.0, 5.0);
    for _ in 0..60 {
        let (a, b) = (low + 0.382 * (high - low), low + 0.618 * (high - low));
        if value(a) > value(b) {
            high = b;
        } else {
            low = a;
        }
    }
    (0.5 * (low + high), value(0.5 * (low + high)))
}

/// elbow's objective at the best guide, against quadrature and against the published maximum.
fn assert_objective(
    log_likelihood: fn(f64) -> f64,
    published: [f64; 2],
    losses: impl Fn(Elbo, f64) -> Vec<f64>,
) -> [Estimate; 2] {
    let prior_temperature = PRIOR_TEMPERATURE as f32;
    let choices = [
        RelaxedKl::Discrete,
        RelaxedKl::LogRatio { prior_temperature },
    ];
    [0, 1].map(|which| {
        let (logit, most) = best(log_likelihood, which);
        assert_close("the maximum", most, published[which], 2e-6, 1.0);
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(TEMPERATURE as f32)
            .relaxed_kl(choices[which]);
        let bounds: Vec<f64> = losses(elbo, logit).iter().map(|loss| -loss).collect();
        // The two maxima are 0.05 apart.
        assert_mean(&format!("{:?}", choices[which]), &bounds, most, 0.02);
        Estimate::of(&bounds)
    })
}

fn is_above(estimate: Estimate, bound: f64) -> bool {
    estimate.mean - 5.0 * estimate.standard_error > bound
}

fn is_below(estimate: Estimate, bound: f64) -> bool {
    estimate.mean + 5.0 * estimate.standard_error < bound
}

#[test]
fn a_moved_normal() {
    let density =
        |z: f64| -2.0 * (0.5 - z).powi(2) - (0.5 * (2.0 * std::f64::consts::PI).sqrt()).ln();
    let x = batch(vec![0.5; 5000]).expect("whole rows");
    let model = Moved::new(51);
    // Both states explain the middle equally well: the evidence is exact from one draw.
    let discrete = evidence(&model.q(&x), 1)[0];
    assert_close("discrete evidence", discrete, -0.725_791_35, 1e-6, 1.0);
    let relaxed = evidence(
        &Relaxations::new(52).q(&batch(vec![0.5; 100]).expect("whole rows")),
        2000,
    );
    assert_mean("relaxed evidence", &relaxed, -0.495_195_95, 0.02);

    let (logit, _) = best(density, 0);
    assert!(logit.abs() < 1e-4, "by symmetry the best guide is even");
    let losses = |elbo, logit| {
        let mut model = Moved::new(54);
        fill(&mut model.guide.value, &[logit]);
        train(elbo, 100, || model.q(&x), |_| Vec::new()).0
    };
    let [surrogate, bound] = assert_objective(density, [-0.462_467, -0.515_470], losses);
    assert!(is_above(surrogate, -0.725_791_35) && is_above(surrogate, -0.495_195_95));
    assert!(is_above(bound, -0.725_791_35) && is_below(bound, -0.495_195_95));
}

#[test]
fn a_tilted_coin() {
    let mass = |z: f64| -softplus(2.0 - 4.0 * z);
    let x = batch(vec![1.0; 5000]).expect("whole rows");
    let losses = |elbo, logit| {
        let mut model = Tilted::new(53);
        fill(&mut model.guide.value, &[logit]);
        train(elbo, 100, || model.q(&x), |_| Vec::new()).0
    };
    let [surrogate, bound] = assert_objective(mass, [-0.648_336, -0.706_560], losses);
    let log_half = 0.5_f64.ln();
    assert!(is_above(surrogate, log_half) && is_below(bound, log_half));
}
