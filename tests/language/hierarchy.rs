//! Latents behind latents: `z₂ → z₁ → x` in p, `x → z₁ → z₂` in q, with bits that are enumerated here.

use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::{bounds, copies, evidence, fill};
use elbow_tests::support::statistics::assert_mean;

model! {
    /// Two layers of two bits.
    struct Stack {
        up: Linear<2, 2>,
        upper: Linear<2, 2>,
        down: Linear<2, 2>,
        lower: Linear<2, 2>,
    }
    generative p {
        sample z2: [2] ~ Bernoulli::probs(0.4);
        sample z1: [2] ~ Bernoulli::logits(down(z2));
        sample x: [2] ~ Bernoulli::logits(lower(z1));
    }
    inference q(x) {
        sample z1 ~ Bernoulli::logits(up(x));
        sample z2 ~ Bernoulli::logits(upper(z1));
    }
}

const X: [f64; 2] = [1.0, 0.0];
const UP: Layer = Layer([0.8, -0.4, 0.3, 0.6], [-0.2, 0.5]);
const UPPER: Layer = Layer([-1.0, 0.7, 0.2, 0.9], [0.3, -0.6]);
const DOWN: Layer = Layer([1.2, -0.3, 0.4, -0.8], [0.1, 0.2]);
const LOWER: Layer = Layer([1.5, -0.5, -0.9, 0.6], [-0.4, 0.3]);

/// Weights and biases.
struct Layer([f64; 4], [f64; 2]);

impl Layer {
    /// The log-mass of bits at the logits of an input.
    fn log_mass(&self, input: [f64; 2], bits: [f64; 2]) -> f64 {
        let of = |i: usize| {
            let logit = self.0[2 * i] * input[0] + self.0[2 * i + 1] * input[1] + self.1[i];
            bits[i] * logit - logit.exp().ln_1p()
        };
        of(0) + of(1)
    }
}

fn model(seed: u64) -> Stack {
    let mut model = Stack::new(seed);
    let set = |linear: &mut elbow::family::Built<Linear<2, 2>>, layer: &Layer| {
        fill(&mut linear.weight, &layer.0);
        fill(&mut linear.bias, &layer.1);
    };
    set(&mut model.up, &UP);
    set(&mut model.upper, &UPPER);
    set(&mut model.down, &DOWN);
    set(&mut model.lower, &LOWER);
    model
}

const STATES: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// The bound and the evidence, summed over all sixteen states.
fn exact() -> (f64, f64) {
    let (mut bound, mut evidence) = (0.0, 0.0);
    for z1 in STATES {
        for z2 in STATES {
            let prior: f64 = z2
                .iter()
                .map(|&b| if b == 1.0 { 0.4_f64.ln() } else { 0.6_f64.ln() })
                .sum();
            let log_p = prior + DOWN.log_mass(z2, z1) + LOWER.log_mass(z1, X);
            let log_q = UP.log_mass(X, z1) + UPPER.log_mass(z1, z2);
            bound += log_q.exp() * (log_p - log_q);
            evidence += log_p.exp();
        }
    }
    (bound, evidence.ln())
}

fn data(rows: usize) -> Batch<(Const<2>,)> {
    batch(copies(&X, rows)).expect("rows")
}

/// `z₁` has `z₂` for a parent, which descends from it in q: its closed form would be wrong by 0.2.
#[test]
fn the_bound_is_the_sum_over_all_states() {
    let (bound, log_evidence) = exact();
    let model = model(1);
    assert_mean("bound", &bounds(&model.q(&data(200_000))), bound, 0.05);
    let many = Elbo::default()
        .enumerate_up_to(0)
        .particles(20)
        .evaluate(&model.q(&data(10_000)))
        .expect("legal");
    assert_mean("20 particles", &many.rows, bound, 0.05);
    assert_mean(
        "K = 500",
        &evidence(&model.q(&data(400)), 500),
        log_evidence,
        0.05,
    );
}

#[test]
fn relaxed_training_raises_the_discrete_bound() {
    let mut model = model(2);
    let (before, _) = exact();
    let x = data(32);
    let mut adam = Adam::new(0.02);
    for _ in 0..400 {
        let elbo = Elbo::default().profile(Profile::Relaxed);
        let loss = elbo.loss(&model.q(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    let after = Elbo::default()
        .evaluate(&model.q(&data(5000)))
        .expect("legal")
        .elbo;
    // One row of data can be explained almost wholly.
    assert!(
        after > before + 1.0 && after > -0.3 && after < 0.0,
        "{before} to {after}"
    );
}
