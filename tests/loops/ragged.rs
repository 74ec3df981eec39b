//! Rows with their own numbers of steps: each row is the row alone, and padding is never read.

use elbow::prelude::*;

use crate::support::{assert_same, by, loss, numbers};

model! {
    /// A chain whose rows have their own numbers of steps.
    pub struct Ragged {
        encode: Linear<3, 2>,
        step: Linear<2, 2>,
        start: Parameter<Rank1<2>, Random>,
        emit: Linear<2, 1>,
    }
    generative p(length: 0..=4) {
        let mut state = start;
        for t in 0..length {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            state = z[t];
            sample x[t]: [1] ~ Normal::new(emit(z[t]), 0.5);
        }
    }
    inference q(x, length) {
        let mut after = start;
        for t in (0..length).rev() {
            sample z[t] ~ Normal::new(encode(concat(x[t], after)), 0.7);
            after = z[t];
        }
    }
}

fn gradients(model: &Ragged, program: &RaggedQ<'_>) -> (f32, Vec<f32>) {
    loss(&Elbo::default(), program, |g| {
        let weights = [by(g, &model.encode.weight), by(g, &model.step.weight)].concat();
        [weights, by(g, &model.emit.weight), by(g, &model.start.value)].concat()
    })
}

const LENGTHS: [usize; 6] = [2, 0, 4, 1, 4, 3];

fn data() -> (Batch<(Const<4>, Const<1>)>, Batch<()>) {
    let mut x = numbers(4 * LENGTHS.len());
    for (row, length) in x.chunks_mut(4).zip(LENGTHS) {
        row[length..].fill(0.0);
    }
    let lengths = LENGTHS.map(|length| length as f32).to_vec();
    (batch(x).expect("rows"), batch(lengths).expect("rows"))
}

#[test]
fn padding_changes_no_bit() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let expected = gradients(&model, &model.q(&x, &length).at(elbow::family::Key::new(3, 0)));
    for padding in [f32::NAN, f32::INFINITY, 1e30] {
        let mut padded = x.as_vec();
        for (row, length) in padded.chunks_mut(4).zip(LENGTHS) {
            row[length..].fill(padding);
        }
        let padded = batch(padded).expect("rows");
        let found = gradients(&model, &model.q(&padded, &length).at(elbow::family::Key::new(3, 0)));
        assert_eq!(found, expected, "padding of {padding}");
    }
}

#[test]
fn a_row_has_the_bound_that_it_has_alone() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let all = Elbo::default().evaluate(&model.q(&x, &length)).expect("a bound");
    println!("{:?}", all.rows);
    println!("{}", Elbo::default().explain(&model.q(&x, &length)));
    assert_eq!(all.rows[1], 0.0, "a row without steps");
}
