//! Models whose bound and evidence were computed elsewhere, by listing all states or by a Kalman filter.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_all_close, to_f32};

model! {
    /// A chain of bits, each of which shows a bit.
    pub struct Bits {
        p: Parameter<Rank1<5>>,
        q: Parameter<Rank1<4>>,
    }
    generative p(length: 0..=4) {
        let mut logit = p.select(0);
        for t in 0..length {
            sample z[t] ~ Bernoulli::logits(logit);
            logit = (1.0 - z[t]) * p.select(1) + z[t] * p.select(2);
            sample x[t] ~ Bernoulli::logits((1.0 - z[t]) * p.select(3) + z[t] * p.select(4));
        }
    }
    inference q(x, length) {
        let mut before = q.select(3);
        for t in 0..length {
            sample z[t] ~ Bernoulli::logits(before + x[t] * q.select(1) + q.select(0));
            before = z[t] * q.select(2);
        }
    }
}

/// The first row has four steps and the second two: its last numbers are padding.
#[test]
fn a_chain_of_bits() -> Result<(), elbow::Error> {
    let mut bits = Bits::new(0);
    fill(&mut bits.p.value, &[0.3, -0.8, 1.1, 0.4, -0.6]);
    fill(&mut bits.q.value, &[0.2, -0.5, 0.9, 0.7]);
    let none = f32::NAN;
    let x: Batch<(Const<4>,)> = batch(vec![1.0, 0.0, 1.0, 1.0, 0.0, 0.0, none, none])?;
    let length = batch(vec![4, 2])?;
    let program = || bits.q(&x, &length).at(Key::new(1, 0));

    let expected = [-3.1438104786505177, -1.2339995486877728];
    let found = Elbo::default().evaluate(&program())?.rows;
    assert_all_close("the bound", &found, &expected, 1e-5);
    let found = LogEvidence::samples(3).evaluate(&program())?.rows;
    let evidence = [-2.9562787241893456, -1.2096214768131897];
    assert_all_close("the evidence", &found, &evidence, 1e-5);

    let loss = Elbo::default().loss(&program())?;
    let mean = -f64::midpoint(expected[0], expected[1]);
    assert_all_close("the loss", &[f64::from(loss.value())], &[mean], 1e-5);
    let gradients = loss.backward();
    // The loss is minus the mean bound.
    let by_p = [
        -0.080376064557,
        -0.126517129332,
        0.065001437564,
        0.02129202628,
        -0.189048517136,
    ];
    let by_q = [
        0.155056822517,
        0.163640008545,
        -0.038483490322,
        0.042514149134,
    ];
    assert_all_close("by p", &gradient(&gradients, &bits.p.value), &by_p, 1e-5);
    assert_all_close("by q", &gradient(&gradients, &bits.q.value), &by_q, 1e-5);
    Ok(())
}

model! {
    /// A linear chain of normals, each of which is measured.
    pub struct Chain {
        slope: Parameter<Rank0>,
        measured: Parameter<Rank0>,
        first: Parameter<Rank0>,
        shift: Parameter<Rank1<5>>,
    }
    generative p(length: 0..=5, gain: [5], offset: [5], scale: [5]) {
        let mut loc = first;
        let mut deviation = 1.4_f32.sqrt();
        for t in 0..length {
            sample z[t] ~ Normal::new(loc, deviation);
            loc = z[t] * slope;
            deviation = 0.3_f32.sqrt();
            sample x[t] ~ Normal::new(z[t] * measured, 0.5_f32.sqrt());
        }
    }
    /// Each step depends on the one before.
    inference forward(x, length, gain, offset, scale) {
        let mut before = 0.0;
        for t in 0..length {
            sample z[t] ~ Normal::new(gain[t] * before + offset[t] + shift[t], scale[t]);
            before = z[t];
        }
    }
    /// Each step depends on the one after.
    inference backward(x, length, gain, offset, scale) {
        let mut after = 0.0;
        for t in (0..length).rev() {
            sample z[t] ~ Normal::new(gain[t] * after + offset[t] + shift[t], scale[t]);
            after = z[t];
        }
    }
}

const STEPS: usize = 5;
const DATA: [f64; STEPS] = [-0.35, -1.37, -0.64, -2.22, 0.63];
const LENGTHS: [usize; 2] = [5, 3];
const EVIDENCE: [f64; 2] = [-8.656957654500227, -3.9764293431352637];
/// The variance of a step.
const STEP: f64 = 0.3;
/// The variance of a measurement.
const NOISE: f64 = 0.5;
/// The variance of the first state.
const FIRST: f64 = 1.4;
/// The slope of a step, that of a measurement, and the mean of the first state.
const PARAMETERS: [f64; 3] = [0.8, 1.2, 0.1];

/// What the guide is given where there is no step; a covariate must be finite.
const NONE: f64 = 9.0;

/// The log-evidence of the first steps, by a Kalman filter, and the mean and variance of every state given the data so far.
fn filter([slope, measured, first]: [f64; 3], steps: usize) -> (f64, Vec<[f64; 2]>) {
    let (mut mean, mut variance, mut evidence) = (first, FIRST, 0.0);
    let mut filtered = Vec::new();
    for x in &DATA[..steps] {
        let spread = measured * measured * variance + NOISE;
        let error = x - measured * mean;
        evidence -= 0.5 * (error * error / spread + (std::f64::consts::TAU * spread).ln());
        let gain = variance * measured / spread;
        mean += gain * error;
        variance *= 1.0 - gain * measured;
        filtered.push([mean, variance]);
        (mean, variance) = (slope * mean, slope * slope * variance + STEP);
    }
    (evidence, filtered)
}

/// Gains, offsets and scales of the exact posterior, each step given the one after it.
fn given_after(steps: usize) -> [[f64; STEPS]; 3] {
    let [slope, ..] = PARAMETERS;
    let (_, filtered) = filter(PARAMETERS, steps);
    let mut all = [[NONE; STEPS]; 3];
    for (t, [mean, variance]) in filtered.into_iter().enumerate() {
        let gain = match t + 1 == steps {
            true => 0.0,
            false => slope * variance / (slope * slope * variance + STEP),
        };
        all[0][t] = gain;
        all[1][t] = mean - gain * slope * mean;
        all[2][t] = (variance * (1.0 - gain * slope)).sqrt();
    }
    all
}

/// The same, each step given the one before it: what later data say of a state is `exp(−½ Λ z² + η z)`.
fn given_before(steps: usize) -> [[f64; STEPS]; 3] {
    let [slope, measured, first] = PARAMETERS;
    let mut all = [[NONE; STEPS]; 3];
    let (mut precision, mut weight) = (0.0, 0.0);
    for t in (0..steps).rev() {
        precision += measured * measured / NOISE;
        weight += measured * DATA[t] / NOISE;
        let (gain, loc, variance) = match t {
            0 => (0.0, first, FIRST),
            _ => (slope, 0.0, STEP),
        };
        let own = 1.0 / (1.0 / variance + precision);
        all[0][t] = own * gain / variance;
        all[1][t] = own * (loc / variance + weight);
        all[2][t] = own.sqrt();
        let shrunk = 1.0 + STEP * precision;
        (precision, weight) = (slope * slope * precision / shrunk, slope * weight / shrunk);
    }
    all
}

fn chain() -> Chain {
    let mut chain = Chain::new(0);
    fill(&mut chain.slope.value, &PARAMETERS[..1]);
    fill(&mut chain.measured.value, &PARAMETERS[1..2]);
    fill(&mut chain.first.value, &PARAMETERS[2..]);
    chain
}

type Given = [Batch<(Const<STEPS>,)>; 4];

/// The data and an exact guide, so many times. Data beyond a row's length are NaN.
fn given(guide: fn(usize) -> [[f64; STEPS]; 3], times: usize) -> (Batch<()>, Given) {
    let rows = |of: &dyn Fn(usize) -> [f64; STEPS]| {
        let rows: Vec<f64> = LENGTHS.iter().flat_map(|&steps| of(steps)).collect();
        batch(to_f32(&rows).repeat(times)).expect("rows")
    };
    let data = |steps: usize| std::array::from_fn(|t| if t < steps { DATA[t] } else { f64::NAN });
    let length = batch(LENGTHS.map(|steps| steps as f32).repeat(times)).expect("rows");
    let parts = [0, 1, 2].map(|part| rows(&|steps| guide(steps)[part]));
    let [gain, offset, scale] = parts;
    (length, [rows(&data), gain, offset, scale])
}

/// With the exact posterior as its guide every weight is the evidence, whatever is drawn.
fn evidence_is_exact<I: Inference>(program: impl Fn() -> I) {
    for samples in [1, 4] {
        let found = LogEvidence::samples(samples).evaluate(&program());
        let found = found.expect("legal").rows;
        assert_all_close("the evidence", &found, &EVIDENCE, 1e-5);
    }
}

#[test]
fn a_linear_chain_of_normals() {
    let chain = chain();
    let (length, [x, gain, offset, scale]) = given(given_before, 1);
    evidence_is_exact(|| chain.forward(&x, &length, &gain, &offset, &scale));
    let (length, [x, gain, offset, scale]) = given(given_after, 1);
    evidence_is_exact(|| chain.backward(&x, &length, &gain, &offset, &scale));
}

/// Under the exact posterior the bound has the gradient of the evidence, and none by the guide.
#[test]
fn the_gradient_of_a_linear_chain() {
    let chain = chain();
    let (length, [x, gain, offset, scale]) = given(given_after, 250);
    let (_, gradients) = train(
        Elbo::default(),
        100,
        || chain.backward(&x, &length, &gain, &offset, &scale),
        |g| {
            let model = [
                &chain.slope.value,
                &chain.measured.value,
                &chain.first.value,
            ];
            let by_model = model.iter().flat_map(|own| gradient(g, own));
            by_model.chain(gradient(g, &chain.shift.value)).collect()
        },
    );
    for (at, found) in gradients.iter().enumerate() {
        let loss = |by: f64| {
            let mut parameters = PARAMETERS;
            if let Some(own) = parameters.get_mut(at) {
                *own += by;
            }
            let evidences = LENGTHS.map(|steps| filter(parameters, steps).0);
            -f64::midpoint(evidences[0], evidences[1])
        };
        let expected = (loss(1e-4) - loss(-1e-4)) / 2e-4;
        assert_mean("a gradient", found, expected, 0.15);
    }
}
