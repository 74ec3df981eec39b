//! Means: the number, wherever `f32` has one, and an error that says where it has none.
//!
//! `model!` warns of latents that nothing observed depends on.
#![allow(unused_must_use)]

use elbow::family::Value;
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, noise, numbers};

model! {
    /// Data of families whose means are large, or are none.
    struct Far {}
    generative p(loc: [2], logit: []) {
        sample x: [2] ~ LogNormal::new(loc, 30.0);
        sample k ~ Geometric::logits(logit);
    }
    inference q(x, k, loc, logit) {}
}

fn told(loc: [f32; 4], logit: [f32; 2]) -> Result<(Vec<f32>, Vec<f32>), String> {
    let (x, k) = (batch(vec![1.0; 4]), batch(vec![2.0; 2]));
    let (loc, logit) = (batch(loc.to_vec()), batch(logit.to_vec()));
    let rows = "whole rows";
    let (x, k, loc, logit) = (
        x.expect(rows),
        k.expect(rows),
        loc.expect(rows),
        logit.expect(rows),
    );
    let model = Far::new(0);
    let program = model.q(&x, &k, &loc, &logit);
    let means = program.reconstruct(&mut noise(1, "codes").row(0));
    means
        .map(|means| (means.x.as_vec(), means.k.as_vec()))
        .map_err(|error| error.to_string())
}

#[test]
fn means_beyond_single_precision_are_reported() {
    let rest =
        "spreads too far there; read its parameters or draws of the generative model instead";
    assert_eq!(
        told([-450.0, -451.0, -450.0, 0.0], [0.0, 0.0]),
        Err(format!(
            "the mean of `x` in row 1, element 1, is beyond 3.4e38: LogNormal {rest}"
        ))
    );
    assert_eq!(
        told([-450.0; 4], [0.0, -100.0]),
        Err(format!(
            "the mean of `k` in row 1, element 0, is beyond 3.4e38: Geometric {rest}"
        ))
    );
    // e^(loc + 450), and e^−logit
    let (x, k) = told([-450.0, -440.0, -449.0, -500.0], [-80.0, 3.0]).expect("numbers");
    for (found, exact) in x.into_iter().zip([0.0, 10.0, 1.0, -50.0_f64]) {
        assert_close("x", f64::from(found) / exact.exp(), 1.0, 1e-6, 1.0);
    }
    for (found, exact) in k.into_iter().zip([80.0, -3.0_f64]) {
        assert_close("k", f64::from(found) / exact.exp(), 1.0, 1e-6, 1.0);
    }
}

model! {
    /// A family without a mean, observed.
    struct Meanless {}
    generative p { sample x ~ Cauchy::new(0.0, 1.0); }
    inference q(x) {}
}

#[test]
fn families_without_a_mean_are_told() {
    let x = batch(vec![1.0]).expect("a row");
    let means = Meanless::new(0)
        .q(&x)
        .reconstruct(&mut noise(1, "codes").row(0));
    assert_eq!(
        means.expect_err("no mean").to_string(),
        "`x` has no mean: Cauchy has none"
    );
}

fn mean(of: &impl Distribution<Event = ()>) -> f64 {
    let mean: Value<()> = of.mean(1).expect("closed");
    numbers(&mean)[0]
}

/// `f32` holds the mean, but not the intermediate steps.
#[test]
fn means_at_the_ends_of_single_precision() {
    const MOST: f32 = f32::MAX;
    let close = |what: &str, found: f64, exact: f64| {
        assert_close(what, found / exact, 1.0, 2e-6, 1.0);
    };
    close("Beta", mean(&Beta::new(MOST, MOST)), 0.5);
    close("Beta", mean(&Beta::new(1e-30, 1e5)), 1e-35);
    close("Uniform", mean(&Uniform::new(2e38, 3e38)), 2.5e38);
    close(
        "NegativeBinomial",
        mean(&NegativeBinomial::logits(1e38, -100.0)),
        1e38 * (-100.0_f64).exp(),
    );
    close(
        "Binomial",
        mean(&Binomial::logits(1e38_f32, -100.0)),
        1e38 * (-100.0_f64).exp(),
    );
    close("LogNormal", mean(&LogNormal::new(-2e4, 200.0)), 1.0);
    close("Kumaraswamy", mean(&Kumaraswamy::new(1.0, 1e30)), 1e-30);
    close("Kumaraswamy", mean(&Kumaraswamy::new(1e20, 1.0)), 1.0);
    close("Kumaraswamy", mean(&Kumaraswamy::new(1e-20, 1.0)), 1e-20);
    close("Kumaraswamy", mean(&Kumaraswamy::new(1.0, 1e-20)), 1.0);
    assert_eq!(mean(&Gumbel::new(3e38, 3e38)), f64::INFINITY);
    // A component that no draw comes from is none, whatever its mean.
    let of = |logits: [f32; 2]| {
        let logits = elbow::prelude::tensor(logits.to_vec(), (Const::<2>,));
        Mixture::new(
            logits,
            [LogNormal::new(0.0, 30.0), LogNormal::new(1.0, 1.0)],
        )
    };
    close(
        "Mixture",
        mean(&of([f32::NEG_INFINITY, 0.0])),
        1.5_f64.exp(),
    );
    assert_eq!(mean(&of([-200.0, 0.0])), f64::INFINITY);
    close(
        "Mixture",
        mean(&Mixture::new(
            0.0,
            [LogNormal::new(0.0, 1.0), LogNormal::new(1.0, 1.0)],
        )),
        0.5 * (0.5_f64.exp() + 1.5_f64.exp()),
    );
}

model! {
    /// Latents of which one guide reads the other, and a step that reads the one before.
    struct Codes {
        bits: Linear<2, 3>,
        second: Linear<3, 2>,
        start: Parameter<Rank1<1>>,
    }
    generative p(length: 0..=2) {
        sample b: [3] ~ Bernoulli::probs(0.5);
        sample s: [2] ~ Beta::new(1.0, 1.0);
        for t in 0..length {
            sample h[t]: [1] ~ Normal::new(0.0, 1.0);
        }
        sample x: [2] ~ Normal::new(s, 1.0);
    }
    inference q(x, length) {
        sample b ~ Bernoulli::logits(bits(x));
        sample s ~ Beta::new(second(b).exp(), 2.0);
        let mut before = start;
        for t in 0..length {
            sample h[t] ~ Normal::new(1.0 + 0.5 * before.clone(), 1.0);
            before = h[t];
        }
    }
}

/// Each guide is computed at the means of the latents that it reads. Looking moves no noise.
#[test]
fn codes_are_means_at_means() {
    let model = Codes::new(3);
    let x: Batch<(Const<2>,)> = batch(vec![0.5, -1.0, 2.0, 0.3]).expect("rows");
    let length = batch(vec![2.0, 1.0]).expect("rows");
    let before = model.run_state().key();
    let codes = model.q(&x, &length).encode().expect("means");
    assert_eq!(model.run_state().key(), before);
    let probs = model.bits.forward(Var::from(&x)).sigmoid();
    assert_close_all("b", &codes.b.as_vec(), &probs.as_vec());
    let first = model.second.forward(probs).exp();
    let means: Vec<f32> = first.as_vec().iter().map(|a| a / (a + 2.0)).collect();
    assert_close_all("s", &codes.s.as_vec(), &means);
    assert_close_all("h", &codes.h.as_vec(), &[1.0, 1.5, 1.0, 0.0]);
}

fn assert_close_all(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_close(what, f64::from(*found), f64::from(*expected), 1e-6, 1.0);
    }
}

model! {
    /// A guide without a mean.
    struct Heavy { loc: Parameter<Rank0> }
    generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
    inference q(x) { sample z ~ Cauchy::new(loc, 1.0); }
}

#[test]
fn a_guide_without_a_mean_has_no_codes() {
    let x = batch(vec![1.0]).expect("a row");
    let codes = Heavy::new(0).q(&x).encode();
    assert_eq!(
        codes.expect_err("no mean").to_string(),
        "`z` has no mean: Cauchy has none"
    );
}

model! {
    /// Numbers of one location.
    struct Located { spread: Parameter<Rank1<2>> }
    generative p {
        global sample loc: [2] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(loc, 1.0);
    }
    inference q(x) { sample loc ~ Normal::new(0.75, spread.exp()); }
}

#[test]
fn a_global_site_has_one_mean() {
    let x: Batch<(Const<2>,)> = batch(vec![1.0; 6]).expect("three rows");
    let codes = Located::new(0).q(&x).encode().expect("a mean");
    assert_eq!(codes.loc.as_vec(), [0.75; 2]);
}
