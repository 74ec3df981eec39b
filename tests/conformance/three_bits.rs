//! Three bits that share a logit of 0, with cost `Σ (b_i − t_i)²` and `t = (0.6, 0.51, 0.48)` (Liu, Regier,
//! Tripuraneni, Jordan and McAuliffe 2019, as Storchastic tests it): the cost is 0.7605 and its gradient −0.045, and
//! the variance of every estimator with finitely many outcomes is known by listing them.

use elbow::prelude::*;
use elbow_tests::support::programs::copies;
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 40_000;
const TARGETS: [f64; 3] = [0.6, 0.51, 0.48];
const GRADIENT: f64 = -0.045;

model! {
    /// Three bits, by every estimator.
    struct Bits {
        baseline: Parameter<Rank1<1>>,
    }
    generative p(logits: [3], targets: [3]) {
        sample b: [3] ~ Bernoulli::logits(0.0);
        let distance = b - targets;
        sample x ~ Factor::new(-total(distance * distance));
    }
    inference enumerated(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via Enumerate; }
    inference two(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via Rloo { samples: 2 }; }
    inference three(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via Rloo { samples: 3 }; }
    inference four(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via Rloo { samples: 4 }; }
    inference disarm(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via DisArm; }
    inference score(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via ScoreFunction; }
    inference running(x, logits, targets) {
        sample b ~ Bernoulli::logits(logits) via ScoreFunction::running_mean(0.5);
    }
    inference learned(x, logits, targets) {
        sample b ~ Bernoulli::logits(logits) via ScoreFunction::learned(baseline);
    }
    inference rebar(x, logits, targets) { sample b ~ Bernoulli::logits(logits) via Rebar::default(); }
}

fn total(cost: elbow::prelude::Var<(usize, Const<3>)>) -> elbow::prelude::Var<(usize,)> {
    cost.sum_last()
}

/// The cost, and its gradient by the shared logit of each row.
macro_rules! estimates {
    ($guide:ident, $rows:expr) => {{
        let mut bits = Bits::new(43);
        bits.baseline.value.copy_from(&[-0.7605]);
        bits.run_state()
            .set_means([("b".to_owned(), -0.7605)].into());
        let plate = |row: &[f64]| batch::<(usize, Const<3>)>(copies(row, $rows)).expect("rows");
        let (logits, targets) = (plate(&[0.0; 3]), plate(&TARGETS));
        let x = batch(vec![0.0; $rows]).expect("rows");
        let elbo = Elbo::default().kl_weight(0.0);
        let loss = elbo
            .loss(&bits.$guide(&x, &logits, &targets))
            .expect("legal");
        let value = f64::from(loss.value());
        let gradients = loss.backward().get(&logits).as_vec();
        let shared = |own: &[f32]| own.iter().copied().map(f64::from).sum::<f64>() * $rows as f64;
        (value, gradients.chunks(3).map(shared).collect::<Vec<f64>>())
    }};
}

fn states() -> impl Iterator<Item = [f64; 3]> + Clone {
    (0..8_usize).map(|s| [s & 1, s >> 1 & 1, s >> 2 & 1].map(|bit| bit as f64))
}

fn cost(b: [f64; 3]) -> f64 {
    b.iter().zip(TARGETS).map(|(b, t)| (b - t).powi(2)).sum()
}

/// `Σ_i ∂ ln q(b_i)` by the shared logit.
fn score(b: [f64; 3]) -> f64 {
    b.iter().map(|b| b - 0.5).sum()
}

/// The variance of the leave-one-out estimator with this many samples.
fn leave_one_out(samples: u32) -> f64 {
    let all = 8_usize.pow(samples);
    let mut squares = 0.0;
    for outcome in 0..all {
        let drawn = (0..samples).map(|k| outcome / 8_usize.pow(k) % 8);
        let drawn: Vec<[f64; 3]> = drawn.filter_map(|s| states().nth(s)).collect();
        let mean = drawn.iter().map(|b| cost(*b)).sum::<f64>() / f64::from(samples);
        let sum: f64 = drawn.iter().map(|b| (cost(*b) - mean) * score(*b)).sum();
        squares += (sum / (f64::from(samples) - 1.0)).powi(2);
    }
    squares / all as f64 - GRADIENT * GRADIENT
}

/// A sample's variance is known to a few per cent at this number of rows.
fn assert_variance(name: &str, sample: &[f64], exact: f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let own = sample.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    assert!(
        (own / exact - 1.0).abs() < 0.06,
        "{name}: variance {own}, exact {exact}"
    );
}

#[test]
fn the_cost_and_its_gradient() {
    let (value, exact) = estimates!(enumerated, 1);
    assert!((value - 0.7605).abs() < 1e-6, "{value}");
    assert!((exact[0] - GRADIENT).abs() < 1e-6, "{}", exact[0]);
}

#[test]
fn more_samples_have_less_variance() {
    let variances = [2, 3, 4].map(leave_one_out);
    assert!(variances.is_sorted_by(|a, b| a > b), "{variances:?}");
    for (name, (_, found), exact) in [
        ("two", estimates!(two, ROWS), variances[0]),
        ("three", estimates!(three, ROWS), variances[1]),
        ("four", estimates!(four, ROWS), variances[2]),
    ] {
        assert_mean(name, &found, GRADIENT, 0.03);
        assert_variance(name, &found, exact);
    }
}

#[test]
fn baselines_and_antitheses() {
    // The baseline is the mean cost: given, remembered or learned.
    let paid = states().map(|b| ((cost(b) - 0.7605) * score(b)).powi(2));
    let baseline = paid.sum::<f64>() / 8.0 - GRADIENT * GRADIENT;
    // At logit 0 the antithesis is the opposite of every bit.
    let halved = states().map(|b| {
        let opposite = b.map(|bit| 1.0 - bit);
        (0.5 * (cost(b) - cost(opposite)) * score(b)).powi(2)
    });
    let antithetic = halved.sum::<f64>() / 8.0 - GRADIENT * GRADIENT;
    for (name, (_, found), exact) in [
        ("score", estimates!(score, ROWS), baseline),
        ("running", estimates!(running, ROWS), baseline),
        ("learned", estimates!(learned, ROWS), baseline),
        ("disarm", estimates!(disarm, ROWS), antithetic),
    ] {
        assert_mean(name, &found, GRADIENT, 0.03);
        assert_variance(name, &found, exact);
    }
    assert_mean("rebar", &estimates!(rebar, ROWS).1, GRADIENT, 0.03);
}
