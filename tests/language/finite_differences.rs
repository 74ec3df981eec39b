//! The gradient of the whole objective, by every parameter, against central differences at fixed noise.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{Weights, fill, gradient};

model! {
    /// Bits above normals, categories beside them, and networks between.
    struct Vae {
        encoder: (Linear<4, 3>, Tanh, Linear<3, 2>),
        classify: Linear<4, 3>,
        loc: Linear<2, 2>,
        scale: Linear<4, 2>,
        prior: Parameter<Rank1<2>>,
        classes: Parameter<Rank1<3>>,
        down: Linear<2, 2>,
        decoder: (Linear<2, 3>, Tanh, Linear<3, 4>),
        from_class: Linear<3, 4>,
        noise: Parameter<Rank1<4>>,
    }
    generative p {
        sample b: [2] ~ Bernoulli::logits(prior);
        sample y: [3] ~ OneHotCategorical::logits(classes);
        sample z: [2] ~ Normal::new(down(b * 2.0 - 1.0), 1.0);
        let mean = decoder(z) + from_class(y);
        sample x: [4] ~ Normal::new(mean, noise.exp());
    }
    inference q(x) {
        let h = encoder(x);
        sample b ~ Bernoulli::logits(h);
        sample y ~ OneHotCategorical::logits(classify(x));
        sample z ~ Normal::new(loc(h + b), scale(x).exp());
    }
}

/// `f32` losses of about 10 have errors of about 10⁻⁶: over a step of 0.02, of 10⁻⁴.
const STEP: f64 = 0.02;
const TOLERANCE: f64 = 2e-3;

fn loss(model: &Vae, elbo: &Elbo) -> elbow::prelude::Loss {
    let number = |i: usize| elbow_tests::support::tensors::scattered(i) as f32;
    let x: Batch<(Const<4>,)> = batch((0..24).map(number).collect()).expect("rows");
    elbo.loss(&model.q(&x).at(Key::new(6, 2))).expect("legal")
}

/// Every element of one tensor, moved to both sides; the five-point stencil.
fn assert_tensor<S: elbow::dfdx::shapes::Shape>(
    name: &str,
    model: &mut Vae,
    elbo: &Elbo,
    tensor: impl Fn(&mut Vae) -> &mut Weights<S>,
) {
    let found = loss(model, elbo).backward();
    let found = gradient(&found, tensor(model));
    let own: Vec<f64> = tensor(model).as_vec().into_iter().map(f64::from).collect();
    assert!(
        found.iter().any(|g| g.abs() > 1e-3),
        "{name}: nothing flows back"
    );
    for (at, found) in found.into_iter().enumerate() {
        let mut value = |by: f64| {
            let mut moved = own.clone();
            moved[at] += by;
            fill(tensor(model), &moved);
            f64::from(loss(model, elbo).value())
        };
        let near = value(STEP) - value(-STEP);
        let far = value(2.0 * STEP) - value(-2.0 * STEP);
        let exact = (8.0 * near - far) / (12.0 * STEP);
        assert!(
            (found - exact).abs() < TOLERANCE * exact.abs().max(1.0),
            "{name}[{at}]: found {found}, by differences {exact}"
        );
    }
    fill(tensor(model), &own);
}

fn assert_all(elbo: &Elbo) {
    let mut model = Vae::new(7);
    fill(&mut model.prior.value, &[0.3, -0.6]);
    fill(&mut model.classes.value, &[0.1, -0.2, 0.4]);
    fill(&mut model.noise.value, &[0.1, -0.1, 0.2, 0.0]);
    let m = &mut model;
    assert_tensor("encoder.0.weight", m, elbo, |m| &mut m.encoder.0.weight);
    assert_tensor("encoder.0.bias", m, elbo, |m| &mut m.encoder.0.bias);
    assert_tensor("encoder.2.weight", m, elbo, |m| &mut m.encoder.2.weight);
    assert_tensor("encoder.2.bias", m, elbo, |m| &mut m.encoder.2.bias);
    assert_tensor("classify.weight", m, elbo, |m| &mut m.classify.weight);
    assert_tensor("classify.bias", m, elbo, |m| &mut m.classify.bias);
    assert_tensor("loc.weight", m, elbo, |m| &mut m.loc.weight);
    assert_tensor("loc.bias", m, elbo, |m| &mut m.loc.bias);
    assert_tensor("scale.weight", m, elbo, |m| &mut m.scale.weight);
    assert_tensor("scale.bias", m, elbo, |m| &mut m.scale.bias);
    assert_tensor("prior", m, elbo, |m| &mut m.prior.value);
    assert_tensor("classes", m, elbo, |m| &mut m.classes.value);
    assert_tensor("down.weight", m, elbo, |m| &mut m.down.weight);
    assert_tensor("down.bias", m, elbo, |m| &mut m.down.bias);
    assert_tensor("decoder.0.weight", m, elbo, |m| &mut m.decoder.0.weight);
    assert_tensor("decoder.0.bias", m, elbo, |m| &mut m.decoder.0.bias);
    assert_tensor("decoder.2.weight", m, elbo, |m| &mut m.decoder.2.weight);
    assert_tensor("decoder.2.bias", m, elbo, |m| &mut m.decoder.2.bias);
    assert_tensor("from_class.weight", m, elbo, |m| &mut m.from_class.weight);
    assert_tensor("from_class.bias", m, elbo, |m| &mut m.from_class.bias);
    assert_tensor("noise", m, elbo, |m| &mut m.noise.value);
}

#[test]
fn with_the_discrete_divergence() {
    assert_all(&Elbo::default().profile(Profile::Relaxed).temperature(0.7));
}

#[test]
fn with_the_relaxed_divergence_weighed() {
    let relaxed = RelaxedKl::LogRatio {
        prior_temperature: 0.5,
    };
    assert_all(
        &Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(0.7)
            .relaxed_kl(relaxed)
            .kl_weight(0.3),
    );
}

#[test]
fn with_particles() {
    assert_all(
        &Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(1.0)
            .particles(3),
    );
}

/// All twelve states of the discrete sites, each with a draw of the normals.
#[test]
fn with_enumeration() {
    assert_all(&Elbo::default().kl_weight(0.8));
}
