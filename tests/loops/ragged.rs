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
        [
            weights,
            by(g, &model.emit.weight),
            by(g, &model.start.value),
        ]
        .concat()
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
    let expected = gradients(
        &model,
        &model.q(&x, &length).at(elbow::family::Key::new(3, 0)),
    );
    for padding in [f32::NAN, f32::INFINITY, 1e30] {
        let mut padded = x.as_vec();
        for (row, length) in padded.chunks_mut(4).zip(LENGTHS) {
            row[length..].fill(padding);
        }
        let padded = batch(padded).expect("rows");
        let found = gradients(
            &model,
            &model.q(&padded, &length).at(elbow::family::Key::new(3, 0)),
        );
        assert_eq!(found, expected, "padding of {padding}");
    }
}

/// A batch in which all rows but one have no steps.
fn alone(row: usize, length: &Batch<()>) -> Batch<()> {
    let numbers = length.as_vec().into_iter().enumerate();
    let only = numbers.map(|(at, own)| if at == row { own } else { 0.0 });
    batch(only.collect()).expect("rows")
}

#[test]
fn a_row_has_the_bound_that_it_has_alone() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let key = elbow::family::Key::new(3, 0);
    let bounds = |length: &Batch<()>| {
        let bound = Elbo::default().particles(3);
        bound
            .evaluate(&model.q(&x, length).at(key))
            .expect("a bound")
            .rows
    };
    let evidence = |length: &Batch<()>| {
        let weights = LogEvidence::samples(7);
        weights
            .evaluate(&model.q(&x, length).at(key))
            .expect("evidence")
            .rows
    };
    let (all, weighed) = (bounds(&length), evidence(&length));
    assert_eq!(all[1], 0.0, "a row without steps");
    for row in 0..LENGTHS.len() {
        let only = alone(row, &length);
        assert_eq!(bounds(&only)[row], all[row], "row {row}");
        assert_eq!(evidence(&only)[row], weighed[row], "row {row}");
    }
}

#[test]
fn a_batch_has_the_gradients_of_its_rows() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let key = elbow::family::Key::new(3, 0);
    let (value, gradient) = gradients(&model, &model.q(&x, &length).at(key));
    let mut sums = (0.0, vec![0.0; gradient.len()]);
    for row in (0..LENGTHS.len()).filter(|&row| LENGTHS[row] > 0) {
        let only = alone(row, &length);
        let (value, own) = gradients(&model, &model.q(&x, &only).at(key));
        sums.0 += value;
        sums.1
            .iter_mut()
            .zip(own)
            .for_each(|(sum, own)| *sum += own);
    }
    assert_same(&[value], &[sums.0], "the loss");
    assert_same(&gradient, &sums.1, "the gradient");
}

#[test]
fn draws_end_with_their_rows() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let mut rng = elbow_tests::support::tensors::noise(7, "draws").row(0);
    let draws = model
        .p(&length)
        .sample(LENGTHS.len(), &mut rng)
        .expect("draws");
    let latents = model.q(&x, &length).sample(&mut rng).expect("draws");
    let means = model.q(&x, &length).reconstruct(&mut rng).expect("means");
    for (row, &steps) in LENGTHS.iter().enumerate() {
        for (elements, values) in [
            (2, draws.z.as_vec()),
            (1, draws.x.as_vec()),
            (2, latents.z.as_vec()),
            (1, means.x.as_vec()),
        ] {
            let own = &values[row * 4 * elements..][..4 * elements];
            let (running, ended) = own.split_at(steps * elements);
            assert!(running.iter().all(|v| *v != 0.0), "row {row}: {own:?}");
            assert!(ended.iter().all(|v| *v == 0.0), "row {row}: {own:?}");
        }
    }
    let joint = model.p(&length).log_joint(&draws).expect("densities");
    for row in 0..LENGTHS.len() {
        let only = model
            .p(&alone(row, &length))
            .log_joint(&draws)
            .expect("densities");
        assert_eq!(only.exact()[row], joint.exact()[row], "row {row}");
    }
}

#[test]
fn a_length_that_is_none_is_an_error_with_its_row() {
    let model = Ragged::new(1);
    let (x, length) = data();
    for (wrong, shown) in [(5.0, "5"), (1.5, "1.5"), (-1.0, "-1")] {
        let mut numbers = length.as_vec();
        numbers[3] = wrong;
        let length = batch(numbers).expect("rows");
        let error = Elbo::default()
            .loss(&model.q(&x, &length))
            .expect_err("no length");
        assert_eq!(
            error.to_string(),
            format!(
                "`length` is {shown} in row 3; it must be a whole number of steps, from 0 to 4"
            )
        );
    }
}

/// Evaluations take many rows in pieces. The row is counted in all data.
#[test]
fn a_length_in_a_later_piece_is_named_by_its_row() {
    let model = Ragged::new(1);
    let rows = 1500;
    let x: Batch<(Const<4>, Const<1>)> = batch(numbers(4 * rows)).expect("rows");
    let mut lengths: Vec<f32> = (0..rows).map(|row| (row % 5) as f32).collect();
    let evaluate = |lengths: &[f32]| {
        let length = batch(lengths.to_vec()).expect("rows");
        Elbo::default().evaluate(&model.q(&x, &length))
    };
    assert!(evaluate(&lengths).is_ok());
    lengths[1300] = 7.0;
    let error = evaluate(&lengths).expect_err("no length").to_string();
    let expected = "`length` is 7 in row 1300; it must be a whole number of steps, from 0 to 4";
    assert_eq!(error, expected);
}

model! {
    /// A chain that is driven from outside.
    pub struct Driven {
        drive: Linear<2, 1>,
        encode: Linear<3, 1>,
    }
    generative p(u: [4, 2], length: 0..=4) {
        for t in 0..length {
            sample z[t]: [1] ~ Normal::new(drive(u[t]), 1.0);
            sample x[t]: [1] ~ Normal::new(z[t], 0.5);
        }
    }
    inference q(x, u, length) {
        for t in 0..length {
            sample z[t] ~ Normal::new(encode(concat(u[t], x[t])), 0.7);
        }
    }
}

/// Covariates have no steps beyond their rows' either.
#[test]
fn padding_of_a_covariate_changes_no_bit() {
    let model = Driven::new(1);
    let (x, length) = data();
    let key = elbow::family::Key::new(3, 0);
    let gradients = |padding: f32| {
        let mut u = numbers(8 * LENGTHS.len());
        for (row, length) in u.chunks_mut(8).zip(LENGTHS) {
            row[length * 2..].fill(padding);
        }
        let u: Batch<(Const<4>, Const<2>)> = batch(u).expect("rows");
        let mut rng = elbow_tests::support::tensors::noise(7, "draws").row(0);
        let draws = model.p(&u, &length).sample(LENGTHS.len(), &mut rng);
        let draws = draws.expect("draws").z.as_vec();
        let program = model.q(&x, &u, &length).at(key);
        let trained = loss(&Elbo::default(), &program, |g| {
            [by(g, &model.drive.weight), by(g, &model.encode.weight)].concat()
        });
        (trained, draws)
    };
    let expected = gradients(0.0);
    for padding in [f32::NAN, f32::NEG_INFINITY, 1e30] {
        assert_eq!(gradients(padding), expected, "padding of {padding}");
    }
}

model! {
    /// Steps whose guides and priors no row has a part in.
    pub struct Shared {
        loc: Parameter<Rank0>,
    }
    generative p(length: 0..=4) {
        for t in 0..length {
            sample z[t] ~ Normal::new(0.0, 1.0);
            sample x[t] ~ Normal::new(z[t], 0.5);
        }
    }
    inference q(x, length) {
        for t in 0..length {
            sample z[t] ~ Normal::new(loc, 1.0);
        }
    }
}

/// Such a divergence is one number for all rows that run, `loc²/2` here.
#[test]
fn a_divergence_that_all_rows_share_counts_for_those_that_run() {
    let mut model = Shared::new(0);
    elbow_tests::support::programs::fill(&mut model.loc.value, &[0.8]);
    let x: Batch<(Const<4>,)> = batch(numbers(4 * LENGTHS.len())).expect("rows");
    for lengths in [LENGTHS, [2, 0, 2, 1, 0, 0], [0, 1, 0, 0, 0, 0]] {
        let length = batch(lengths.map(|length| length as f32).to_vec()).expect("rows");
        let steps: usize = lengths.iter().sum();
        let expected = 0.32 * steps as f64 / lengths.len() as f64;
        let found = Elbo::default().evaluate(&model.q(&x, &length));
        let found = found.expect("a bound").kl;
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        let loss = Elbo::default().loss(&model.q(&x, &length)).expect("a loss");
        assert!((loss.kl() - expected).abs() < 1e-6, "{}", loss.kl());
    }
}

#[test]
fn a_batch_without_steps_has_a_bound_of_zero() {
    let model = Ragged::new(1);
    let (x, length) = data();
    let none = alone(1, &length);
    let loss = Elbo::default().loss(&model.q(&x, &none)).expect("a loss");
    assert_eq!(loss.value(), 0.0);
    let mut rng = elbow_tests::support::tensors::noise(7, "draws").row(0);
    let draws = model
        .p(&none)
        .sample(LENGTHS.len(), &mut rng)
        .expect("draws");
    assert!(draws.x.as_vec().iter().all(|v| *v == 0.0));
}

/// Rows with their own numbers of steps, where every step of the guide becomes several draws a row.
macro_rules! compared {
    ($module:ident: $($via:tt)*) => {
        mod $module {
            use super::*;

            model! {
                /// Bits from the last to the first, and one that all of them lead to.
                pub struct Bits {
                    encode: Linear<2, 1>,
                    last: Linear<2, 1>,
                    step: Linear<1, 1>,
                    start: Parameter<Rank1<1>, Random>,
                    emit: Linear<1, 1>,
                }
                generative p(length: 0..=4) {
                    let mut state = start;
                    for t in 0..length {
                        sample z[t]: [1] ~ Bernoulli::logits(step(state));
                        state = z[t];
                        sample x[t]: [1] ~ Normal::new(emit(z[t]), 0.5);
                    }
                    sample w: [1] ~ Bernoulli::logits(step(state.clone()));
                    sample y: [1] ~ Normal::new(emit(w + state), 0.5);
                }
                inference q(x, y, length) {
                    let mut after = start;
                    for t in (0..length).rev() {
                        sample z[t] ~ Bernoulli::logits(encode(concat(x[t], after))) $($via)*;
                        after = z[t];
                    }
                    sample w ~ Bernoulli::logits(last(concat(y, after))) $($via)*;
                }
            }

            #[test]
            fn a_row_has_the_gradient_that_it_has_among_others() {
                let model = Bits::new(4);
                let lengths = [2.0, 0.0, 4.0, 1.0];
                let x: Batch<(Const<4>, Const<1>)> = batch(numbers(16)).expect("rows");
                let y: Batch<(Const<1>,)> = batch(numbers(4)).expect("rows");
                let gradients = |lengths: [f32; 4]| {
                    let length = batch(lengths.to_vec()).expect("rows");
                    let program = model.q(&x, &y, &length).at(elbow::family::Key::new(3, 0));
                    let (value, gradient) = loss(&Elbo::default(), &program, |g| {
                        let ends = [by(g, &model.encode.weight), by(g, &model.last.weight)];
                        let weights = [by(g, &model.step.weight), by(g, &model.emit.weight)];
                        [ends.concat(), weights.concat(), by(g, &model.start.value)].concat()
                    });
                    [vec![value], gradient].concat()
                };
                // Each row adds what its steps change, whatever its neighbours are.
                let without = gradients([0.0; 4]);
                let mut sum = without.clone();
                for row in 0..4 {
                    let mut only = [0.0; 4];
                    only[row] = lengths[row];
                    let with = gradients(only).into_iter().zip(&without);
                    let steps = with.map(|(with, without)| with - without);
                    sum.iter_mut().zip(steps).for_each(|(sum, own)| *sum += own);
                }
                assert_same(&gradients(lengths), &sum, "value and gradient");
            }
        }
    };
}

compared!(rloo: via Rloo { samples: 3 });
compared!(disarm: via DisArm);
compared!(local_expectation: via LocalExpectation);
compared!(rebar: via Rebar::default());
compared!(enumerate: via Enumerate);
