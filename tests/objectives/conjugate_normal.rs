//! Three observations of a normal mean: the posterior, the bound and the evidence are known.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, copies, evidence, fill, gradient, train};
use elbow_tests::support::statistics::{Estimate, assert_mean};
use elbow_tests::support::tensors::assert_close;

/// `ln p(1, 2, 3)`, published to these digits.
const LOG_EVIDENCE: f64 = -5.949_962_78;
const DATA: [f64; 3] = [1.0, 2.0, 3.0];

model! {
    /// A normal mean with three observations of it.
    struct Mean {
        loc: Parameter<Rank0>,
        log_scale: Parameter<Rank0>,
    }

    generative p {
        sample mean ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(thrice(mean), 1.0);
    }

    inference q(x) {
        sample mean ~ Normal::new(loc, log_scale.exp());
    }

    inference prior(x) {
        sample mean ~ Normal::new(0.0, 1.0);
    }
}

/// One number for each of the three observations of a row.
fn thrice(mean: Var<(usize,)>) -> Var<(usize, Const<3>)> {
    let shape = (elbow::dfdx::shapes::HasShape::shape(&mean).0, Const);
    mean.broadcast_like(&shape)
}

fn data(rows: usize) -> Batch<(Const<3>,)> {
    batch(copies(&DATA, rows)).expect("whole rows")
}

/// With q = N(loc, scale²).
fn model(seed: u64, loc: f64, scale: f64) -> Mean {
    let mut model = Mean::new(seed);
    fill(&mut model.loc.value, &[loc]);
    fill(&mut model.log_scale.value, &[scale.ln()]);
    model
}

#[test]
fn the_bound_and_its_gradients_are_the_published_ones() {
    let model = model(1, 1.0, 0.5_f64.sqrt());
    let x = data(1000);
    // Half a nat is what a lost ½ or a sign would move the bound by; the derivatives are 2 and −1.
    assert_mean(
        "evaluated",
        &bounds(&model.q(&data(50_000))),
        -6.603_389_19,
        0.2,
    );
    let (losses, gradients) = train(
        Elbo::default(),
        100,
        || model.q(&x),
        |g| {
            [
                gradient(g, &model.loc.value),
                gradient(g, &model.log_scale.value),
            ]
            .concat()
        },
    );
    assert_mean("loss", &losses, 6.603_389_19, 0.1);
    assert_mean("by loc", &gradients[0], -2.0, 0.1);
    assert_mean("by log scale", &gradients[1], 1.0, 0.1);
}

/// If the guide is the posterior, every weight is the evidence itself, for any K.
#[test]
fn the_posterior_gives_the_evidence_exactly() {
    let model = model(2, 1.5, 0.5);
    for samples in [1, 2, 7, 100] {
        for row in evidence(&model.q(&data(20)), samples) {
            assert_close(
                &format!("K = {samples}"),
                row,
                LOG_EVIDENCE,
                1e-6,
                LOG_EVIDENCE,
            );
        }
    }
    // The bound is tight too, but on average only: its divergence is in closed form.
    assert_mean("bound", &bounds(&model.q(&data(50_000))), LOG_EVIDENCE, 0.1);
}

/// If the guide is the prior, the bound tightens with K. The first value is exact; the others were
/// published with their own errors.
#[test]
fn the_prior_gives_bounds_that_close() {
    let model = Mean::new(3);
    let one = evidence(&model.prior(&data(50_000)), 1);
    assert_mean("K = 1", &one, -11.256_815_6, 0.5);
    let mut last = Estimate::of(&one).mean;
    for (samples, published, error) in [(5, -6.785, 0.01), (50, -5.996, 0.004)] {
        let found = Estimate::of(&evidence(&model.prior(&data(100_000)), samples));
        assert!(
            (found.mean - published).abs() < 5.0 * found.standard_error + error,
            "K = {samples}: {found:?}"
        );
        assert!(found.standard_error < error, "K = {samples}: too few rows");
        assert!(
            last < found.mean && found.mean < LOG_EVIDENCE,
            "K = {samples}"
        );
        last = found.mean;
    }
}

/// `(1/K) Σ w` is an unbiased estimate of the evidence itself, from any guide.
#[test]
fn weights_average_to_the_evidence() {
    let model = model(4, 1.2, 0.6);
    let weights: Vec<f64> = evidence(&model.q(&data(20_000)), 10)
        .iter()
        .map(|log| (log - LOG_EVIDENCE).exp())
        .collect();
    assert_mean("weights", &weights, 1.0, 0.05);
}
