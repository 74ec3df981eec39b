//! A sigmoid belief net of two bits and three pixels: everything is known by enumeration.

use elbow::prelude::*;

const ROWS: usize = 200_000;
const ELBO: f64 = -1.879_470_429;
const GRADIENT: [f64; 2] = [0.396_647_06, 0.041_074_69];

/// A model whose bits are drawn by one estimator, its loss, and the gradient by each row's logits.
macro_rules! estimates {
    ($estimator:expr, $objective:expr, $rows:expr) => {{
        model! {
            struct Net {
                prior: Parameter<Rank1<2>>,
                weight: Parameter<Rank2<2, 3>>,
                bias: Parameter<Rank1<3>>,
            }
            generative p(logits: [2]) {
                sample b: [2] ~ Bernoulli::logits(prior);
                let means = b.matmul(weight);
                let shape = (means.shape().0, Const::<3>);
                sample x: [3] ~ Bernoulli::logits(means + bias.broadcast_like(&shape));
            }
            inference q(x, logits) {
                sample b ~ Bernoulli::logits(logits) via $estimator;
            }
        }
        let mut net = Net::new(5);
        net.prior.value.copy_from(&[0.3, -0.5]);
        net.weight
            .value
            .copy_from(&[1.5, -2.0, 0.5, -1.0, 1.0, 2.0]);
        net.bias.value.copy_from(&[-0.2, 0.4, -0.6]);
        let x = batch::<(usize, Const<3>)>([1.0, 0.0, 1.0].repeat($rows)).unwrap();
        let logits = batch::<(usize, Const<2>)>([0.4, -0.9].repeat($rows)).unwrap();
        let loss = $objective.loss(&net.q(&x, &logits)).unwrap();
        let value = -f64::from(loss.value());
        let gradient = loss.backward().get(&logits).as_vec();
        let of = |unit: usize| -> Vec<f64> {
            let own = gradient.iter().skip(unit).step_by(2);
            own.map(|g| -f64::from(*g) * $rows as f64).collect()
        };
        (value, [of(0), of(1)])
    }};
}

fn moments(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let variance = sample.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance)
}

#[track_caller]
fn assert_means(name: &str, estimates: &[Vec<f64>; 2], means: [f64; 2]) {
    for (unit, (sample, mean)) in estimates.iter().zip(means).enumerate() {
        let (own, variance) = moments(sample);
        let error = (variance / sample.len() as f64).sqrt();
        assert!(error < 0.005, "{name}: no power, standard error {error}");
        let slack = 5.0 * error + 2e-6;
        assert!(
            (own - mean).abs() < slack,
            "{name}, unit {unit}: {own}, not {mean} ± {slack}"
        );
    }
}

#[track_caller]
fn assert_variances(name: &str, estimates: &[Vec<f64>; 2], variances: [f64; 2]) {
    for (sample, variance) in estimates.iter().zip(variances) {
        let (_, own) = moments(sample);
        assert!(
            (own - variance).abs() < 0.05 * variance,
            "{name}: variance {own}, not {variance}"
        );
    }
}

#[test]
fn enumeration_is_exact() {
    let (value, gradient) = estimates!(Enumerate, Elbo::default(), 1);
    assert!((value - ELBO).abs() < 1e-6, "{value}");
    for (own, exact) in gradient.iter().zip(GRADIENT) {
        assert!((own[0] - exact).abs() < 1e-6, "{} {exact}", own[0]);
    }
}

#[test]
fn unbiased_estimators_agree_with_it() {
    let (value, rloo) = estimates!(Rloo { samples: 2 }, Elbo::default(), ROWS);
    assert!((value - ELBO).abs() < 0.01, "{value}");
    assert_means("RLOO", &rloo, GRADIENT);
    // Computed by enumeration, with the divergence in closed form.
    assert_variances("RLOO", &rloo, [0.198_965_9, 0.180_557_6]);
    let (_, disarm) = estimates!(DisArm, Elbo::default(), ROWS);
    assert_means("DisARM", &disarm, GRADIENT);
    assert_variances("DisARM", &disarm, [0.047_845_7, 0.208_625_8]);
    let (value, local) = estimates!(LocalExpectation, Elbo::default(), ROWS);
    assert!((value - ELBO).abs() < 0.01, "{value}");
    assert_means("local expectations", &local, GRADIENT);
    assert_variances("local expectations", &local, [0.004_179_21, 0.003_574_57]);
    let (_, score) = estimates!(ScoreFunction, Elbo::default(), ROWS);
    assert_means("score function", &score, GRADIENT);
}

#[test]
fn biased_estimators_have_their_known_means() {
    let (_, through) = estimates!(StraightThrough, Elbo::default(), ROWS);
    assert_means("ST", &through, [0.369_08, 0.102_49]);
    let (_, reinmax) = estimates!(ReinMax, Elbo::default(), ROWS);
    assert_means("ReinMax", &reinmax, [0.403_00, 0.048_75]);
}

#[test]
fn the_importance_weighted_bound_of_two_particles() {
    let (exact, means) = (-1.726_456_644, [0.207_806_41, 0.046_259_1]);
    let (value, vimco) = estimates!(Vimco, ImportanceWeighted::default().particles(2), ROWS);
    assert!((value - exact).abs() < 0.01, "{value}");
    assert_means("VIMCO", &vimco, means);
    let (_, score) = estimates!(
        ScoreFunction,
        ImportanceWeighted::default().particles(2),
        ROWS
    );
    assert_means("score function", &score, means);
    // Enumerated, the bound is the evidence itself, whatever the guide.
    let (value, gradient) = estimates!(Enumerate, ImportanceWeighted::default().particles(1), 1);
    assert!((value - -1.590_201_992).abs() < 1e-6, "{value}");
    assert!(gradient.iter().all(|g| g[0].abs() < 1e-6));
}
