//! One relaxed bit: the training objective and its gradient against quadrature.
//!
//! Guide logit 0.7, prior logit −0.4, `x = 1` with `x ~ Bernoulli(σ(1.5 z − 0.3))`.

use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::assert_close;

model! {
    /// A bit that a pixel depends on.
    struct Bit {
        guide: Parameter<Rank0>,
    }

    generative p {
        sample z ~ Bernoulli::logits(-0.4);
        sample x ~ Bernoulli::logits(z * 1.5 - 0.3);
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(guide);
    }
}

/// By quadrature.
struct Case {
    temperature: f32,
    prior_temperature: f32,
    log_likelihood: f64,
    relaxed_kl: f64,
    /// Of the bound, by the guide's logit.
    relaxed_gradient: f64,
    discrete_gradient: f64,
}

const CASES: [Case; 3] = [
    Case {
        temperature: 0.5,
        prior_temperature: 0.5,
        log_likelihood: -0.446_813_443_684_523_1,
        relaxed_kl: 0.197_713_449_743_814_13,
        relaxed_gradient: -0.241_927_983_204_800_58,
        discrete_gradient: -0.133_320_101_862_816_62,
    },
    Case {
        temperature: 0.6667,
        prior_temperature: 0.5,
        log_likelihood: -0.447_107_441_813_857_3,
        relaxed_kl: 0.212_018_948_434_016_64,
        relaxed_gradient: -0.150_869_854_912_896_26,
        discrete_gradient: -0.141_498_177_462_319_35,
    },
    Case {
        temperature: 0.1,
        prior_temperature: 0.1,
        log_likelihood: -0.454_382_773_880_485_1,
        relaxed_kl: 0.197_713_449_743_814_05,
        relaxed_gradient: -0.224_051_647_450_855_04,
        discrete_gradient: -0.115_443_766_088_871_14,
    },
];

/// The same under every temperature.
const DISCRETE_KL: f64 = 0.144_835_752_899_477_48;

fn bit(seed: u64) -> Bit {
    let mut bit = Bit::new(seed);
    fill(&mut bit.guide.value, &[0.7]);
    bit
}

fn ones(rows: usize) -> Batch<()> {
    batch(vec![1.0; rows]).expect("whole rows")
}

/// Losses and gradients by the guide of 200 runs.
fn measure(elbo: Elbo, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let (bit, x) = (bit(seed), ones(5000));
    let (losses, mut gradients) = train(elbo, 200, || bit.q(&x), |g| gradient(g, &bit.guide.value));
    (losses, gradients.remove(0))
}

/// Effects of 0.01 on values and gradients: the two conventions differ by 0.05 and 0.1 (0.01 at the
/// unequal temperatures, where the gradients happen to be close).
#[test]
fn relaxed_draws_with_the_discrete_divergence() {
    for (seed, case) in CASES.iter().enumerate() {
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(case.temperature);
        let (losses, gradients) = measure(elbo, 41 + seed as u64);
        let what = format!("temperature {}", case.temperature);
        assert_mean(&what, &losses, DISCRETE_KL - case.log_likelihood, 0.01);
        assert_mean(&what, &gradients, -case.discrete_gradient, 0.01);
    }
}

#[test]
fn relaxed_draws_with_the_relaxed_divergence() {
    for (seed, case) in CASES.iter().enumerate() {
        let prior_temperature = case.prior_temperature;
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(case.temperature)
            .relaxed_kl(RelaxedKl::LogRatio { prior_temperature });
        let (losses, gradients) = measure(elbo, 44 + seed as u64);
        let what = format!("temperatures {}, {prior_temperature}", case.temperature);
        assert_mean(&what, &losses, case.relaxed_kl - case.log_likelihood, 0.02);
        assert_mean(&what, &gradients, -case.relaxed_gradient, 0.02);
    }
}

/// The parts of the loss are what they are called.
#[test]
fn the_loss_tells_its_parts() {
    let bit = bit(47);
    let loss = Elbo::default()
        .profile(Profile::Relaxed)
        .kl_weight(0.25)
        .loss(&bit.q(&ones(20_000)))
        .expect("legal");
    assert_close("divergence", loss.kl(), DISCRETE_KL, 1e-6, 1.0);
    let whole = -loss.log_likelihood() + 0.25 * loss.kl();
    assert_close("loss", f64::from(loss.value()), whole, 1e-6, 1.0);
    assert_close(
        "bound",
        loss.elbo(),
        loss.log_likelihood() - loss.kl(),
        1e-9,
        1.0,
    );
    let names: Vec<_> = loss
        .sites()
        .iter()
        .map(|s| (s.site, s.is_divergence))
        .collect();
    assert_eq!(names, [("z", true), ("x", false)]);
}

/// Evaluation is of the discrete model whatever the temperature: E log p(x | z) −0.4594 against
/// −0.4468 of the relaxed draws at ½.
#[test]
fn evaluation_never_relaxes() {
    let bit = bit(48);
    for temperature in [0.1, 0.5, 5.0] {
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(temperature);
        let rows = elbo.evaluate(&bit.q(&ones(500_000))).expect("legal").rows;
        let exact = -0.459_407_642_328_450_1 - DISCRETE_KL;
        assert_mean(&format!("temperature {temperature}"), &rows, exact, 0.008);
    }
}
