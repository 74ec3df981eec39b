//! Running programs many times, and reading what they do to their parameters.

use elbow::__macro::program::{Handler, Pass};
use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::{Gradients, Tensor};
use elbow::family::Key;
use elbow::prelude::{Batch, Device, Elbo, Inference, LogEvidence, Objective, batch};

use super::tensors::to_f32;

/// A learned tensor.
pub type Weights<S> = Tensor<S, f32, Device>;

/// Gives a parameter these values.
pub fn fill<S: Shape>(parameter: &mut Weights<S>, values: &[f64]) {
    parameter.copy_from(&to_f32(values));
}

/// The gradient by a parameter, in row-major order.
pub fn gradient<S: Shape>(gradients: &Gradients<f32, Device>, of: &Weights<S>) -> Vec<f64> {
    let gradient = gradients.get(of).as_vec();
    gradient.into_iter().map(f64::from).collect()
}

/// One row of data, repeated.
pub fn copies(row: &[f64], times: usize) -> Vec<f32> {
    to_f32(row).repeat(times)
}

/// The training losses of `runs` runs, and what `read` finds in the gradients of each.
///
/// Losses average over rows already; the spread of runs with different noise is the honest standard
/// error of all that is read.
pub fn train<I: Inference>(
    elbo: Elbo,
    runs: usize,
    program: impl Fn() -> I,
    read: impl Fn(&Gradients<f32, Device>) -> Vec<f64>,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut values = Vec::with_capacity(runs);
    let mut gradients: Vec<Vec<f64>> = Vec::new();
    for _ in 0..runs {
        let loss = elbo.loss(&program()).expect("a legal program");
        values.push(f64::from(loss.value()));
        let found = read(&loss.backward());
        gradients.resize(found.len(), Vec::new());
        for (all, one) in gradients.iter_mut().zip(found) {
            all.push(one);
        }
    }
    (values, gradients)
}

/// One number, repeated.
pub fn column(number: f64, rows: usize) -> Batch<()> {
    batch(vec![number as f32; rows]).expect("whole rows")
}

/// The gradient of the objective by what each row was given: as many independent estimates as rows.
pub fn by_row<S: Shape>(
    gradients: &Gradients<f32, Device>,
    of: &Weights<S>,
    rows: usize,
) -> Vec<f64> {
    let of_loss = gradient(gradients, of).into_iter();
    of_loss.map(|g| -g * rows as f64).collect()
}

/// The evidence lower bound of each row of a program, by hard draws: nothing is enumerated.
pub fn bounds<I: Inference>(program: &I) -> Vec<f64> {
    let evaluation = Elbo::default().enumerate_up_to(0).evaluate(program);
    evaluation.expect("a legal program").rows
}

/// The importance-weighted estimate of each row of a program, by hard draws.
pub fn evidence<I: Inference>(program: &I, samples: usize) -> Vec<f64> {
    let estimate = LogEvidence::samples(samples)
        .enumerate_up_to(0)
        .evaluate(program);
    estimate.expect("a legal program").rows
}

/// The latents that a program draws under this key when it evaluates: of one particle, no more.
pub fn latents<I: Inference>(program: &I, key: Key) -> I::Latents {
    let drawn = program.pass::<()>(&mut pass(program, Handler::sample(), key));
    drawn.expect("a legal program").0
}

/// A run of a program over all its rows that has yet to begin.
pub fn pass<I: Inference>(program: &I, handler: Handler, key: Key) -> Pass {
    let rows = program.rows().expect("a legal program");
    Pass::new(I::SITES, handler, key, rows)
}
