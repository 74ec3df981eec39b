//! Covariates: given, never scored, in every program of a model.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, fill};
use elbow_tests::support::tensors::{assert_close, noise};

model! {
    /// A regression with a latent offset.
    struct Regression {
        slope: Linear<2, 1>,
        offset: Linear<2, 1>,
    }

    generative p(u: [2]) {
        sample z: [1] ~ Normal::new(slope(u), 0.5);
        sample x: [1] ~ Normal::new(z + slope(u), 1.0);
    }

    inference q(x, u) {
        sample z ~ Normal::new(offset(u) + x * 0.5, 0.5);
    }
}

fn model() -> Regression {
    let mut model = Regression::new(1);
    fill(&mut model.slope.weight, &[0.3, -0.2]);
    fill(&mut model.slope.bias, &[0.1]);
    fill(&mut model.offset.weight, &[0.0, 0.0]);
    fill(&mut model.offset.bias, &[0.0]);
    model
}

fn rows<const N: usize>(values: &[f32]) -> Batch<(Const<N>,)> {
    batch(values.to_vec()).expect("whole rows")
}

fn log_normal(x: f64, loc: f64, scale: f64) -> f64 {
    -0.5 * ((x - loc) / scale).powi(2) - scale.ln() - 0.918_938_533_204_672_7
}

#[test]
fn the_log_joint_depends_on_them_and_does_not_score_them() {
    let u = rows::<2>(&[1.0, 2.0, -1.0, 0.5, 40.0, 100.0]);
    let joint = RegressionPJoint {
        z: rows(&[0.2, -0.3, 0.0]),
        x: rows(&[1.0, 0.0, -2.0]),
    };
    let found = model().p(&u).log_joint(&joint).expect("legal").as_vec();
    let lines = [[1.0, 2.0], [-1.0, 0.5], [40.0, 100.0]].map(|u| 0.3 * u[0] - 0.2 * u[1] + 0.1);
    for (row, (z, x)) in [(0.2, 1.0), (-0.3, 0.0), (0.0, -2.0)]
        .into_iter()
        .enumerate()
    {
        let exact = log_normal(z, lines[row], 0.5) + log_normal(x, z + lines[row], 1.0);
        assert_close("log joint", found[row].into(), exact, 2e-6, exact);
    }
}

/// Every row has covariates of its own: the bound is the mean of the bounds of each row alone.
#[test]
fn each_row_has_its_own() {
    let model = model();
    let (x, u) = (rows::<1>(&[0.5; 2]), rows::<2>(&[0.0, 0.0, 3.0, -3.0]));
    let found = Elbo::default().evaluate(&model.q(&x, &u)).expect("legal");
    // KL(N(¼, ½²) ‖ N(line, ½²)) = 2 (¼ − line)², in mean over both rows.
    let exact = [0.1, 1.6].map(|line: f64| 2.0 * (0.25 - line).powi(2));
    assert_close(
        "divergence",
        found.kl,
        (exact[0] + exact[1]) / 2.0,
        1e-6,
        1.0,
    );
    assert_eq!(bounds(&model.q(&x, &u)).len(), 2);
}

#[test]
fn draws_have_as_many_rows_as_they() {
    let model = model();
    let u = rows::<2>(&[0.0, 0.0, 1000.0, 0.0]);
    let mut rng = noise(1, "draws").row(0);
    let drawn = model.p(&u).sample(2, &mut rng).expect("legal");
    let z = drawn.z.as_vec();
    assert!(z[0].abs() < 5.0 && (z[1] - 300.0).abs() < 5.0, "{z:?}");
    let Err(Error::RowCounts {
        rows: 3,
        other: "u",
        other_rows: 2,
        ..
    }) = model.p(&u).sample(3, &mut rng)
    else {
        panic!("three rows of two covariates")
    };
}

#[test]
fn log_joints_tell_bad_covariates() {
    let model = model();
    let joint = RegressionPJoint {
        z: rows(&[0.0; 3]),
        x: rows(&[0.0; 3]),
    };
    let error = model
        .p(&rows::<2>(&[0.0; 4]))
        .log_joint(&joint)
        .expect_err("two rows and three");
    assert!(
        matches!(
            error,
            Error::RowCounts {
                rows: 2,
                other: "z",
                other_rows: 3,
                ..
            }
        ),
        "{error:?}"
    );
    let nan = rows::<2>(&[0.0, 0.0, 0.0, f32::NAN, 0.0, 0.0]);
    let error = model.p(&nan).log_joint(&joint).expect_err("NaN");
    assert!(
        matches!(
            error,
            Error::Input {
                name: "u",
                row: 1,
                ..
            }
        ),
        "{error:?}"
    );
}
