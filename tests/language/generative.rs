//! The generative model alone, and draws from both: typed values that obey the model.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::programs::{copies, fill};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, noise, rows_of};

model! {
    /// A bit, a normal, and an image of both.
    struct Small {
        decoder: Linear<1, 2>,
    }
    generative p {
        sample z: [1] ~ Bernoulli::probs(0.3);
        sample w ~ Normal::new(1.0, 2.0);
        sample x: [2] ~ Bernoulli::logits(decoder(z));
        sample y ~ Normal::new(w * 3.0, 0.5);
    }
    inference q(x, y) {
        sample z ~ Bernoulli::probs(0.8);
        sample w ~ Normal::new(y / 3.0, 0.1);
    }
}

fn model() -> Small {
    let mut model = Small::new(1);
    fill(&mut model.decoder.weight, &[2.0, -1.0]);
    fill(&mut model.decoder.bias, &[-0.5, 0.25]);
    model
}

fn column(values: &[f32], width: usize, at: usize) -> Vec<f64> {
    values.chunks(width).map(|row| f64::from(row[at])).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn draws_follow_the_model() {
    let drawn = model()
        .p()
        .sample(100_000, &mut noise(1, "draws").row(0))
        .expect("legal");
    let (z, w, y) = (drawn.z.as_vec(), drawn.w.as_vec(), drawn.y.as_vec());
    assert_mean("z", &column(&z, 1, 0), 0.3, 0.05);
    assert_mean("w", &column(&w, 1, 0), 1.0, 0.1);
    let squares: Vec<f64> = w.iter().map(|&w| f64::from(w - 1.0).powi(2)).collect();
    assert_mean("w²", &squares, 4.0, 0.3);
    // Each row of y belongs to that row's w.
    let misses: Vec<f64> = w
        .iter()
        .zip(&y)
        .map(|(w, y)| f64::from(y - 3.0 * w).powi(2))
        .collect();
    assert_mean("y | w", &misses, 0.25, 0.02);
    // And each row of x to that row's z.
    let first = column(&drawn.x.as_vec(), 2, 0);
    for bit in [0.0_f32, 1.0] {
        let rows = first.iter().zip(&z).filter(|&(_, &z)| z == bit);
        let ones: Vec<f64> = rows.map(|(x, _)| *x).collect();
        assert_mean("x | z", &ones, sigmoid(2.0 * f64::from(bit) - 0.5), 0.05);
    }
}

#[test]
fn the_same_generator_gives_the_same_draws() {
    let model = model();
    let mut rng = noise(2, "draws").row(0);
    let first = model.p().sample(10, &mut rng).expect("legal");
    let second = model.p().sample(10, &mut rng).expect("legal");
    let again = model
        .p()
        .sample(10, &mut noise(2, "draws").row(0))
        .expect("legal");
    assert_eq!(first.w.as_vec(), again.w.as_vec());
    assert_eq!(first.x.as_vec(), again.x.as_vec());
    assert_ne!(first.w.as_vec(), second.w.as_vec());
}

#[test]
fn log_joint_by_hand() {
    let joint = SmallPJoint {
        z: batch(vec![1.0, 0.0]).expect("rows"),
        w: batch(vec![0.5, 3.0]).expect("rows"),
        x: batch(vec![1.0, 1.0, 0.0, 1.0]).expect("rows"),
        y: batch(vec![2.0, 9.5]).expect("rows"),
    };
    let normal =
        |x: f64, m: f64, s: f64| -0.5 * ((x - m) / s).powi(2) - s.ln() - 0.918_938_533_204_672_7;
    let exact = [
        0.3_f64.ln()
            + normal(0.5, 1.0, 2.0)
            + sigmoid(1.5).ln()
            + sigmoid(-0.75).ln()
            + normal(2.0, 1.5, 0.5),
        0.7_f64.ln()
            + normal(3.0, 1.0, 2.0)
            + sigmoid(0.5).ln()
            + sigmoid(0.25).ln()
            + normal(9.5, 9.0, 0.5),
    ];
    let found = model().p().log_joint(&joint).expect("legal").as_vec();
    for (found, exact) in found.into_iter().zip(exact) {
        assert_close("log joint", found.into(), exact, 2e-6, exact);
    }
}

/// The model scores what it drew, and the mean score is minus the entropy.
#[test]
fn draws_can_be_scored() {
    let model = model();
    let drawn = model
        .p()
        .sample(100_000, &mut noise(3, "draws").row(0))
        .expect("legal");
    let scores: Vec<f64> = model
        .p()
        .log_joint(&drawn)
        .expect("legal")
        .as_vec()
        .into_iter()
        .map(f64::from)
        .collect();
    let bit = |p: f64| -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
    let normal = |s: f64| s.ln() + 1.418_938_533_204_672_7;
    let pixels = |z: f64| bit(sigmoid(2.0 * z - 0.5)) + bit(sigmoid(0.25 - z));
    let entropy = bit(0.3) + normal(2.0) + normal(0.5) + 0.3 * pixels(1.0) + 0.7 * pixels(0.0);
    assert_mean("entropy", &scores, -entropy, 0.05);
}

#[test]
fn log_joint_tells_bad_rows() {
    let joint = |z: Vec<f32>, w: Vec<f32>, x: Vec<f32>| SmallPJoint {
        y: rows_of(vec![0.0; z.len()]),
        z: rows_of(z),
        w: rows_of(w),
        x: rows_of(x),
    };
    let model = model();
    let fail = |joint| model.p().log_joint(&joint).expect_err("a bad row");
    let error = fail(joint(
        vec![0.0, 1.0],
        vec![0.0; 2],
        vec![0.0, 1.0, 0.0, 0.5],
    ));
    assert!(
        matches!(
            error,
            Error::Observation {
                site: "x",
                row: 1,
                element: 1,
                value: 0.5,
                ..
            }
        ),
        "{error:?}"
    );
    let error = fail(joint(vec![0.0, 0.25], vec![0.0; 2], vec![0.0; 4]));
    assert!(
        matches!(
            error,
            Error::Observation {
                site: "z",
                row: 1,
                element: 0,
                ..
            }
        ),
        "{error:?}"
    );
    let error = fail(joint(vec![0.0; 2], vec![0.0, f32::NAN], vec![0.0; 4]));
    assert!(
        matches!(
            error,
            Error::Observation {
                site: "w",
                row: 1,
                ..
            }
        ),
        "{error:?}"
    );
    let error = fail(joint(vec![0.0; 2], vec![0.0; 3], vec![0.0; 4]));
    assert!(
        matches!(
            error,
            Error::RowCounts {
                site: "z",
                rows: 2,
                other: "w",
                other_rows: 3
            }
        ),
        "{error:?}"
    );
    let error = fail(joint(vec![], vec![], vec![]));
    assert!(matches!(error, Error::NoRows { site: "z" }), "{error:?}");
}

/// Codes are hard draws; reconstructions are means given one draw.
#[test]
fn codes_and_reconstructions() {
    let model = model();
    let x: Batch<(Const<2>,)> = batch(copies(&[1.0, 0.0], 20_000)).expect("rows");
    let y: Batch<()> = batch(copies(&[6.0], 20_000)).expect("rows");
    let codes = model
        .q(&x, &y)
        .sample(&mut noise(4, "codes").row(0))
        .expect("legal");
    let z = codes.z.as_vec();
    assert!(z.iter().all(|&z| z == 0.0 || z == 1.0));
    assert_mean("z", &column(&z, 1, 0), 0.8, 0.05);
    assert_mean("w", &column(&codes.w.as_vec(), 1, 0), 2.0, 0.02);
    // The same generator decodes the same draw.
    let means = model
        .q(&x, &y)
        .reconstruct(&mut noise(4, "codes").row(0))
        .expect("legal");
    let pairs = z.iter().zip(
        means
            .x
            .as_vec()
            .chunks(2)
            .map(<[f32]>::to_vec)
            .collect::<Vec<_>>(),
    );
    for (z, mean) in pairs {
        let z = f64::from(*z);
        assert_close("x[0]", mean[0].into(), sigmoid(2.0 * z - 0.5), 1e-6, 1.0);
        assert_close("x[1]", mean[1].into(), sigmoid(0.25 - z), 1e-6, 1.0);
    }
    for (w, mean) in codes.w.as_vec().into_iter().zip(means.y.as_vec()) {
        assert_close("y", mean.into(), 3.0 * f64::from(w), 1e-6, 8.0);
    }
}
