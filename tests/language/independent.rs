//! Enumerated sites that are independent given the rest do not multiply each other's rows.

use elbow::dfdx::tensor::Gradients;
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Four dice with an observation each: 1,296 joint states, or 24 by themselves.
    struct Dice {
        first: Parameter<Rank1<6>>,
        second: Parameter<Rank1<6>>,
        third: Parameter<Rank1<6>>,
        fourth: Parameter<Rank1<6>>,
    }
    generative p {
        sample a: [6] ~ OneHotCategorical::logits(0.0);
        sample b: [6] ~ OneHotCategorical::logits(0.0);
        sample c: [6] ~ OneHotCategorical::logits(0.0);
        sample d: [6] ~ OneHotCategorical::logits(0.0);
        sample x: [6] ~ Normal::new(a * 0.8, 1.0);
        sample y: [6] ~ Normal::new(b * 0.8, 1.0);
        sample u: [6] ~ Normal::new(c * 0.8, 1.0);
        sample v: [6] ~ Normal::new(d * 0.8, 1.0);
    }
    inference q(x, y, u, v) {
        sample a ~ OneHotCategorical::logits(first);
        sample b ~ OneHotCategorical::logits(second);
        sample c ~ OneHotCategorical::logits(third);
        sample d ~ OneHotCategorical::logits(fourth);
    }
}

const GUIDE: [f64; 24] = [
    0.1, -0.4, 0.7, 0.0, 0.3, -1.0, 0.9, 0.2, -0.3, 0.5, -0.6, 0.4, -0.2, 1.1, 0.0, 0.6, -0.8, 0.3,
    0.5, 0.5, -0.5, 0.1, 0.2, -0.9,
];
fn dice() -> Dice {
    let mut dice = Dice::new(1);
    fill(&mut dice.first.value, &GUIDE[..6]);
    fill(&mut dice.second.value, &GUIDE[6..12]);
    fill(&mut dice.third.value, &GUIDE[12..18]);
    fill(&mut dice.fourth.value, &GUIDE[18..]);
    dice
}

/// Observations of two rows at each of the four dice.
fn data(at: usize) -> Vec<f64> {
    (0..12)
        .map(|i| ((i * 7 + at * 5) % 11) as f64 * 0.2 - 1.0)
        .collect()
}

fn observed(at: usize) -> Batch<(Const<6>,)> {
    batch(data(at).into_iter().map(|v| v as f32).collect()).expect("whole rows")
}

/// For one die and one row: the guide's probabilities, and the log-joint of every state.
fn die(at: usize, row: usize) -> ([f64; 6], [f64; 6]) {
    let logits = &GUIDE[at * 6..at * 6 + 6];
    let total: f64 = logits.iter().map(|l| l.exp()).sum();
    let q = std::array::from_fn(|k| logits[k].exp() / total);
    let x = &data(at)[row * 6..row * 6 + 6];
    let log_joint = std::array::from_fn(|k| {
        let log_density = |i: usize| {
            let mean = if i == k { 0.8 } else { 0.0 };
            -0.5 * (x[i] - mean).powi(2) - 0.918_938_533_204_672_7
        };
        (0..6).map(log_density).sum::<f64>() - 6.0_f64.ln()
    });
    (q, log_joint)
}

/// The exact bound, or with all states weighed the exact evidence.
fn exact(of: impl Fn(&[f64; 6], &[f64; 6]) -> f64) -> f64 {
    let each = |row| {
        (0..4)
            .map(|at| die(at, row))
            .map(|(q, p)| of(&q, &p))
            .sum::<f64>()
    };
    (each(0) + each(1)) / 2.0
}

fn bound(q: &[f64; 6], p: &[f64; 6]) -> f64 {
    q.iter().zip(p).map(|(q, p)| q * (p - q.ln())).sum()
}

fn evidence(_: &[f64; 6], p: &[f64; 6]) -> f64 {
    p.iter().map(|p| p.exp()).sum::<f64>().ln()
}

#[test]
fn all_are_enumerated_under_every_objective() {
    let dice = dice();
    let program = || dice.q(&observed(0), &observed(1), &observed(2), &observed(3));
    let explained = program().explain().to_string();
    assert_eq!(
        explained.matches("enumerated (6 states)").count(),
        4,
        "{explained}"
    );
    let elbo = Elbo::default();
    let found = elbo.evaluate(&program()).expect("legal").elbo;
    assert_close("the bound", found, exact(bound), 1e-6, 20.0);
    let loss = elbo.loss(&program()).expect("legal");
    assert_close(
        "the loss",
        -f64::from(loss.value()),
        exact(bound),
        1e-6,
        20.0,
    );
    let found = LogEvidence::samples(1).evaluate(&program()).expect("legal");
    assert_close(
        "the evidence",
        found.log_evidence,
        exact(evidence),
        1e-6,
        20.0,
    );
    let loss = ImportanceWeighted::default()
        .particles(2)
        .loss(&program())
        .expect("legal");
    assert_close(
        "the weights",
        -f64::from(loss.value()),
        exact(evidence),
        1e-6,
        20.0,
    );
}

fn by_guide(dice: &Dice, gradients: &Gradients<f32, Device>) -> Vec<f64> {
    [&dice.first, &dice.second, &dice.third, &dice.fourth]
        .map(|logits| gradient(gradients, &logits.value))
        .concat()
}

/// `∂ELBO/∂ logit_k = q_k (p_k − ln q_k − ELBO)` of each die; the evidence does not depend on the guide.
#[test]
fn gradients_are_exact() {
    let dice = dice();
    let program = || dice.q(&observed(0), &observed(1), &observed(2), &observed(3));
    let gradients = Elbo::default().loss(&program()).expect("legal").backward();
    let found = by_guide(&dice, &gradients);
    for at in 0..4 {
        for k in 0..6 {
            let of_row = |row| {
                let (q, p) = die(at, row);
                q[k] * (p[k] - q[k].ln() - bound(&q, &p))
            };
            let exact = -(of_row(0) + of_row(1)) / 2.0;
            assert_close("by a logit", found[at * 6 + k], exact, 1e-6, 10.0);
        }
    }
    let gradients = ImportanceWeighted::default()
        .particles(1)
        .loss(&program())
        .expect("legal")
        .backward();
    for found in by_guide(&dice, &gradients) {
        assert!(found.abs() < 1e-6, "{found}");
    }
}

model! {
    /// Three bits, the last of which reads the first two, and a bit that stands alone.
    struct Tied {}
    generative p {
        sample a ~ Bernoulli::probs(0.3);
        sample b ~ Bernoulli::probs(0.6);
        sample alone ~ Bernoulli::probs(0.2);
        sample both ~ Bernoulli::logits(a - b);
        sample x ~ Normal::new(a, 1.0);
        sample y ~ Normal::new(both + b, 1.0);
        sample z ~ Normal::new(alone, 1.0);
    }
    inference q(x, y, z) {
        sample a ~ Bernoulli::logits(x);
        sample alone ~ Bernoulli::logits(z);
        sample b ~ Bernoulli::logits(y);
        sample both ~ Bernoulli::logits(a + b - 1.0);
    }
}

fn normal(x: f64, mean: f64) -> f64 {
    -0.5 * (x - mean).powi(2) - 0.918_938_533_204_672_7
}

fn bit(on: bool, p: f64) -> f64 {
    if on { p.ln() } else { (1.0 - p).ln() }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Sites that meet by way of one drawn later multiply from the start; the lonely one adds its rows.
#[test]
fn sites_that_interact_later_share_a_branch() {
    let tied = Tied::new(1);
    let [x, y, z] = [0.4, -0.3, 0.9].map(|v| batch(vec![v]).expect("a row"));
    let program = || tied.q(&x, &y, &z);
    let (x, y, z) = (0.4_f32.into(), (-0.3_f32).into(), 0.9_f32.into());
    let mut bound = 0.0;
    for state in 0..16 {
        let [a, b, both, alone] = [1, 2, 4, 8].map(|mask| state & mask > 0);
        let [na, nb, nc, nd] = [a, b, both, alone].map(|on| f64::from(u8::from(on)));
        let log_q = bit(a, sigmoid(x))
            + bit(b, sigmoid(y))
            + bit(both, sigmoid(na + nb - 1.0))
            + bit(alone, sigmoid(z));
        let log_p = bit(a, 0.3)
            + bit(b, 0.6)
            + bit(alone, 0.2)
            + bit(both, sigmoid(na - nb))
            + normal(x, na)
            + normal(y, nc + nb)
            + normal(z, nd);
        bound += log_q.exp() * (log_p - log_q);
    }
    // Eight joint states of the three, and two of the other: a bound of 8 admits them all.
    for enumerate_up_to in [8, 64] {
        let elbo = Elbo::default().enumerate_up_to(enumerate_up_to);
        let explained = elbo.explain(&program()).to_string();
        assert_eq!(explained.matches("enumerated").count(), 4, "{explained}");
        let found = elbo.evaluate(&program()).expect("legal").elbo;
        assert_close("the bound", found, bound, 1e-6, 10.0);
        let loss = elbo.loss(&program()).expect("legal");
        assert_close("the loss", -f64::from(loss.value()), bound, 1e-6, 10.0);
    }
    let explained = Elbo::default()
        .enumerate_up_to(7)
        .explain(&program())
        .to_string();
    assert_eq!(explained.matches("enumerated").count(), 3, "{explained}");
}

/// Draws that an estimator compares branch off too, and what is listed elsewhere does not change them.
#[test]
fn compared_draws_have_branches() {
    model! {
        struct Mixed { logit: Parameter<Rank0>, other: Parameter<Rank0> }
        generative p {
            sample a ~ Bernoulli::probs(0.3);
            sample b ~ Bernoulli::probs(0.6);
            sample x ~ Normal::new(a * 2.0, 1.0);
            sample y ~ Normal::new(b - 0.5, 1.0);
        }
        inference listed(x, y) {
            sample b ~ Bernoulli::logits(other) via Enumerate;
            sample a ~ Bernoulli::logits(logit) via Rloo { samples: 3 };
        }
        inference drawn(x, y) {
            sample a ~ Bernoulli::logits(logit) via Rloo { samples: 3 };
            sample b ~ Bernoulli::logits(other) via Rloo { samples: 2 };
        }
    }
    let mixed = Mixed::new(1);
    let (x, y) = (
        batch(vec![0.7; 5]).expect("rows"),
        batch(vec![0.1; 5]).expect("rows"),
    );
    for step in 0..20 {
        let key = elbow::family::Key::new(3, step);
        let listed = Elbo::default()
            .loss(&mixed.listed(&x, &y).at(key))
            .expect("legal");
        let drawn = Elbo::default()
            .loss(&mixed.drawn(&x, &y).at(key))
            .expect("legal");
        let of_x = |loss: &elbow::prelude::Loss| {
            loss.sites()
                .iter()
                .find(|s| s.site == "x")
                .expect("the site")
                .mean
        };
        assert_eq!(of_x(&listed), of_x(&drawn));
        let [listed, drawn] =
            [listed, drawn].map(|loss| gradient(&loss.backward(), &mixed.logit.value)[0]);
        assert_close(
            "the same draws, the same gradient",
            listed,
            drawn,
            1e-6,
            4.0,
        );
    }
}
