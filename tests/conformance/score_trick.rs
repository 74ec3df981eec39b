//! TFP's `test_score_trick` and `test_kl_with_joint_q`: a divergence and its gradient by the score function, by the path
//! and in closed form; and that of a joint guide, ½ + 1 − ½ ln 2 − ½ = 0.6534264.
//!
//! Nothing observed depends on the latents.

use elbow::prelude::*;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 200_000;

model! {
    /// A normal toward another.
    struct Normals {}
    generative p(loc, scale) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z * 0.0, 1.0);
    }
    inference closed(x, loc, scale) { sample z ~ Normal::new(loc, scale); }
    inference score(x, loc, scale) { sample z ~ Normal::new(loc, scale) via ScoreFunction; }
    inference rloo(x, loc, scale) { sample z ~ Normal::new(loc, scale) via Rloo { samples: 4 }; }
}

#[test]
fn the_same_gradient_by_every_estimator() {
    let (m, s) = (0.6, 1.4);
    let (x, loc, scale) = (column(0.0, ROWS), column(m, ROWS), column(s, ROWS));
    let model = Normals::new(18);
    let kl = 0.5 * (s * s + m * m - 1.0) - f64::ln(s);
    let exact = [-m, 1.0 / s - s];
    let (plain, landing) = (Elbo::default(), Elbo::default().sticking_the_landing());
    let weighted = ImportanceWeighted::default();
    macro_rules! check {
        ($name:expr, $objective:expr, $program:ident, $effect:expr) => {
            let loss = $objective
                .loss(&model.$program(&x, &loc, &scale))
                .expect("legal");
            assert!((loss.kl() - kl).abs() < 0.02, "{}: {}", $name, loss.kl());
            let gradients = loss.backward();
            for (of, exact) in [&loc, &scale].into_iter().zip(exact) {
                assert_mean($name, &by_row(&gradients, of, ROWS), exact, $effect);
            }
        };
    }
    check!("closed form", plain, closed, 1e-4);
    check!("the path alone", landing, closed, 0.05);
    check!("one weight, by the path", weighted, closed, 0.05);
    check!("one weight, by the score", weighted, score, 0.15);
    // A draw's own divergence in closed form is no cost to a score function.
    check!("closed form beside a score function", plain, score, 1e-4);
    check!("closed form beside leave-one-out", plain, rloo, 1e-4);
}

model! {
    /// A chain toward a chain: ½ of the first, 1 − ½ ln 2 − ½ of the second.
    struct Joint {}
    generative p {
        sample z1 ~ Normal::new(0.0, 1.0);
        sample z2 ~ Normal::new(z1, 1.0);
        sample x ~ Normal::new(z2 * 0.0, 1.0);
    }
    inference path(x) {
        sample z1 ~ Normal::new(1.0, 1.0);
        sample z2 ~ Normal::new(z1, 2.0_f32.sqrt());
    }
    inference score(x) {
        sample z1 ~ Normal::new(1.0, 1.0) via ScoreFunction;
        sample z2 ~ Normal::new(z1, 2.0_f32.sqrt()) via ScoreFunction;
    }
}

#[test]
fn a_joint_guide() {
    let joint = Joint::new(19);
    let x = column(0.0, 2000);
    let runs = |own: &dyn Fn() -> f64| -> Vec<f64> { (0..100).map(|_| own()).collect() };
    let landing = Elbo::default().sticking_the_landing();
    let weighted = ImportanceWeighted::default();
    let by_path = runs(&|| landing.loss(&joint.path(&x)).expect("legal").kl());
    assert_mean("by the path", &by_path, 0.653_426_4, 0.04);
    let by_score = runs(&|| weighted.loss(&joint.score(&x)).expect("legal").kl());
    assert_mean("by the score", &by_score, 0.653_426_4, 0.04);
    let closed = Elbo::default().loss(&joint.path(&x)).expect("legal").kl();
    assert!((closed - 0.653_426_4).abs() < 1e-6, "{closed}");
}
