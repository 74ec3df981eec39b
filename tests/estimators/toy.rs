//! One Bernoulli with cost `(b − t)²`: every estimator's mean and variance are known exactly.

use elbow::prelude::*;

/// Independent rows, each one estimate of the gradient by its own logit.
const ROWS: usize = 200_000;

/// The gradient of `E (b − t)²` by the logit, estimated once in each row.
macro_rules! estimates {
    ($estimator:expr, $logit:expr, $target:expr, $power:expr) => {{
        model! {
            struct Toy {}
            generative p(logit, target) {
                sample b ~ Bernoulli::logits(logit);
                let distance = (b - target).abs();
                let cost = distance.powf($power);
                sample x ~ Factor::new(-cost);
            }
            inference q(x, logit, target) {
                sample b ~ Bernoulli::logits(logit) via $estimator;
            }
        }
        let column = |value: f32| batch::<(usize,)>(vec![value; ROWS]).unwrap();
        let (logit, target) = (column($logit), column($target));
        let toy = Toy::new(11);
        let loss = Elbo::default()
            .kl_weight(0.0)
            .loss(&toy.q(&column(0.0), &logit, &target))
            .unwrap();
        let gradient = loss.backward().get(&logit).as_vec();
        gradient
            .iter()
            .map(|g| f64::from(*g) * ROWS as f64)
            .collect::<Vec<_>>()
    }};
}

fn moments(sample: &[f64]) -> (f64, f64) {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let variance = sample.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance)
}

/// The mean within five standard errors, and those below the stated effect: a tenth of the
/// distance between straight-through and the truth at logit 1, target 0.45.
#[track_caller]
fn assert_mean(name: &str, sample: &[f64], mean: f64) {
    let (own, variance) = moments(sample);
    let error = (variance / sample.len() as f64).sqrt();
    assert!(error < 0.009, "{name}: no power, standard error {error}");
    let slack = 5.0 * error + 2e-6;
    assert!(
        (own - mean).abs() < slack,
        "{name}: {own} is not {mean} within {slack}"
    );
}

#[track_caller]
fn assert_variance(name: &str, sample: &[f64], variance: f64) {
    let (_, own) = moments(sample);
    let slack = 0.03 * variance + 1e-9;
    assert!(
        (own - variance).abs() < slack,
        "{name}: variance {own} is not {variance}"
    );
}

fn rebar(temperature: f32, scale: f32) -> Rebar {
    Rebar { temperature, scale }
}

/// θ(1 − θ) at logit 1.
const SLOPE: f64 = 0.196_611_933_241;

#[test]
fn unbiased_estimators_have_the_exact_mean_and_their_known_variance() {
    let exact = (1.0 - 2.0 * 0.45) * SLOPE;
    let enumerate = estimates!(Enumerate, 1.0, 0.45, 2.0);
    assert!(
        enumerate.iter().all(|g| (g - exact).abs() < 1e-6),
        "{} {exact}",
        enumerate[0]
    );
    let rloo = estimates!(Rloo { samples: 2 }, 1.0, 0.45, 2.0);
    assert_mean("RLOO", &rloo, exact);
    assert_variance("RLOO", &rloo, 0.000_596_50);
    let disarm = estimates!(DisArm, 1.0, 0.45, 2.0);
    assert_mean("DisARM", &disarm, exact);
    assert_variance("DisARM", &disarm, 0.000_332_11);
    let score = estimates!(ScoreFunction, 1.0, 0.45, 2.0);
    assert_mean("score function", &score, exact);
    // Computed by enumeration of the bit and quadrature of the noise.
    let control = estimates!(rebar(0.5, 1.0), 1.0, 0.45, 2.0);
    assert_mean("REBAR", &control, exact);
    assert_variance("REBAR", &control, 0.0174);
    let control = estimates!(rebar(0.2, 1.5), 1.0, 0.45, 2.0);
    assert_mean("REBAR, sharper and stronger", &control, exact);
    // Without its control variate it is the score function without a baseline.
    let control = estimates!(rebar(0.5, 0.0), 1.0, 0.45, 2.0);
    assert_mean("REBAR at scale 0", &control, exact);
    assert_variance("REBAR at scale 0", &control, 0.010_346_05);
    // At logit 0 the antithetic pair is exact.
    let disarm = estimates!(DisArm, 0.0, 0.45, 2.0);
    assert!(
        disarm.iter().all(|g| (g - 0.025).abs() < 1e-6),
        "{}",
        disarm[0]
    );
}

#[test]
fn reinmax_is_exact_for_quadratics_and_biased_for_cubes() {
    let square = estimates!(ReinMax, 1.0, 0.45, 2.0);
    assert_mean("ReinMax", &square, 0.019_661_19);
    assert_variance("ReinMax", &square, 0.044_715_06);
    assert_mean(
        "ReinMax, cube",
        &estimates!(ReinMax, 1.0, 0.45, 3.0),
        0.029_491_79,
    );
    assert_mean(
        "RLOO, cube",
        &estimates!(Rloo { samples: 2 }, 1.0, 0.45, 3.0),
        0.014_795_05,
    );
}

#[test]
fn biased_estimators_have_their_known_bias() {
    let through = estimates!(StraightThrough, 1.0, 0.45, 2.0);
    assert_mean("ST", &through, 0.110_518_94);
    assert_variance("ST", &through, 0.030_401_12);
    let gumbel = estimates!(StraightThroughGumbel { temperature: 0.5 }, 1.0, 0.45, 2.0);
    assert_mean("ST-GS", &gumbel, 0.063_434_20);
    assert_variance("ST-GS", &gumbel, 0.062_45);
    let rao = estimates!(
        GumbelRao {
            temperature: 0.5,
            draws: 10
        },
        1.0,
        0.45,
        2.0
    );
    assert_mean("Gumbel-Rao", &rao, 0.063_434_20);
    assert!(
        moments(&rao).1 < 0.8 * moments(&gumbel).1,
        "averaging the noise must help"
    );
    let relaxed = estimates!(Relaxed { temperature: 0.5 }, 1.0, 0.45, 2.0);
    assert_mean("relaxed", &relaxed, 0.047_953_04);
    assert_variance("relaxed", &relaxed, 0.011_6);
}
