//! Loops of many steps.

use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::{assert_close, scattered};

const STEPS: usize = 70;

model! {
    /// Two bits a step, which are independent of all other steps.
    pub struct Bits {
        first: Parameter<Rank1<STEPS>>,
        second: Parameter<Rank1<STEPS>>,
    }
    generative p {
        for t in 0..STEPS {
            sample z[t] ~ Bernoulli::probs(0.3);
            sample y[t] ~ Bernoulli::probs(0.6);
            sample x[t] ~ Normal::new(z[t] * y[t], 0.7);
        }
    }
    inference q(x) {
        for t in 0..STEPS {
            sample z[t] ~ Bernoulli::logits(first[t]);
            sample y[t] ~ Bernoulli::logits(second[t]);
        }
    }
}

/// All steps together have 2¹⁴⁰ states, each step has four.
#[test]
fn steps_that_do_not_meet_are_summed_apart() {
    let mut bits = Bits::new(0);
    let logits = |salt: usize| (0..STEPS).map(|t| 1.5 * scattered(t + salt)).collect();
    let [first, second]: [Vec<f64>; 2] = [logits(0), logits(500)];
    fill(&mut bits.first.value, &first);
    fill(&mut bits.second.value, &second);
    let x: Vec<f32> = (0..STEPS)
        .map(|t| 1.3 * scattered(t + 900) as f32)
        .collect();
    let data: Batch<(Const<STEPS>,)> = batch(x.clone()).expect("a row");
    let sigmoid = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let step = |t: usize| -> f64 {
        let states = [[0, 0], [0, 1], [1, 0], [1, 1]].into_iter();
        let bound = states.map(|[z, y]| {
            let of = |prob: f64, bit: i32| if bit == 1 { prob } else { 1.0 - prob };
            let weight = of(sigmoid(first[t]), z) * of(sigmoid(second[t]), y);
            let error = (f64::from(x[t]) - f64::from(z * y)) / 0.7;
            let density = -0.5 * error * error - 0.7_f64.ln() - 0.5 * std::f64::consts::TAU.ln();
            weight * (of(0.3, z).ln() + of(0.6, y).ln() + density - weight.ln())
        });
        bound.sum()
    };
    let expected: f64 = (0..STEPS).map(step).sum();
    let loss = Elbo::default().loss(&bits.q(&data)).expect("legal");
    assert_close(
        "the loss",
        f64::from(loss.value()),
        -expected,
        1e-5,
        expected,
    );
    let found = Elbo::default().evaluate(&bits.q(&data)).expect("a bound");
    assert_close("the bound", found.elbo, expected, 1e-5, expected);
}
