//! The linear-Gaussian auto-encoder, whose bound, gradients and optimum have closed forms.
//!
//! `z ~ N(θ, 1)`, `x ~ N(z, 1)`, guide `N(c₀ + c₁x, s²)`; after the "minimal vae" of Gen.jl.

use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::{bounds, evidence, fill, gradient, train};
use elbow_tests::support::statistics::{Estimate, assert_mean};
use elbow_tests::support::tensors::{assert_close, to_f32};

const DATA: [f64; 4] = [-1.0, 0.0, 0.5, 2.0];

model! {
    /// One latent behind one observation.
    struct Minimal {
        theta: Parameter<Rank0>,
        intercept: Parameter<Rank0>,
        slope: Parameter<Rank0>,
        log_scale: Parameter<Rank0>,
    }

    generative p {
        sample z ~ Normal::new(theta, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }

    inference q(x) {
        let loc = affine(intercept, slope, x);
        sample z ~ Normal::new(loc, log_scale.exp());
    }
}

fn affine(intercept: Var<()>, slope: Var<()>, x: Var<(usize,)>) -> Var<(usize,)> {
    let shape = (x.shape().0,);
    let product: Var<(usize,)> = slope.broadcast_like(&shape) * x;
    product + intercept.broadcast_like(&shape)
}

fn model(seed: u64, [theta, intercept, slope, log_scale]: [f64; 4]) -> Minimal {
    let mut model = Minimal::new(seed);
    fill(&mut model.theta.value, &[theta]);
    fill(&mut model.intercept.value, &[intercept]);
    fill(&mut model.slope.value, &[slope]);
    fill(&mut model.log_scale.value, &[log_scale]);
    model
}

/// The four observations, repeated: the mean over rows is a quarter of their sum.
fn data(times: usize) -> Batch<()> {
    batch(to_f32(&DATA).repeat(times)).expect("whole rows")
}

#[test]
fn the_bound_and_its_four_gradients() {
    let model = model(11, [0.3, 0.1, 0.4, 0.6_f64.ln()]);
    let x = data(500);
    let (losses, gradients) = train(
        Elbo::default(),
        100,
        || model.q(&x),
        |g| {
            [
                gradient(g, &model.theta.value),
                gradient(g, &model.intercept.value),
                gradient(g, &model.slope.value),
                gradient(g, &model.log_scale.value),
            ]
            .concat()
        },
    );
    assert_mean("loss", &losses, 6.414_056_627_882_655 / 4.0, 0.05);
    let exact = [0.2, -0.7, -1.2, -1.12].map(|sum| sum / 4.0);
    for (name, (found, exact)) in ["theta", "intercept", "slope", "log scale"]
        .iter()
        .zip(gradients.iter().zip(exact))
    {
        assert_mean(&format!("by {name}"), found, exact, 0.05);
    }
}

/// The only noise in the divergence and the prior's gradient is the guide's mean.
#[test]
fn the_prior_learns_from_the_divergence_without_noise() {
    let model = model(12, [0.3, 0.1, 0.4, 0.6_f64.ln()]);
    let x = data(1);
    let loss = Elbo::default().loss(&model.q(&x)).expect("a legal program");
    // KL(N(m, s²) ‖ N(θ, 1)) = −ln s + (s² + (m − θ)²)/2 − ½, and its derivative by θ is θ − m.
    let locs = DATA.map(|x| 0.1 + 0.4 * x);
    let kl = locs.map(|m| -(0.6_f64.ln()) + (0.36 + (m - 0.3).powi(2)) / 2.0 - 0.5);
    assert_close(
        "divergence",
        loss.kl(),
        kl.iter().sum::<f64>() / 4.0,
        1e-6,
        1.0,
    );
    let by_theta = gradient(&loss.backward(), &model.theta.value)[0];
    let exact = locs.iter().map(|m| 0.3 - m).sum::<f64>() / 4.0;
    assert_close("by theta", by_theta, exact, 1e-6, 1.0);
}

/// At the optimum the guide is the posterior: the bound is the evidence.
#[test]
fn the_bound_is_tight_at_the_optimum() {
    let model = model(13, [0.375, 0.1875, 0.5, -0.5 * 2.0_f64.ln()]);
    let exact = -6.233_923_493_938_581_5 / 4.0;
    // With one draw of each weight, the only spread left is over the four observations.
    let rows = evidence(&model.q(&data(1)), 1);
    assert_close("evidence", Estimate::of(&rows).mean, exact, 1e-6, 1.0);
    assert_mean("bound", &bounds(&model.q(&data(20_000))), exact, 0.05);
}

#[test]
fn training_reaches_the_optimum() {
    let mut model = model(14, [-1.0, 0.8, -0.3, 0.5]);
    let x = data(16);
    // The rate falls, so that the noise of the last steps does not show.
    let mut adam = Adam::scheduled(Schedule::exponential(0.05, 3e-3));
    for _ in 0..1500 {
        let loss = Elbo::default()
            .particles(4)
            .loss(&model.q(&x))
            .expect("a legal program");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    let optimum = [0.375, 0.1875, 0.5, -0.5 * 2.0_f64.ln()];
    let found = [
        &model.theta,
        &model.intercept,
        &model.slope,
        &model.log_scale,
    ];
    for (name, (found, exact)) in ["theta", "intercept", "slope", "log scale"]
        .iter()
        .zip(found.iter().zip(optimum))
    {
        let found = f64::from(found.value.array());
        assert!(
            (found - exact).abs() < 0.02,
            "{name}: {found}, optimum {exact}"
        );
    }
}
