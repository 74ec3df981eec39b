//! One of six with probabilities (.95, .01, …) and cost `2.4 k`, and the same plus 100 (Storchastic's
//! `is_unbiased`): an estimator without a working baseline drowns in the constant.

use elbow::prelude::*;
use elbow_tests::support::programs::copies;
use elbow_tests::support::statistics::{Estimate, assert_mean};

const ROWS: usize = 40_000;
const PROBS: [f64; 6] = [0.95, 0.01, 0.01, 0.01, 0.01, 0.01];
const COSTS: [f64; 6] = [2.4, 4.8, 7.2, 9.6, 12.0, 14.4];
const MEAN: f64 = 2.76;

model! {
    /// One of six, by every estimator.
    struct Six {
        baseline: Parameter<Rank1<1>>,
    }
    generative p(logits: [6], costs: [6]) {
        sample z: [6] ~ OneHotCategorical::logits(0.0);
        sample x ~ Factor::new(-total(z * costs));
    }
    inference enumerated(x, logits, costs) { sample z ~ OneHotCategorical::logits(logits) via Enumerate; }
    inference rloo(x, logits, costs) { sample z ~ OneHotCategorical::logits(logits) via Rloo { samples: 4 }; }
    inference score(x, logits, costs) { sample z ~ OneHotCategorical::logits(logits) via ScoreFunction; }
    inference running(x, logits, costs) {
        sample z ~ OneHotCategorical::logits(logits) via ScoreFunction::running_mean(0.99);
    }
    inference learned(x, logits, costs) {
        sample z ~ OneHotCategorical::logits(logits) via ScoreFunction::learned(baseline);
    }
    inference rebar(x, logits, costs) { sample z ~ OneHotCategorical::logits(logits) via Rebar::default(); }
}

fn total(cost: elbow::prelude::Var<(usize, Const<6>)>) -> elbow::prelude::Var<(usize,)> {
    cost.sum_last()
}

/// The cost and its gradient by each row's logits, with `baseline` kept and learned.
macro_rules! estimates {
    ($guide:ident, $shift:expr, $baseline:expr, $rows:expr) => {{
        let mut six = Six::new(47);
        six.baseline.value.copy_from(&[-$baseline as f32]);
        six.run_state()
            .set_means([("z".to_owned(), -$baseline)].into());
        let plate = |row: &[f64]| batch::<(usize, Const<6>)>(copies(row, $rows)).expect("rows");
        let logits = plate(&PROBS.map(f64::ln));
        let costs = plate(&COSTS.map(|cost| cost + $shift));
        let x = batch(vec![0.0; $rows]).expect("rows");
        let elbo = Elbo::default().kl_weight(0.0);
        let loss = elbo.loss(&six.$guide(&x, &logits, &costs)).expect("legal");
        let value = f64::from(loss.value());
        let gradients = loss.backward().get(&logits).as_vec();
        let of = |k: usize| -> Vec<f64> {
            let own = gradients.iter().skip(k).step_by(6);
            own.map(|g| f64::from(*g) * $rows as f64).collect()
        };
        (value, (0..6).map(of).collect::<Vec<_>>())
    }};
}

fn exact() -> Vec<f64> {
    (0..6).map(|k| PROBS[k] * (COSTS[k] - MEAN)).collect()
}

#[test]
fn the_cost_is_what_it_is() {
    for shift in [0.0, 100.0] {
        let (value, gradient) = estimates!(enumerated, shift, 0.0, 1);
        assert!(
            (value - MEAN - shift).abs() < 1e-5 * (1.0 + shift),
            "{value}"
        );
        for (own, exact) in gradient.iter().zip(exact()) {
            assert!(
                (own[0] - exact).abs() < 1e-6 * (1.0 + shift),
                "{} {exact}",
                own[0]
            );
        }
    }
}

/// Right on average, and no more spread with the hundred than without.
#[test]
fn a_constant_changes_nothing() {
    macro_rules! check {
        ($($guide:ident)*) => {$({
            let (_, plain) = estimates!($guide, 0.0, MEAN, ROWS);
            let (_, shifted) = estimates!($guide, 100.0, MEAN + 100.0, ROWS);
            for (k, exact) in exact().into_iter().enumerate() {
                let name = format!("{}, logit {k}", stringify!($guide));
                assert_mean(&name, &plain[k], exact, 0.2);
                assert_mean(&name, &shifted[k], exact, 0.2);
                let [plain, shifted] = [&plain[k], &shifted[k]].map(|own| Estimate::of(own));
                let ratio = shifted.standard_error / plain.standard_error;
                assert!((ratio - 1.0).abs() < 0.01, "{name}: {ratio}");
            }
        })*};
    }
    check!(rloo score running learned rebar);
}

/// Without one it is as bad as it should be: the test above could pass for no other reason.
#[test]
fn a_wrong_baseline_shows() {
    let (_, found) = estimates!(running, 100.0, 0.0, ROWS);
    // The variance of a draw of the first category, times the constant squared.
    let least = 100.0 * (0.95 * 0.05 / ROWS as f64).sqrt();
    let estimate = Estimate::of(&found[0]);
    assert!(estimate.standard_error > 0.9 * least, "{estimate:?}");
    assert!((estimate.mean - exact()[0]).abs() < 5.0 * estimate.standard_error);
}
