//! Values far from what a model expects: numbers in double, and errors only where a value is ruled out.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, rounded};

model! {
    struct Wide {}
    generative p {
        sample x ~ Normal::new(0.0, 1.0);
        sample u ~ Uniform::new(-1e38, 1e38);
    }
    inference q(x, u) {}
}

fn joint(x: Vec<f32>, u: Vec<f32>) -> WidePJoint {
    let rows = "whole rows";
    WidePJoint {
        x: batch(x).expect(rows),
        u: batch(u).expect(rows),
    }
}

/// Holds for `log_joint` and `LogEvidence`, beyond the largest `f32`.
#[test]
fn far_values_have_densities() {
    let joint = joint(vec![0.5, 1e30, -3e38], vec![0.0, 1e37, -5e37]);
    let model = Wide::new(0);
    let found = model.p().log_joint(&joint).expect("numbers");
    let evidence = LogEvidence::samples(1).evaluate(&model.q(&joint.x, &joint.u));
    let evidence = evidence.expect("numbers").rows;
    for (row, x) in [0.5, 1e30, -3e38].map(rounded).into_iter().enumerate() {
        let length = 2.0 * rounded(1e38);
        let exact = -0.5 * x * x - 0.918_938_533_204_672_7 - length.ln();
        assert_close("log joint", found.exact()[row], exact, 1e-7, exact);
        assert_close("evidence", evidence[row], exact, 1e-7, exact);
    }
}

/// The same site and row by every entry.
#[test]
fn impossible_values_are_told() {
    let joint = joint(vec![0.5, 1.0, 2.0], vec![0.0, 0.5, 2e38]);
    let model = Wide::new(0);
    let error = model.p().log_joint(&joint).expect_err("ruled out");
    assert_eq!(
        error.to_string(),
        "the log-density of `u` is -inf in row 2: no draw of the model has this value"
    );
    let program = || model.q(&joint.x, &joint.u);
    let told = [
        LogEvidence::samples(2).evaluate(&program()).err(),
        Elbo::default().evaluate(&program()).err(),
    ];
    for error in told {
        match error.expect("ruled out") {
            Error::NotFinite { sites, .. } => assert_eq!(sites, [("u", 2)]),
            error => panic!("{error}"),
        }
    }
}
