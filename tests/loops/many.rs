//! Comparisons of rows with their own numbers of steps, for the generated pairs.

use crate::compare::{KEY, ROWS, Read, rng};
use crate::support::{assert_same, loss};
use elbow::family::Key;
use elbow::prelude::*;

/// A program of rows with these numbers of steps, with this number where there is no step.
type RaggedProgram<'p, I> = &'p dyn Fn(&[usize; ROWS], f32, Key) -> I;

/// Numbers of steps up to `most`.
fn lengths(most: usize) -> [usize; ROWS] {
    [1, most, 0, most - 1, most]
}

/// The lengths of one row among rows without steps.
fn only(row: usize, lengths: &[usize; ROWS]) -> [usize; ROWS] {
    std::array::from_fn(|at| if at == row { lengths[at] } else { 0 })
}

/// A row has the bound that it has among rows without steps, but for the roundings of vectors that hold several rows.
pub fn rows_alone<const T: usize, I: Inference>(program: RaggedProgram<I>) {
    let lengths = lengths(T);
    for listed in [64, 0] {
        let rows = |lengths: &[usize; ROWS]| {
            let program = program(lengths, 0.5, KEY);
            let bound = Elbo::default().whole_data().particles(2);
            let bounds = bound.enumerate_up_to(listed).evaluate(&program);
            let evidence = LogEvidence::samples(4).enumerate_up_to(listed);
            let evidences = evidence.evaluate(&program).expect("evidence").rows;
            [bounds.expect("a bound").rows, evidences]
        };
        let all = rows(&lengths);
        for row in 0..ROWS {
            let alone = rows(&only(row, &lengths));
            for (all, alone) in all.iter().zip(&alone) {
                // A model with a global site has no bounds of rows.
                let (Some(all), Some(alone)) = (all.get(row), alone.get(row)) else {
                    continue;
                };
                let close = (all - alone).abs() <= 1e-7 * all.abs().max(1.0);
                assert!(close, "row {row}, {listed} states: {all} and {alone}");
            }
        }
    }
}

/// Gradients are sums over rows, under every objective. That is so if no row is the baseline of another.
pub fn sums_over_rows<const T: usize, I: Inference>(program: RaggedProgram<I>, by: Read) {
    let elbo = || Elbo::default().whole_data();
    sums::<T, I>("all automatic", &elbo(), program, by);
    for profile in [Profile::ExactFirst, Profile::Relaxed] {
        let objective = elbo().profile(profile).enumerate_up_to(0);
        sums::<T, I>(&format!("{profile:?}"), &objective, program, by);
    }
    let weights = ImportanceWeighted::default().whole_data().particles(2);
    sums::<T, I>("weights", &weights, program, by);
    let renyi = Renyi::new(0.5).whole_data().particles(2);
    sums::<T, I>("Renyi", &renyi, program, by);
    let wake = WakeSleep::default().whole_data().particles(2);
    sums::<T, I>("wake-sleep", &wake, program, by);
}

fn sums<const T: usize, I: Inference>(
    what: &str,
    objective: &impl Objective,
    program: RaggedProgram<I>,
    by: Read,
) {
    let lengths = lengths(T);
    // An estimator that the objective does not suit is compared elsewhere.
    if objective.loss(&program(&lengths, 0.5, KEY)).is_err() {
        return;
    }
    let gradient = |lengths: &[usize; ROWS]| {
        let program = program(lengths, 0.5, KEY);
        let (value, mut gradient) = loss(objective, &program, by);
        gradient.push(value);
        gradient
    };
    let none = gradient(&[0; ROWS]);
    let mut sums = none.clone();
    for row in 0..ROWS {
        let own = gradient(&only(row, &lengths));
        let pairs = sums.iter_mut().zip(own.iter().zip(&none));
        pairs.for_each(|(sum, (own, none))| *sum += own - none);
    }
    assert_same(
        &gradient(&lengths),
        &sums,
        &format!("{what}, the sum over rows"),
    );
}

/// What stands where a row has no step changes no bit of losses, gradients and draws.
pub fn padding_is_not_read<const T: usize, I: Inference>(
    program: RaggedProgram<I>,
    by: Read,
    numbers: impl Fn(&I::Latents) -> Vec<f32>,
) {
    let lengths = lengths(T);
    let of = |padding: f32| {
        let program = |_| program(&lengths, padding, KEY);
        let (value, gradient) = loss(&Elbo::default().whole_data(), &program(()), by);
        let weights = ImportanceWeighted::default().whole_data().particles(2);
        let mut bits: Vec<u32> = [value]
            .iter()
            .chain(&gradient)
            .map(|x| x.to_bits())
            .collect();
        if weights.loss(&program(())).is_ok() {
            let (value, gradient) = loss(&weights, &program(()), by);
            bits.extend([value].iter().chain(&gradient).map(|x| x.to_bits()));
        }
        let rows = Elbo::default()
            .whole_data()
            .evaluate(&program(()))
            .expect("a bound")
            .rows;
        bits.extend(rows.iter().map(|x| (*x as f32).to_bits()));
        let drawn = program(()).sample(&mut rng()).map(|drawn| numbers(&drawn));
        bits.extend(drawn.expect("draws").iter().map(|x| x.to_bits()));
        bits
    };
    let expected = of(0.0);
    for padding in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -0.5] {
        assert_eq!(of(padding), expected, "a padding of {padding}");
    }
}
