//! Programs with the newer families, held against what is known of their posteriors.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, copies, evidence, fill};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Seven of ten with a beta prior.
    struct Coin {
        log_a: Parameter<Rank0>,
        log_b: Parameter<Rank0>,
    }

    generative p {
        sample z ~ Beta::new(2.0, 3.0);
        sample x ~ Binomial::probs(10, z);
    }

    inference posterior(x) {
        sample z ~ Beta::new(9.0, 6.0);
    }

    inference q(x) {
        sample z ~ Beta::new(log_a.exp(), log_b.exp());
    }
}

/// The log-evidence of the sequence, and of the count, which is any of 120 sequences.
const SEVEN_OF_TEN: f64 = -7.314219887;

#[test]
fn beta_and_binomial_are_conjugate() {
    let model = Coin::new(1);
    let x: Batch<()> = batch(vec![7.0; 50]).expect("whole rows");
    let known = SEVEN_OF_TEN + 120.0_f64.ln();
    for row in evidence(&model.posterior(&x), 4) {
        // At the posterior every weight is the evidence.
        assert_close("evidence", row, known, 1e-5, 1.0);
    }
    let explained = model.posterior(&x).explain().to_string();
    assert!(explained.contains("implicit pathwise"), "{explained}");
    assert!(explained.contains("closed-form KL"), "{explained}");
}

/// Implicit gradients find the posterior.
#[test]
fn implicit_gradients_train_a_beta_guide() {
    let mut model = Coin::new(2);
    fill(&mut model.log_a.value, &[0.0]);
    fill(&mut model.log_b.value, &[0.0]);
    let x: Batch<()> = batch(vec![7.0; 64]).expect("whole rows");
    let mut adam = elbow::train::Adam::new(0.03);
    for _ in 0..400 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("a legal program");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    let all: Batch<()> = batch(copies(&[7.0], 20_000)).expect("whole rows");
    let rows = bounds(&model.q(&all));
    let bound = rows.iter().sum::<f64>() / rows.len() as f64;
    let known = SEVEN_OF_TEN + 120.0_f64.ln();
    assert_close("bound", bound, known, 0.02, 1.0);
}

model! {
    /// A flow as an inference model.
    struct Flow {
        u: Parameter<Rank1<2>>,
        w: Parameter<Rank1<2>>,
        b: Parameter<Rank0>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(z, 0.5);
    }

    inference q(x) {
        sample z: [2] ~ Transformed::new(Normal::new(0.0, 1.0), elbow::prelude::bijector::Planar::new(u, w, b));
    }
}

#[test]
fn a_flow_is_an_inference_model() {
    let mut model = Flow::new(3);
    fill(&mut model.u.value, &[0.1, -0.1]);
    fill(&mut model.w.value, &[0.5, 0.5]);
    fill(&mut model.b.value, &[0.0]);
    let x: Batch<(Const<2>,)> = batch(copies(&[1.0, 1.0], 64)).expect("whole rows");
    let mean = |rows: Vec<f64>| rows.iter().sum::<f64>() / rows.len() as f64;
    let before = mean(bounds(&model.q(&x)));
    let mut adam = elbow::train::Adam::new(0.02);
    for _ in 0..300 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("a legal program");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    let after = mean(bounds(&model.q(&x)));
    // ln p(x) = 2 ln N(1; 0, √1.25), which no bound exceeds.
    let evidence = -(std::f64::consts::TAU * 1.25).ln() - 0.8;
    assert!(after > before + 0.5, "{before} to {after}");
    assert!(after < evidence + 0.1, "{after} above {evidence}");
}

model! {
    /// Which of three, by index.
    struct Which {
        logits: Parameter<Rank1<3>>,
    }

    generative p {
        sample k ~ Categorical::<(Const<3>,)>::uniform();
        sample x ~ Normal::new(k, 0.5);
    }

    inference q(x) {
        sample k ~ Categorical::logits(logits);
    }

    inference listed(x) {
        sample k ~ Categorical::logits(logits) via Enumerate;
    }
}

/// The bound of a guess, by hand; and the score function and enumeration lead to the same posterior.
#[test]
fn categories_by_index_train() {
    let x: Batch<()> = batch(vec![1.2; 256]).expect("whole rows");
    let log_joint = |k: f64| {
        -(3.0_f64.ln()) - 2.0 * (1.2 - k).powi(2) - (0.5 * std::f64::consts::TAU.sqrt()).ln()
    };
    let evidence: f64 = [0.0, 1.0, 2.0]
        .map(|k| log_joint(k).exp())
        .iter()
        .sum::<f64>()
        .ln();
    for listed in [false, true] {
        let mut model = Which::new(4);
        fill(&mut model.logits.value, &[0.0; 3]);
        let mut adam = elbow::train::Adam::new(0.05);
        for _ in 0..300 {
            let loss = if listed {
                Elbo::default().loss(&model.listed(&x))
            } else {
                Elbo::default().loss(&model.q(&x))
            };
            adam.descend(&mut model, loss.expect("a legal program"))
                .expect("finite gradients");
        }
        let rows = bounds(&model.listed(&x));
        let bound = rows.iter().sum::<f64>() / rows.len() as f64;
        assert_close(&format!("listed: {listed}"), bound, evidence, 0.01, 1.0);
    }
}
