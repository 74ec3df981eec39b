//! Models of divergences alone, after the tests of Pyro: loss and gradient have no noise at all.
//!
//! Nothing observed depends on the latents here, which `model!` warns of.
#![allow(unused_must_use)]

use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::tensors::assert_close;

model! {
    /// One bit.
    struct Bit {
        prob: Parameter<Rank0>,
    }

    generative p { sample y ~ Bernoulli::probs(0.25); }
    inference q() { sample y ~ Bernoulli::probs(prob); }
}

model! {
    /// Two bit with different priors and one guide.
    struct Pair {
        prob: Parameter<Rank0>,
    }

    generative p {
        sample y ~ Bernoulli::probs(0.2);
        sample z ~ Bernoulli::probs(0.4);
    }

    inference q() {
        sample y ~ Bernoulli::probs(prob);
        sample z ~ Bernoulli::probs(prob);
    }
}

model! {
    /// Three bit in one site.
    struct Three {
        prob: Parameter<Rank1<3>>,
        prior: Parameter<Rank1<3>>,
    }

    generative p { sample y: [3] ~ Bernoulli::probs(prior); }
    inference q() { sample y ~ Bernoulli::probs(prob); }
}

model! {
    /// Sites of two, three and four categories.
    struct Categories {
        q2: Parameter<Rank1<2>>,
        q3: Parameter<Rank1<3>>,
        q4: Parameter<Rank1<4>>,
        p2: Parameter<Rank1<2>>,
        p3: Parameter<Rank1<3>>,
        p4: Parameter<Rank1<4>>,
    }

    generative p {
        sample a: [2] ~ OneHotCategorical::probs(p2);
        sample b: [3] ~ OneHotCategorical::probs(p3);
        sample c: [4] ~ OneHotCategorical::probs(p4);
    }

    inference q() {
        sample a ~ OneHotCategorical::probs(q2);
        sample b ~ OneHotCategorical::probs(q3);
        sample c ~ OneHotCategorical::probs(q4);
    }
}

#[test]
fn one_bit() {
    let mut bit = Bit::new(0);
    fill(&mut bit.prob.value, &[0.5]);
    let loss = Elbo::default().loss(&bit.q()).expect("legal");
    assert_close(
        "loss",
        loss.value().into(),
        0.143_841_036_225_890_48,
        1e-6,
        1.0,
    );
    let by_prob = gradient(&loss.backward(), &bit.prob.value)[0];
    assert_close("by prob", by_prob, 1.098_612_288_668_109_6, 1e-6, 1.0);
}

#[test]
fn two_bits_of_one_guide() {
    let mut pair = Pair::new(0);
    fill(&mut pair.prob.value, &[0.75]);
    let loss = Elbo::default().loss(&pair.q()).expect("legal");
    assert_close(
        "loss",
        loss.value().into(),
        0.953_118_487_763_625,
        1e-6,
        1.0,
    );
    let by_prob = gradient(&loss.backward(), &pair.prob.value)[0];
    assert_close("by prob", by_prob, 3.988_984_046_564_274, 1e-6, 4.0);
}

#[test]
fn three_bits_of_one_site() {
    let mut three = Three::new(0);
    fill(&mut three.prob.value, &[0.75; 3]);
    fill(&mut three.prior.value, &[0.1, 0.2, 0.3]);
    let loss = Elbo::default().loss(&three.q()).expect("legal");
    assert_close(
        "loss",
        loss.value().into(),
        2.321_286_176_186_828_4,
        1e-6,
        2.0,
    );
    let by_prob: f64 = gradient(&loss.backward(), &three.prob.value).iter().sum();
    assert_close("by prob", by_prob, 7.726_653_664_847_642_5, 1e-6, 8.0);
}

#[test]
fn categories() {
    let mut model = Categories::new(0);
    fill(&mut model.q2.value, &[0.4, 0.6]);
    fill(&mut model.p2.value, &[0.6, 0.4]);
    fill(&mut model.q3.value, &[0.4, 0.3, 0.3]);
    fill(&mut model.p3.value, &[0.3, 0.3, 0.4]);
    fill(&mut model.q4.value, &[0.4, 0.3, 0.2, 0.1]);
    fill(&mut model.p4.value, &[0.1, 0.2, 0.3, 0.4]);
    let loss = Elbo::default().loss(&model.q()).expect("legal");
    assert_close(
        "loss",
        loss.value().into(),
        0.566_296_048_013_594_7,
        1e-6,
        1.0,
    );
    // Probabilities are normalised, so that the gradient along them vanishes: Σ q ∂/∂q = 0.
    let found = gradient(&loss.backward(), &model.q4.value);
    let (q, p) = ([0.4_f64, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]);
    for (k, found) in found.iter().enumerate() {
        let exact = (q[k] / p[k]).ln() - 0.456_434_819_146_783_74;
        assert_close(&format!("by q4[{k}]"), *found, exact, 2e-6, 1.0);
    }
}
