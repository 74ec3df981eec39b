//! Two binary Concretes of equal temperature are `d coth(d/2) − 2` apart, whatever the temperature.
//!
//! Nothing observed depends on the latents; `model!` warns of it.
#![allow(unused_must_use)]

use elbow::family::Draw;
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, scattered, weighted,
};

model! {
    /// Declared continuous: the divergence is in closed form.
    struct Continuous<const TENTHS: usize> {
        guide: Parameter<Rank0>,
        prior: Parameter<Rank0>,
    }
    generative p { sample z ~ Concrete::new(prior, TENTHS as f32 / 10.0); }
    inference q() { sample z ~ Concrete::new(guide, TENTHS as f32 / 10.0); }
}

model! {
    /// Declared discrete: the divergence of the relaxations is a log-ratio at the draw.
    struct Discrete {
        guide: Parameter<Rank1<100>>,
        prior: Parameter<Rank1<100>>,
    }
    generative p { sample z: [100] ~ Bernoulli::logits(prior); }
    inference q() { sample z ~ Bernoulli::logits(guide); }
}

/// Logits of guide and prior, and the divergence.
const CASES: [(f64, f64, f64); 3] = [
    (0.7, -0.4, 0.197_713_449_741_028_67),
    (2.0, -1.0, 1.314_374_178_947_535_8),
    (-3.0, 1.5, 2.601_104_134_322_370_4),
];

/// `∂/∂d (d coth(d/2) − 2)`
fn slope(d: f64) -> f64 {
    let (sinh, cosh) = ((d / 2.0).sinh(), (d / 2.0).cosh());
    cosh / sinh - d / (2.0 * sinh * sinh)
}

fn closed<const TENTHS: usize>() {
    for (guide, prior, exact) in CASES {
        let mut model = Continuous::<TENTHS>::new(0);
        fill(&mut model.guide.value, &[guide]);
        fill(&mut model.prior.value, &[prior]);
        let loss = Elbo::default()
            .profile(Profile::Relaxed)
            .loss(&model.q())
            .expect("legal");
        let what = format!("{guide}, {prior}, temperature 0.{TENTHS}");
        assert_close(&what, loss.value().into(), exact, 1e-6, exact);
        let gradients = loss.backward();
        let found = gradient(&gradients, &model.guide.value)[0];
        assert_close(&what, found, slope(guide - prior), 2e-6, 1.0);
        let found = gradient(&gradients, &model.prior.value)[0];
        assert_close(&what, found, -slope(guide - prior), 2e-6, 1.0);
        // The evaluation of a continuous model is the same.
        let evaluation = Elbo::default()
            .profile(Profile::Relaxed)
            .evaluate(&model.q())
            .expect("legal");
        assert_close(&what, evaluation.elbo, -exact, 1e-6, exact);
    }
}

#[test]
fn the_closed_form_does_not_know_the_temperature() {
    closed::<1>();
    closed::<5>();
    closed::<9>();
}

#[test]
fn the_log_ratio_has_that_mean() {
    for (seed, (guide, prior, exact)) in CASES.into_iter().enumerate() {
        for temperature in [0.1, 0.5, 2.0] {
            let mut model = Discrete::new(81 + seed as u64);
            fill(&mut model.guide.value, &[guide; 100]);
            fill(&mut model.prior.value, &[prior; 100]);
            let prior_temperature = temperature;
            let elbo = Elbo::default()
                .profile(Profile::Relaxed)
                .temperature(temperature)
                .relaxed_kl(RelaxedKl::LogRatio { prior_temperature })
                .particles(100);
            let (losses, gradients) = train(
                elbo,
                50,
                || model.q(),
                |g| vec![gradient(g, &model.guide.value).iter().sum()],
            );
            let what = format!("{guide}, {prior}, temperature {temperature}");
            // Per cent of the sum of a hundred.
            assert_mean(&what, &losses, 100.0 * exact, 4.0);
            assert_mean(&what, &gradients[0], 100.0 * slope(guide - prior), 4.0);
        }
    }
}

/// The ratio to one prior for all bits is computed in one pass, that to a prior of a vector in two: both are the same, and
/// so are their gradients by the draw and by the guide.
#[test]
fn in_one_pass_or_two() {
    type E = (Const<7>,);
    let at = |from: usize, size: f64| -> Vec<f64> {
        (from..from + 28).map(|i| size * scattered(i)).collect()
    };
    let (guide, y) = (plate::<E>(&at(0, 3.0)), plate::<E>(&at(40, 8.0)));
    let ratio = |prior: Concrete<E>| {
        let guide = Concrete::<E>::new(guide.clone(), 0.4);
        guide.log_ratio(&prior, &Draw::from_logit(y.clone()))
    };
    let in_one = || ratio(Concrete::new(-0.3, 0.7));
    let in_two = || ratio(Concrete::new(event::<E>(&[-0.3; 7]), 0.7));
    for (one, two) in numbers(&in_one()).into_iter().zip(numbers(&in_two())) {
        assert_close("the ratio", one, two, 1e-6, 50.0);
    }
    let weights = [1.0, -0.5, 2.0, 0.25];
    let mut one = backward(|| weighted(in_one(), &weights));
    let mut two = backward(|| weighted(in_two(), &weights));
    for of in [&guide, &y] {
        let (one, two) = (gradient_of(&mut one, of), gradient_of(&mut two, of));
        for (one, two) in one.into_iter().zip(two) {
            assert_close("its gradient", one, two, 2e-6, 1.0);
        }
    }
}
