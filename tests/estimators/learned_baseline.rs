//! The learned baseline: what it learns, from whom, and what it is not told.

use elbow::Error;
use elbow::family::{Fault, Key};
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::{fill, gradient, latents};
use elbow_tests::support::statistics::Estimate;
use elbow_tests::support::tensors::assert_close;

model! {
    /// A bit whose cost depends on what is observed.
    struct Bit {
        logit: Parameter<Rank0>,
        baseline: Linear<1, 1>,
        slope: Parameter<Rank0>,
    }
    generative p {
        sample z ~ Bernoulli::logits(0.0);
        sample x: [1] ~ Normal::new(location(z, slope), 1.0);
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(logit) via ScoreFunction::learned(baseline(x));
    }
    inference constant(x) {
        sample z ~ Bernoulli::logits(logit) via ScoreFunction::learned(0.0);
    }
    inference ragged(x) {
        sample z ~ Bernoulli::logits(logit) via ScoreFunction::learned(three());
    }
}

fn location(
    z: elbow::prelude::Var<(usize,)>,
    slope: elbow::prelude::Var<Rank0>,
) -> elbow::prelude::Var<(usize, Const<1>)> {
    let rows = z.shape().0;
    (z * 2.0 + slope.broadcast_like(&(rows,))).reshape_like(&(rows, Const))
}

fn three() -> elbow::prelude::Var<(usize, Const<1>)> {
    Var::from(tensor(vec![0.0; 3], (3, Const)))
}

const DATA: [f64; 4] = [-0.5, 0.4, 1.2, 2.5];

fn bit() -> Bit {
    let mut bit = Bit::new(11);
    fill(&mut bit.logit.value, &[0.3]);
    fill(&mut bit.baseline.weight, &[0.4]);
    fill(&mut bit.baseline.bias, &[-1.0]);
    fill(&mut bit.slope.value, &[0.2]);
    bit
}

fn data(times: usize) -> Batch<(Const<1>,)> {
    batch(DATA.map(|x| x as f32).repeat(times)).expect("rows")
}

fn log_likelihood(z: f64, x: f64) -> f64 {
    -0.5 * (x - 2.0 * z - 0.2).powi(2) - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// From the draws themselves: the baseline has the gradient of half the squared error, the guide that of the score with
/// what the baseline did not foresee, and neither knows of the other.
#[test]
fn both_gradients_by_hand() {
    let (bit, x, key) = (bit(), data(5), Key::new(13, 0));
    let drawn = latents(&bit.q(&x), key).z.as_vec();
    let gradients = Elbo::default()
        .loss(&bit.q(&x).at(key))
        .expect("legal")
        .backward();
    let on = 1.0 / (1.0 + (-0.3_f64).exp());
    let rows = drawn.len() as f64;
    let (mut weight, mut bias, mut score, mut slope) = (0.0, 0.0, 0.0, 0.0);
    for (row, &z) in drawn.iter().enumerate() {
        let (z, x) = (f64::from(z), DATA[row % 4]);
        let error = log_likelihood(z, x) - (0.4 * x - 1.0);
        weight -= error * x / rows;
        bias -= error / rows;
        score -= error * (z - on) / rows;
        slope -= (x - 2.0 * z - 0.2) / rows;
    }
    // The divergence from a fair bit is closed: its gradient is the logit times the variance.
    score += 0.3 * on * (1.0 - on);
    let close = |name, found: Vec<f64>, exact| assert_close(name, found[0], exact, 1e-5, 1.0);
    close("weight", gradient(&gradients, &bit.baseline.weight), weight);
    close("bias", gradient(&gradients, &bit.baseline.bias), bias);
    close("logit", gradient(&gradients, &bit.logit.value), score);
    close("slope", gradient(&gradients, &bit.slope.value), slope);
}

/// With particles every one of them is fitted; the gradient keeps its size.
#[test]
fn particles_share_it() {
    let (bit, x) = (bit(), data(4_000));
    let bias = |particles| {
        let elbo = Elbo::default().particles(particles);
        let gradients = elbo.loss(&bit.q(&x)).expect("legal").backward();
        gradient(&gradients, &bit.baseline.bias)[0]
    };
    let on = 1.0 / (1.0 + (-0.3_f64).exp());
    let mean = |x: f64| on * log_likelihood(1.0, x) + (1.0 - on) * log_likelihood(0.0, x);
    let exact = -DATA.map(|x| mean(x) - (0.4 * x - 1.0)).iter().sum::<f64>() / 4.0;
    for particles in [1, 3] {
        // The error has a standard deviation below 2.
        assert_close("bias", bias(particles), exact, 0.08, 1.0);
    }
}

/// Under the importance-weighted bound it is fitted to the bound of each block.
#[test]
fn blocks_are_fitted_by_their_bounds() {
    let (bit, x) = (bit(), data(4_000));
    let gradients = ImportanceWeighted::default()
        .particles(2)
        .loss(&bit.q(&x))
        .expect("legal")
        .backward();
    let on = 1.0 / (1.0 + (-0.3_f64).exp());
    let q = |z: f64| if z == 1.0 { on } else { 1.0 - on };
    let weight = |z: f64, x: f64| (log_likelihood(z, x)).exp() * 0.5 / q(z);
    let bound = |x: f64| -> f64 {
        let pairs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)];
        let term = |(a, b): (f64, f64)| q(a) * q(b) * (0.5 * (weight(a, x) + weight(b, x))).ln();
        pairs.into_iter().map(term).sum()
    };
    let exact = -DATA.map(|x| bound(x) - (0.4 * x - 1.0)).iter().sum::<f64>() / 4.0;
    let found = gradient(&gradients, &bit.baseline.bias)[0];
    assert_close("bias", found, exact, 0.08, 1.0);
}

/// Trained, it foresees the cost as well as a line can, and the estimates spread less.
#[test]
fn it_learns_the_cost() {
    let mut bit = bit();
    let x = data(100);
    let spread = |bit: &Bit| {
        let run = |step| {
            let program = bit.q(&x).at(Key::new(17, step));
            let gradients = Elbo::default().loss(&program).expect("legal").backward();
            gradient(&gradients, &bit.logit.value)[0]
        };
        Estimate::of(&(0..400).map(run).collect::<Vec<_>>()).standard_error
    };
    fill(&mut bit.baseline.bias, &[20.0]);
    let before = spread(&bit);
    fill(&mut bit.baseline.bias, &[-1.0]);
    let mut adam = Adam::scheduled(Schedule::exponential(0.1, 0.003));
    let (logit, slope) = ([0.3], [0.2]);
    for _ in 0..1500 {
        let loss = Elbo::default().loss(&bit.q(&x)).expect("legal");
        adam.descend(&mut bit, loss).expect("finite gradients");
        fill(&mut bit.logit.value, &logit);
        fill(&mut bit.slope.value, &slope);
    }
    // The least squares of the mean cost by x.
    let on = 1.0 / (1.0 + (-0.3_f64).exp());
    let costs = DATA.map(|x| on * log_likelihood(1.0, x) + (1.0 - on) * log_likelihood(0.0, x));
    let (mx, mc) = (
        DATA.iter().sum::<f64>() / 4.0,
        costs.iter().sum::<f64>() / 4.0,
    );
    let pairs = || DATA.iter().zip(costs);
    let weight = pairs().map(|(x, c)| (x - mx) * (c - mc)).sum::<f64>()
        / DATA.iter().map(|x| (x - mx).powi(2)).sum::<f64>();
    let found = f64::from(bit.baseline.weight.array()[0][0]);
    assert_close("weight", found, weight, 0.1, 1.0);
    let found = f64::from(bit.baseline.bias.array()[0]);
    assert_close("bias", found, mc - weight * mx, 0.1, 1.0);
    let after = spread(&bit);
    assert!(after < 0.2 * before, "{after} of {before}");
}

#[test]
fn what_it_is_given_is_checked() {
    let mut bit = bit();
    let x = data(1);
    // A number is a baseline too.
    assert!(Elbo::default().loss(&bit.constant(&x)).is_ok());
    let error = Elbo::default()
        .loss(&bit.ragged(&x))
        .expect_err("three for four");
    let Error::Parameter { site, fault, .. } = error else {
        panic!("{error}");
    };
    let rows = Fault::Rows {
        parameter: "the baseline",
        found: 3,
        expected: 4,
    };
    assert_eq!((site, fault), ("z", rows));
    fill(&mut bit.baseline.weight, &[1e38]);
    let x = batch(vec![0.0, 1e10]).expect("rows");
    let error = Elbo::default().loss(&bit.q(&x)).expect_err("infinite");
    let Error::Parameter { site, fault, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(site, "z");
    assert!(
        matches!(
            fault,
            Fault::Domain {
                parameter: "the baseline",
                row: 1,
                ..
            }
        ),
        "{fault:?}"
    );
}
