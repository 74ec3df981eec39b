//! What a loop carries: in a batch of many lengths, a row is the row of a model with as many steps.

use elbow::family::Key;
use elbow::prelude::*;

use crate::compare::{Kind, ROWS, data, padded};
use crate::support::{assert_same, by, loss};

const LONGEST: usize = 4;
const LENGTHS: [usize; ROWS] = [2, 4, 1, 3, 4];

model! {
    /// Bits and numbers that leave two states, which are read after the loop.
    pub struct Ragged {
        f: Linear<2, 2>, g: Linear<1, 2>, h: Linear<2, 1>, e: Linear<2, 2>, code: Linear<2, 2>, bit: Linear<2, 1>, start: Parameter<Rank1<2>, Random>,
    }
    generative p(length: 0..=LONGEST) {
        let mut state = start;
        let mut count = 0.5;
        for t in 0..length {
            sample z[t]: [1] ~ Bernoulli::logits(h(state.clone()));
            state = (f(state.clone()) + g(z[t])).tanh();
            sample y[t]: [2] ~ Normal::new(state.clone(), 1.0);
            count = count.clone() * 0.5 + z[t].sum_last();
            sample x[t]: [2] ~ Normal::new(e(y[t]) + state.clone(), 0.5);
        }
        sample last: [2] ~ Normal::new(state + stack([count.clone(), count]), 0.5);
    }
    inference q(x, last, length) {
        let (mut after, mut sum) = (code(last), 0.0);
        for t in (0..length).rev() {
            sample z[t] ~ Bernoulli::logits(bit(x[t] + after.clone()));
            sample y[t] ~ Normal::new(after.clone() + g(z[t]) * 0.5, 0.7);
            sum = sum.clone() + y[t].select(0);
            after = after.clone() + x[t] * 0.5 + stack([sum.clone() * 0.1, z[t].sum_last()]);
        }
    }
}

model! {
    /// The same with a number of steps that is known.
    pub struct Fixed<const STEPS: usize> {
        f: Linear<2, 2>, g: Linear<1, 2>, h: Linear<2, 1>, e: Linear<2, 2>, code: Linear<2, 2>, bit: Linear<2, 1>, start: Parameter<Rank1<2>, Random>,
    }
    generative p {
        let mut state = start;
        let mut count = 0.5;
        for t in 0..STEPS {
            sample z[t]: [1] ~ Bernoulli::logits(h(state.clone()));
            state = (f(state.clone()) + g(z[t])).tanh();
            sample y[t]: [2] ~ Normal::new(state.clone(), 1.0);
            count = count.clone() * 0.5 + z[t].sum_last();
            sample x[t]: [2] ~ Normal::new(e(y[t]) + state.clone(), 0.5);
        }
        sample last: [2] ~ Normal::new(state + stack([count.clone(), count]), 0.5);
    }
    inference q(x, last) {
        let (mut after, mut sum) = (code(last), 0.0);
        for t in (0..STEPS).rev() {
            sample z[t] ~ Bernoulli::logits(bit(x[t] + after.clone()));
            sample y[t] ~ Normal::new(after.clone() + g(z[t]) * 0.5, 0.7);
            sum = sum.clone() + y[t].select(0);
            after = after.clone() + x[t] * 0.5 + stack([sum.clone() * 0.1, z[t].sum_last()]);
        }
    }
}

const KEY: Key = Key::new(5, 2);

fn x() -> Vec<f32> {
    data(Kind::Real, LONGEST * 2, 1)
}

fn last() -> Batch<(Const<2>,)> {
    batch(data(Kind::Real, 2, 2)).expect("rows")
}

macro_rules! gradients {
    ($model:ident) => {
        |g| {
            let nets = [
                by(g, &$model.f.weight),
                by(g, &$model.g.weight),
                by(g, &$model.h.weight),
            ];
            let others = [
                by(g, &$model.e.weight),
                by(g, &$model.code.weight),
                by(g, &$model.bit.weight),
            ];
            [nets.concat(), others.concat(), by(g, &$model.start.value)].concat()
        }
    };
}

/// A model of rows that all have these steps: the bounds, evidences and draws of its rows.
fn fixed<const STEPS: usize>() -> [Vec<f64>; 2] {
    let model = Fixed::<STEPS>::new(6);
    let x: Vec<f32> = x()
        .chunks(LONGEST * 2)
        .flat_map(|row| row[..STEPS * 2].to_vec())
        .collect();
    let x: Batch<(Const<STEPS>, Const<2>)> = batch(x).expect("rows");
    let program = || model.q(&x, &last()).at(KEY);
    let bounds = Elbo::default()
        .particles(2)
        .evaluate(&program())
        .expect("a bound")
        .rows;
    let evidences = LogEvidence::samples(3)
        .evaluate(&program())
        .expect("evidence")
        .rows;

    // A batch of rows of one length is the same model, with the same gradients.
    let ragged = Ragged::new(6);
    let x: Batch<(Const<LONGEST>, Const<2>)> =
        batch(padded(&self::x(), LONGEST, 2, &[STEPS; ROWS], f32::NAN)).expect("rows");
    let length = batch(vec![STEPS as f32; ROWS]).expect("rows");
    for enumerate in [64, 0] {
        let objective = Elbo::default().enumerate_up_to(enumerate);
        let own = loss(
            &objective,
            &ragged.q(&x, &last(), &length).at(KEY),
            gradients!(ragged),
        );
        let other = loss(&objective, &program(), gradients!(model));
        assert_same(&[own.0], &[other.0], "the loss");
        assert_same(&own.1, &other.1, "the gradient");
    }
    [bounds, evidences]
}

#[test]
fn a_row_is_that_of_a_model_with_as_many_steps() {
    let ragged = Ragged::new(6);
    let x = batch(padded(&x(), LONGEST, 2, &LENGTHS, f32::NAN)).expect("rows");
    let length = batch(LENGTHS.map(|length| length as f32).to_vec()).expect("rows");
    let program = || ragged.q(&x, &last(), &length).at(KEY);
    let bounds = Elbo::default()
        .particles(2)
        .evaluate(&program())
        .expect("a bound")
        .rows;
    let evidences = LogEvidence::samples(3)
        .evaluate(&program())
        .expect("evidence")
        .rows;
    let expected = [fixed::<1>(), fixed::<2>(), fixed::<3>(), fixed::<4>()];
    for (row, &length) in LENGTHS.iter().enumerate() {
        let [bound, evidence] = &expected[length - 1];
        for (found, expected) in [(bounds[row], bound[row]), (evidences[row], evidence[row])] {
            assert!(
                (found - expected).abs() < 1e-5,
                "row {row}: {found} and {expected}"
            );
        }
    }
}

/// The gradient of a batch is the mean of those of batches in which all rows but one have no steps.
#[test]
fn gradients_are_sums_over_rows() {
    let ragged = Ragged::new(6);
    let x = batch(padded(&x(), LONGEST, 2, &LENGTHS, f32::NAN)).expect("rows");
    let of = |lengths: &[usize; ROWS], enumerate: usize| {
        let length = batch(lengths.map(|length| length as f32).to_vec()).expect("rows");
        let objective = Elbo::default().enumerate_up_to(enumerate);
        loss(
            &objective,
            &ragged.q(&x, &last(), &length).at(KEY),
            gradients!(ragged),
        )
        .1
    };
    for enumerate in [64, 0] {
        let none = of(&[0; ROWS], enumerate);
        let mut sums = none.clone();
        for (row, &length) in LENGTHS.iter().enumerate() {
            let only = std::array::from_fn(|at| if at == row { length } else { 0 });
            let own = of(&only, enumerate);
            let pairs = sums.iter_mut().zip(own.iter().zip(&none));
            pairs.for_each(|(sum, (own, none))| *sum += own - none);
        }
        assert_same(&of(&LENGTHS, enumerate), &sums, "the sum over rows");
    }
}
