//! The straight-through trap: a one-hot guide under a prior that is not uniform.
//!
//! If the prior is scored at an argmax, it has no gradient, and the guide stays uniform. Nothing
//! observed depends on the latent, so the best guide is the prior; `model!` warns of that.
#![allow(unused_must_use)]

use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::fill;

model! {
    /// One of four, and pixels that do not care which.
    struct Category {
        prior: Parameter<Rank1<4>>,
        guide: Parameter<Rank1<4>>,
    }

    generative p {
        sample z: [4] ~ OneHotCategorical::probs(prior);
        sample x ~ Normal::new(0.0, 1.0);
    }

    inference q(x) {
        sample z ~ OneHotCategorical::logits(guide);
    }
}

const PRIOR: [f64; 4] = [0.7, 0.1, 0.1, 0.1];

/// The guide's probabilities after training it alone.
fn train(elbo: Elbo, rows: usize, steps: usize, seed: u64) -> Vec<f64> {
    let mut model = Category::new(seed);
    fill(&mut model.prior.value, &PRIOR);
    fill(&mut model.guide.value, &[-0.5, 1.0, 0.3, -1.0]);
    let x = batch(vec![0.0; rows]).expect("whole rows");
    let mut adam = Adam::scheduled(Schedule::exponential(0.05, 2e-3));
    for _ in 0..steps {
        let loss = elbo.loss(&model.q(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
        fill(&mut model.prior.value, &PRIOR);
    }
    let weights: Vec<f64> = model
        .guide
        .value
        .array()
        .iter()
        .map(|&l| f64::from(l).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| w / total).collect()
}

fn assert_prior(found: &[f64]) {
    for (found_k, exact) in found.iter().zip(PRIOR) {
        assert!((found_k - exact).abs() < 0.01, "{found:?}");
    }
}

/// In every profile the divergence is the discrete one, in closed form: there is no noise.
#[test]
fn every_profile_reaches_the_prior() {
    for profile in [Profile::ExactFirst, Profile::Unbiased, Profile::Relaxed] {
        assert_prior(&train(Elbo::default().profile(profile), 1, 2000, 61));
        let drawn = Elbo::default().profile(profile).enumerate_up_to(0);
        assert_prior(&train(drawn, 1, 2000, 61));
    }
}

/// At equal temperatures the relaxed divergence too is least where guide and prior are the same.
#[test]
fn the_relaxed_divergence_reaches_the_prior() {
    let prior_temperature = 0.5;
    let elbo = Elbo::default()
        .profile(Profile::Relaxed)
        .relaxed_kl(RelaxedKl::LogRatio { prior_temperature });
    assert_prior(&train(elbo, 256, 2000, 62));
}
