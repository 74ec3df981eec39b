//! Particles: the same expectation, a smaller spread.

use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient, train};
use elbow_tests::support::statistics::{Estimate, assert_mean};

model! {
    /// A bit and a normal behind two pixels, with learned prior and decoder.
    struct Small {
        encoder: Linear<2, 3>,
        prior: Parameter<Rank1<3>>,
        loc: Linear<2, 1>,
        decoder: Linear<3, 2>,
        shift: Linear<1, 2>,
    }
    generative p {
        sample z: [3] ~ Bernoulli::logits(prior);
        sample w: [1] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(decoder(z) + shift(w), 0.5);
    }
    inference q(x) {
        let hidden = encoder(x);
        sample z ~ Bernoulli::logits(hidden);
        sample w ~ Normal::new(loc(x), 0.5);
    }
}

fn data() -> Batch<(Const<2>,)> {
    batch([0.3, -0.8, 1.0, 0.4, -0.5, 0.9].repeat(10)).expect("rows")
}

fn losses(particles: usize, runs: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut model = Small::new(1);
    fill(&mut model.prior.value, &[0.2, -0.4, 0.6]);
    let x = data();
    let elbo = Elbo::default().particles(particles);
    train(
        elbo,
        runs,
        || model.q(&x),
        |g| {
            [
                gradient(g, &model.encoder.weight),
                gradient(g, &model.prior.value),
                gradient(g, &model.decoder.bias),
                gradient(g, &model.shift.weight),
            ]
            .concat()
        },
    )
}

/// Means agree within the errors of both; the variance of 16 particles is a sixteenth. A ratio of
/// variances of 400 runs each is within e^±0.5 with probability 1 − 10⁻⁶.
#[test]
fn more_particles_are_an_average() {
    let (one, many) = (losses(1, 400), losses(16, 400));
    let pairs = one.1.iter().zip(&many.1).chain([(&one.0, &many.0)]);
    for (at, (one, many)) in pairs.enumerate() {
        let (one, many) = (Estimate::of(one), Estimate::of(many));
        let error = one.standard_error.hypot(many.standard_error);
        assert!(
            (one.mean - many.mean).abs() < 5.0 * error + 1e-6,
            "{at}: {one:?}, {many:?}"
        );
        assert!(error < 0.05, "{at}: too few runs to see a wrong mean");
        if one.standard_error > 1e-6 {
            let ratio = (one.standard_error / many.standard_error).powi(2);
            assert!((9.0..28.0).contains(&ratio), "{at}: variance ratio {ratio}");
        }
    }
}

/// Evaluation averages over particles within each row.
#[test]
fn evaluation_too() {
    let model = Small::new(2);
    let x: Batch<(Const<2>,)> = batch([0.3, -0.8].repeat(4000)).expect("rows");
    let rows = |particles| {
        let elbo = Elbo::default().particles(particles);
        let found = elbo.evaluate(&model.q(&x)).expect("legal");
        assert_eq!(found.rows.len(), 4000);
        found.rows
    };
    let (one, many) = (Estimate::of(&rows(1)), rows(16));
    let ratio = (one.standard_error / Estimate::of(&many).standard_error).powi(2);
    assert!((13.0..19.5).contains(&ratio), "variance ratio {ratio}");
    let differences: Vec<f64> = rows(1).iter().zip(&many).map(|(a, b)| a - b).collect();
    assert_mean("difference", &differences, 0.0, 1.0);
}
