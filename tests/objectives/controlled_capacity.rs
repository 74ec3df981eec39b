//! The bound of a given divergence: value and gradient on both sides of the capacity, and where training ends.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, to_f32};

use crate::doubly_reparameterised::log_normal;

model! {
    /// A normal with a normal mean.
    struct Pair {}
    generative p(loc) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, loc) {
        sample z ~ Normal::new(loc, 0.5);
    }
}

const LOCS: [f64; 4] = [0.1, -0.3, 2.0, 1.0];

/// `KL(N(m, ¼) ‖ N(0, 1))`
fn kl(m: f64) -> f64 {
    2.0_f64.ln() + 0.5 * (0.25 + m * m) - 0.5
}

/// The loss of four rows at one step, its log-likelihood, and the gradient of each row.
fn run(objective: &impl Objective, step: u64) -> (f64, f64, Vec<f64>) {
    let x = column(0.7, 4);
    let loc: Batch<()> = batch(to_f32(&LOCS)).expect("whole rows");
    let program = Pair::new(1);
    let program = program.q(&x, &loc).at(Key::new(1, step));
    let loss = objective.loss(&program).expect("legal");
    let (value, fit) = (loss.value().into(), loss.log_likelihood());
    (value, fit, by_row(&loss.backward(), &loc, 4))
}

/// The mean of the batch is on one side, though rows are on both.
#[test]
fn on_both_sides_of_the_capacity() {
    let mean = LOCS.map(kl).iter().sum::<f64>() / 4.0;
    for particles in [1, 3] {
        let elbo = Elbo::default().particles(particles);
        let (_, fit, without) = run(&elbo.clone().kl_weight(0.0), 0);
        for (nats, side) in [
            (0.0, 1.0),
            (mean - 0.05, 1.0),
            (mean + 0.05, -1.0),
            (9.0, -1.0),
        ] {
            for weight in [0.0, 0.5, 30.0] {
                let objective = ControlledCapacity::new(weight as f32, nats).particles(particles);
                let (value, own, gradient) = run(&objective, 0);
                assert_close("fit", own, fit, 1e-6, 4.0);
                let exact = weight * (mean - nats).abs() - fit;
                assert_close("value", value, exact, 2e-6, exact.abs() + weight);
                for ((found, without), loc) in gradient.iter().zip(&without).zip(LOCS) {
                    // ∂KL/∂m = m
                    let exact = without - side * weight * loc;
                    assert_close("gradient", *found, exact, 2e-6, exact);
                }
            }
        }
    }
}

/// The capacity is the schedule's at the step of the program.
#[test]
fn it_grows() {
    let objective = ControlledCapacity::new(2.0, Schedule::linear(0.0, 4.0, 100));
    for (step, nats) in [(0, 0.0), (50, 2.0), (1000, 4.0)] {
        assert_eq!(
            run(&objective, step),
            run(&ControlledCapacity::new(2.0, nats), step)
        );
    }
}

const X: f64 = 1.1;
const LOGITS: [f64; 2] = [0.6, -0.4];
const ROWS: usize = 100_000;

model! {
    /// Two bits that are drawn against the model, so that no divergence but the first's is in closed form.
    struct Bits {}
    generative p(a, b) {
        sample y ~ Bernoulli::logits(0.3);
        sample z ~ Bernoulli::logits(y * 2.0 - 1.0);
        sample x ~ Normal::new(y + z * 0.5, 1.0);
    }
    inference exact(x, a, b) {
        sample z ~ Bernoulli::logits(a) via Enumerate;
        sample y ~ Bernoulli::logits(b + z) via Enumerate;
    }
    inference rloo(x, a, b) {
        sample z ~ Bernoulli::logits(a) via Rloo { samples: 3 };
        sample y ~ Bernoulli::logits(b + z) via DisArm;
    }
    inference local(x, a, b) {
        sample z ~ Bernoulli::logits(a) via LocalExpectation;
        sample y ~ Bernoulli::logits(b + z) via ScoreFunction;
    }
}

/// `ln Bernoulli(z; σ(logit))`
fn bit(logit: f64, z: f64) -> f64 {
    z * logit - logit.exp().ln_1p()
}

/// The mean log-likelihood and the divergence.
fn parts([a, b]: [f64; 2]) -> [f64; 2] {
    let mut parts = [0.0; 2];
    for (y, z) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
        let log_q = bit(a, z) + bit(b + z, y);
        parts[0] += log_q.exp() * log_normal(X, y + 0.5 * z, 1.0);
        parts[1] += log_q.exp() * (log_q - bit(0.3, y) - bit(2.0 * y - 1.0, z));
    }
    parts
}

/// What score functions are paid turns with the side.
#[test]
fn estimators_are_paid_the_price() {
    let bits = Bits::new(2);
    let [fit, divergence] = parts(LOGITS);
    for (nats, side) in [(0.5 * divergence, 1.0), (2.0 * divergence, -1.0)] {
        let objective = ControlledCapacity::new(3.0, nats);
        let (x, a, b) = (
            column(X, ROWS),
            column(LOGITS[0], ROWS),
            column(LOGITS[1], ROWS),
        );
        let own = |logits| {
            let [fit, divergence] = parts(logits);
            fit - 3.0 * side * (divergence - nats)
        };
        let exact = [
            derivative(|a| own([a, LOGITS[1]]), LOGITS[0]),
            derivative(|b| own([LOGITS[0], b]), LOGITS[1]),
        ];
        for (name, loss, slack) in [
            ("exact", objective.loss(&bits.exact(&x, &a, &b)), 1e-5),
            ("rloo", objective.loss(&bits.rloo(&x, &a, &b)), 0.03),
            ("local", objective.loss(&bits.local(&x, &a, &b)), 0.03),
        ] {
            let loss = loss.expect("legal");
            let value = -f64::from(loss.value());
            let expected = fit - 3.0 * (divergence - nats).abs();
            assert!(
                (value - expected).abs() < slack,
                "{name}: {value}, not {expected}"
            );
            let gradients = loss.backward();
            for (of, exact) in [&a, &b].into_iter().zip(exact) {
                assert_mean(name, &by_row(&gradients, of, ROWS), exact, 0.1);
            }
        }
    }
}

model! {
    /// The same normals, with a guide to learn.
    struct Learned { loc: Parameter<Rank0>, log_scale: Parameter<Rank0> }
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x) { sample z ~ Normal::new(loc, log_scale.exp()); }
}

/// Among the guides of that divergence the best is the posterior of a prior that counts `λ` times: `m = x/(1 + λ)` and
/// `s² = λ/(1 + λ)`.
#[test]
fn training_ends_at_the_capacity() {
    for nats in [0.2, 1.0, 2.5] {
        let mut model = Learned::new(3);
        let x = column(1.5, 64);
        let mut adam = Adam::scheduled(Schedule::exponential(0.1, 1.5e-3));
        let objective = ControlledCapacity::new(4.0, nats).particles(8);
        for _ in 0..4000 {
            let loss = objective.loss(&model.q(&x)).expect("legal");
            adam.descend(&mut model, loss).expect("finite gradients");
        }
        let evaluation = objective.evaluate(&model.q(&x)).expect("legal");
        let found = evaluation.kl;
        assert!((found - nats).abs() < 0.01, "{found} nats, not {nats}");
        let [loc, scale] = [
            f64::from(model.loc.value.array()),
            f64::from(model.log_scale.value.array()).exp(),
        ];
        // m = x (1 − s²)
        let best = 1.5 * (1.0 - scale * scale);
        assert!(
            (loc - best).abs() < 0.05,
            "at {nats} nats: {loc}, not {best}"
        );
    }
}

#[test]
fn settings_that_make_no_sense() {
    let (x, pair) = (column(0.7, 2), Pair::new(1));
    for wrong in [-1.0, f32::NAN, f32::INFINITY] {
        for (objective, setting) in [
            (ControlledCapacity::new(wrong, 1.0), "the weight"),
            (
                ControlledCapacity::new(1.0, wrong),
                "the controlled capacity",
            ),
        ] {
            let error = objective.loss(&pair.q(&x, &x)).expect_err("no sense");
            assert!(matches!(error, Error::Setting { .. }), "{error}");
            assert!(error.to_string().starts_with(setting), "{error}");
        }
    }
}
