//! Gaussian chains: the gradient vanishes where the guide is the posterior.
//!
//! `z₁ → z₂ → z₃ → x` in p, each with variance 1. The posterior runs backward, so two of three
//! divergences cannot be closed; and forward, where all can.

use elbow::prelude::*;
use elbow_tests::support::programs::{evidence, fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::assert_close;

model! {
    /// Slopes and scales of a guide that runs backward.
    struct Chain {
        slope: Parameter<Rank1<3>>,
        log_scale: Parameter<Rank1<3>>,
    }

    generative p {
        sample z1: [1] ~ Normal::new(0.0, 1.0);
        sample z2: [1] ~ Normal::new(z1, 1.0);
        sample z3: [1] ~ Normal::new(z2, 1.0);
        sample x: [1] ~ Normal::new(z3, 1.0);
    }

    inference q(x) {
        let (a, s) = (slope, log_scale.exp());
        sample z3 ~ Normal::new(scaled(x, pick(a, 0)), pick(s, 0));
        sample z2 ~ Normal::new(scaled(z3, pick(a, 1)), pick(s, 1));
        sample z1 ~ Normal::new(scaled(z2, pick(a, 2)), pick(s, 2));
    }
}

fn pick(all: Var<Rank1<3>>, place: usize) -> Var<Rank1<1>> {
    all.select(place).reshape()
}

fn scaled(x: Var<(usize, Const<1>)>, slope: Var<Rank1<1>>) -> Var<(usize, Const<1>)> {
    let rows = elbow::dfdx::shapes::HasShape::shape(&x).0;
    slope.broadcast_like(&(rows, Const)) * x
}

/// The posterior of a chain with unit variances: `z₃ | x ~ N(¾x, ¾)`, `z₂ | z₃ ~ N(⅔z₃, ⅔)`, `z₁ | z₂ ~ N(½z₂, ½)`.
fn posterior(seed: u64) -> Chain {
    let mut chain = Chain::new(seed);
    let slopes = [0.75, 2.0 / 3.0, 0.5];
    fill(&mut chain.slope.value, &slopes);
    fill(
        &mut chain.log_scale.value,
        &slopes.map(|v: f64| 0.5 * v.ln()),
    );
    chain
}

/// `x ~ N(0, 4)`.
fn log_evidence(x: f64) -> f64 {
    -x * x / 8.0 - 0.5 * (8.0 * std::f64::consts::PI).ln()
}

#[test]
fn every_weight_is_the_evidence() {
    let chain = posterior(95);
    let x = [-1.0, 0.3, 2.5];
    let data = batch(x.map(|x| x as f32).to_vec()).expect("whole rows");
    for samples in [1, 5] {
        for (found, x) in evidence(&chain.q(&data), samples).iter().zip(x) {
            assert_close("evidence", *found, log_evidence(x), 2e-6, 4.0);
        }
    }
}

#[test]
fn the_gradient_vanishes_at_the_posterior() {
    let chain = posterior(96);
    let data = batch([-1.0, 0.3, 2.5, 0.7].repeat(500)).expect("whole rows");
    let (losses, gradients) = train(
        Elbo::default(),
        100,
        || chain.q(&data),
        |g| {
            [
                gradient(g, &chain.slope.value),
                gradient(g, &chain.log_scale.value),
            ]
            .concat()
        },
    );
    let exact = [-1.0, 0.3, 2.5, 0.7].map(log_evidence).iter().sum::<f64>() / 4.0;
    assert_mean("loss", &losses, -exact, 0.1);
    for (at, found) in gradients.iter().enumerate() {
        assert_mean(&format!("gradient {at}"), found, 0.0, 0.1);
    }
}

/// Off the optimum it does not: the test above could pass for no other reason.
#[test]
fn the_gradient_points_back_to_the_posterior() {
    for at in 0..3 {
        let mut chain = posterior(97);
        let mut scales = [0.75_f64, 2.0 / 3.0, 0.5].map(|v| 0.5 * v.ln());
        scales[at] += 0.3;
        fill(&mut chain.log_scale.value, &scales);
        let data = batch([-1.0, 0.3, 2.5, 0.7].repeat(500)).expect("whole rows");
        let (_, gradients) = train(
            Elbo::default(),
            50,
            || chain.q(&data),
            |g| gradient(g, &chain.log_scale.value),
        );
        let mean = gradients[at].iter().sum::<f64>() / 50.0;
        assert!(mean > 0.4, "scale {at}: {mean}");
    }
}
