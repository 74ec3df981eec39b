//! Graphs of bits by the score function against the sum over all states (after NumPyro's `test_gradient`): a
//! chain, a fork and two parts that do not touch.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 40_000;
const LOGITS: [f64; 3] = [0.5, -0.75, 1.0];

model! {
    /// A chain in both models.
    struct Chain {}
    generative p(a, b, c) {
        sample z1 ~ Bernoulli::logits(0.5);
        sample z2 ~ Bernoulli::logits(z1 * 2.0 - 1.0);
        sample z3 ~ Bernoulli::logits(z2 * 1.5 - 0.5);
        sample x ~ Normal::new(z3 * 2.0, 1.0);
    }
    inference q(x, a, b, c) {
        sample z1 ~ Bernoulli::logits(a) via ScoreFunction;
        sample z2 ~ Bernoulli::logits(z1 + b) via ScoreFunction;
        sample z3 ~ Bernoulli::logits(z2 * -1.0 + c) via ScoreFunction;
    }
}

model! {
    /// Two children of one bit, and a guide of independent bits.
    struct Fork {}
    generative p(a, b, c) {
        sample z1 ~ Bernoulli::logits(0.5);
        sample z2 ~ Bernoulli::logits(z1 * 2.0 - 1.0);
        sample z3 ~ Bernoulli::logits(z1 * -1.5 + 0.5);
        sample x ~ Normal::new(z2 * 2.0 - z3 + z2 * z3, 1.0);
    }
    inference q(x, a, b, c) {
        sample z1 ~ Bernoulli::logits(a) via ScoreFunction;
        sample z2 ~ Bernoulli::logits(b) via ScoreFunction;
        sample z3 ~ Bernoulli::logits(c) via ScoreFunction;
    }
}

model! {
    /// A bit with its observation, and two bits with theirs.
    struct Parts {}
    generative p(a, b, c) {
        sample z1 ~ Bernoulli::logits(0.5);
        sample z2 ~ Bernoulli::logits(-0.5);
        sample z3 ~ Bernoulli::logits(z2 - 0.5);
        sample x ~ Normal::new(z1 * 2.0, 1.0);
        sample y ~ Normal::new(z3 * 3.0 - z2, 1.0);
    }
    inference q(x, y, a, b, c) {
        sample z1 ~ Bernoulli::logits(a) via ScoreFunction;
        sample z2 ~ Bernoulli::logits(b) via ScoreFunction;
        sample z3 ~ Bernoulli::logits(c + z2 * 0.5) via ScoreFunction;
    }
}

fn column(value: f64) -> Batch<()> {
    batch(vec![value as f32; ROWS]).expect("rows")
}

/// `ln Bernoulli(z; σ(logit))`
fn bit(logit: f64, z: f64) -> f64 {
    z * logit - logit.exp().ln_1p()
}

fn normal(loc: f64, x: f64) -> f64 {
    -0.5 * (x - loc).powi(2) - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// The gradient of the bound by the logits, over the eight states.
fn exact(q: impl Fn(&[f64], [f64; 3]) -> f64, p: impl Fn([f64; 3]) -> f64) -> Vec<f64> {
    let bound = |logits: &[f64]| -> f64 {
        let states = (0..8_usize).map(|s| [s & 1, s >> 1 & 1, s >> 2 & 1].map(|z| z as f64));
        states
            .map(|z| {
                let log_q = q(logits, z);
                log_q.exp() * (p(z) - log_q)
            })
            .sum()
    };
    gradient(bound, &LOGITS)
}

/// The bound's gradients by each row's three logits.
macro_rules! estimates {
    ($model:expr, $key:expr, $($data:expr),*) => {{
        let model = $model;
        let logits = LOGITS.map(column);
        let [a, b, c] = &logits;
        let mut program = model.q($(&column($data),)* a, b, c);
        if let Some(key) = $key {
            program = program.at(key);
        }
        let gradients = Elbo::default().loss(&program).expect("legal").backward();
        logits.map(|own| {
            let own = gradients.get(&own).as_vec();
            own.iter().map(|g| -f64::from(*g) * ROWS as f64).collect::<Vec<f64>>()
        })
    }};
}

fn assert_means(name: &str, found: &[Vec<f64>], exact: &[f64]) {
    for (at, (own, exact)) in found.iter().zip(exact).enumerate() {
        assert_mean(&format!("{name}, logit {at}"), own, *exact, 0.06);
    }
}

#[test]
fn a_chain() {
    let exact = exact(
        |l, z| bit(l[0], z[0]) + bit(z[0] + l[1], z[1]) + bit(l[2] - z[1], z[2]),
        |z| {
            bit(0.5, z[0])
                + bit(2.0 * z[0] - 1.0, z[1])
                + bit(1.5 * z[1] - 0.5, z[2])
                + normal(2.0 * z[2], 1.5)
        },
    );
    let found = estimates!(Chain::new(59), None::<Key>, 1.5);
    assert_means("chain", &found, &exact);
}

#[test]
fn a_fork() {
    let exact = exact(
        |l, z| bit(l[0], z[0]) + bit(l[1], z[1]) + bit(l[2], z[2]),
        |z| {
            bit(0.5, z[0])
                + bit(2.0 * z[0] - 1.0, z[1])
                + bit(0.5 - 1.5 * z[0], z[2])
                + normal(2.0 * z[1] - z[2] + z[1] * z[2], 1.5)
        },
    );
    let found = estimates!(Fork::new(61), None::<Key>, 1.5);
    assert_means("fork", &found, &exact);
}

#[test]
fn two_parts() {
    let exact = exact(
        |l, z| bit(l[0], z[0]) + bit(l[1], z[1]) + bit(l[2] + 0.5 * z[1], z[2]),
        |z| {
            bit(0.5, z[0])
                + bit(-0.5, z[1])
                + bit(z[1] - 0.5, z[2])
                + normal(2.0 * z[0], 1.5)
                + normal(3.0 * z[2] - z[1], 2.0)
        },
    );
    let found = estimates!(Parts::new(67), None::<Key>, 1.5, 2.0);
    assert_means("parts", &found, &exact);
}

/// An observation of one part is no cost of the other part: under the same noise its estimates are the same to
/// the bit, however far off the other part is.
#[test]
fn a_score_counts_only_terms_that_its_site_influences() {
    let key = Some(Key::new(71, 0));
    let near = estimates!(Parts::new(67), key, 1.5, 2.0);
    let far = estimates!(Parts::new(67), key, 1.5, 200.0);
    assert_eq!(near[0], far[0]);
    assert_ne!(near[1], far[1]);
    assert_ne!(near[2], far[2]);
}
