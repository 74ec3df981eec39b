//! The probabilities of one discrete latent: summed over what its posterior depends on.

// Two sites whose names differ in case alone.
#![allow(non_snake_case)]

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, to_f32};

model! {
    /// A class, bits that depend on it, another class that depends on both, and continuous latents.
    struct Classes {
        encoder: Linear<1, 3>,
        to_bits: Linear<3, 2>,
        from_class: Linear<3, 3>,
        from_bits: Linear<2, 3>,
    }
    generative p {
        sample y: [3] ~ OneHotCategorical::logits(0.0);
        sample bits: [2] ~ Bernoulli::probs(0.5);
        sample last: [3] ~ OneHotCategorical::logits(0.0);
        sample z ~ Normal::new(0.0, 1.0);
        sample late ~ Bernoulli::probs(0.5);
        sample many: [40] ~ Bernoulli::probs(0.5);
        sample after ~ Bernoulli::probs(0.5);
        let classes = y.sum_last() + last.sum_last();
        let units = bits.sum_last() + many.sum_last();
        sample x: [1] ~ Normal::new(column(classes + units + z + late + after), 1.0);
    }
    inference q(x) {
        // The estimator of a site does not matter here.
        sample y ~ OneHotCategorical::logits(encoder(x)) via ReinMax;
        let shift = to_bits(y);
        sample bits ~ Bernoulli::logits(shift) via Rloo { samples: 2 };
        sample last ~ OneHotCategorical::logits(from_class(y) + from_bits(bits));
        sample z ~ Normal::new(0.0, 2.0);
        sample late ~ Bernoulli::logits(z);
        sample many ~ Bernoulli::probs(0.5);
        sample after ~ Bernoulli::logits(many.sum_last());
    }
}

/// One number a row as a vector of one element.
fn column(rows: Var<(usize,)>) -> Var<(usize, Const<1>)> {
    let shape = (rows.shape().0, Const);
    rows.reshape_like(&shape)
}

const ENCODER: [f64; 3] = [0.5, -1.0, 0.25];
const TO_BITS: [f64; 6] = [1.0, -0.5, 0.2, -0.7, 0.9, 0.1];

fn model() -> (Classes, [f64; 15]) {
    let mut model = Classes::new(3);
    let last: [f64; 15] = std::array::from_fn(|at| (at as f64 * 1.7).sin());
    fill(&mut model.encoder.weight, &ENCODER);
    fill(&mut model.encoder.bias, &[0.1, 0.2, -0.3]);
    fill(&mut model.to_bits.weight, &TO_BITS);
    fill(&mut model.to_bits.bias, &[0.0, 0.3]);
    let part = |from: usize, to: usize| -> Vec<f64> {
        let rows = last.chunks(5).map(|row| row[from..to].to_vec());
        rows.collect::<Vec<_>>().concat()
    };
    fill(&mut model.from_class.weight, &part(0, 3));
    fill(&mut model.from_class.bias, &[0.0; 3]);
    fill(&mut model.from_bits.weight, &part(3, 5));
    fill(&mut model.from_bits.bias, &[0.0; 3]);
    (model, last)
}

fn softmax(logits: [f64; 3]) -> [f64; 3] {
    let sum: f64 = logits.iter().map(|l| l.exp()).sum();
    logits.map(|l| l.exp() / sum)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `q(y)`, `q(bits)` and `q(last)` of a row, by hand.
fn exact(x: f64, last: &[f64; 15]) -> ([f64; 3], [f64; 2], [f64; 3]) {
    let y = softmax(std::array::from_fn(|k| {
        ENCODER[k] * x + [0.1, 0.2, -0.3][k]
    }));
    let on = |k: usize, bit: usize| sigmoid(TO_BITS[bit * 3 + k] + [0.0, 0.3][bit]);
    let bits = std::array::from_fn(|bit| (0..3).map(|k| y[k] * on(k, bit)).sum());
    let mut of_last = [0.0; 3];
    for k in 0..3 {
        for state in 0..4 {
            let b = [state & 1, state >> 1].map(|b| b as f64);
            let weight: f64 = (0..2)
                .map(|bit| {
                    if b[bit] > 0.5 {
                        on(k, bit)
                    } else {
                        1.0 - on(k, bit)
                    }
                })
                .product();
            let logits =
                |j: usize| last[5 * j + k] + b[0] * last[5 * j + 3] + b[1] * last[5 * j + 4];
            let own = softmax(std::array::from_fn(logits));
            for j in 0..3 {
                of_last[j] += y[k] * weight * own[j];
            }
        }
    }
    (y, bits, of_last)
}

fn check(what: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_close(what, (*found).into(), *expected, 1e-6, 1.0);
    }
}

/// Against sums by hand; 5,000 rows come in pieces.
#[test]
fn ancestors_are_summed_out() {
    let (model, last) = model();
    for rows in [1, 3, 5000] {
        let x: Vec<f64> = (0..rows)
            .map(|row| row as f64 / rows as f64 * 3.0 - 1.0)
            .collect();
        let q = model.q(&batch(to_f32(&x)).expect("rows"));
        let all: Vec<_> = x.iter().map(|&x| exact(x, &last)).collect();
        let y = q.marginal(ClassesQ::Y).expect("a class").as_vec();
        check(
            "y",
            &y,
            &all.iter().flat_map(|row| row.0).collect::<Vec<_>>(),
        );
        let bits = q.marginal(ClassesQ::BITS).expect("bits").as_vec();
        check(
            "bits",
            &bits,
            &all.iter().flat_map(|row| row.1).collect::<Vec<_>>(),
        );
        let found = q.marginal(ClassesQ::LAST).expect("a class").as_vec();
        check(
            "last",
            &found,
            &all.iter().flat_map(|row| row.2).collect::<Vec<_>>(),
        );
    }
}

/// If a site cannot be summed out, the error says so; on request it is drawn.
#[test]
fn sites_that_cannot_be_summed_out_are_reported() {
    let (model, last) = model();
    let x = vec![0.4; 20_000];
    let few = model.q(&batch(to_f32(&x[..2])).expect("rows"));
    let error = few.marginal(ClassesQ::LATE).expect_err("a normal ancestor");
    assert_eq!(
        error.to_string(),
        "`late` has no marginal probabilities: it depends on `z`, a Normal that cannot be summed out; use `marginal_by_draws`"
    );
    let error = few.marginal(ClassesQ::AFTER).expect_err("2^40 states");
    assert!(error.to_string().contains("depends on `many`"), "{error}");
    let error = few.marginal(ClassesQ::Z).expect_err("a normal");
    assert!(
        matches!(error, Error::NoMarginal { site: "z", .. }),
        "{error}"
    );
    let error = few.marginal_by_draws(ClassesQ::LATE, 0).expect_err("none");
    assert_eq!(
        error.to_string(),
        "the number of draws of the marginal is 0; it must be at least 1, and less than 2³²"
    );
    let q = model.q(&batch(to_f32(&x)).expect("rows"));
    let late = q
        .marginal_by_draws(ClassesQ::LATE, 4)
        .expect("draws")
        .as_vec();
    let late: Vec<f64> = late.into_iter().map(f64::from).collect();
    // E σ(2ε) is a half; a single draw's logit has deviation 2, and four are averaged.
    assert_mean("late", &late, 0.5, 0.02);
    let spread = late.iter().map(|p| (p - 0.5).powi(2)).sum::<f64>() / late.len() as f64;
    assert!(
        (0.015..0.03).contains(&spread),
        "four draws averaged: {spread}"
    );
    // Sites with few states are still enumerated.
    let few = few
        .marginal_by_draws(ClassesQ::LAST, 3)
        .expect("listed")
        .as_vec();
    check("last", &few, &[exact(0.4, &last).2; 2].concat());
}

model! {
    /// A global switch, and a bit of every row that reads it.
    struct Shared { y: Parameter<Rank0> }
    generative p {
        global sample w ~ Bernoulli::probs(0.5);
        sample Z ~ Bernoulli::probs(0.5);
        sample z ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(w + z + Z, 1.0);
    }
    inference q(x) {
        sample w ~ Bernoulli::logits(y);
        sample Z ~ Bernoulli::probs(0.25);
        sample z ~ Bernoulli::logits(w);
    }
}

#[test]
fn global_sites_do_not_depend_on_the_rows() {
    let shared = Shared::new(0);
    let q = shared.q(&batch(vec![0.5; 2]).expect("rows"));
    let error = q.marginal(SharedQ::W).expect_err("global");
    assert!(
        error
            .to_string()
            .ends_with("it is global, and so not a matter of rows"),
        "{error}"
    );
    let error = q.marginal(SharedQ::Z_2).expect_err("reads a global site");
    assert!(error.to_string().contains("depends on `w`"), "{error}");
    // Two sites whose names differ in case: the later one has a number.
    let of_upper = q.marginal(SharedQ::Z).expect("a bit").as_vec();
    check("Z", &of_upper, &[0.25; 2]);
    let drawn = q
        .marginal_by_draws(SharedQ::Z_2, 200)
        .expect("draws")
        .as_vec();
    assert_eq!(drawn[0], drawn[1]);
    assert!((0.5..0.731).contains(&drawn[0]), "{}", drawn[0]);
}
