//! The workloads as programs of `model!`.

mod bits;
mod categories;
mod convolutional;
mod counts;
mod evaluation;
mod global;
mod latents;
mod markov;
mod normals;
mod states;
mod summed_out;
mod weighted;
mod words;

pub use bits::Bits;
pub use categories::Categories;
pub use normals::Normals;

use elbow::dfdx::nn::tensor_collection::TensorCollection;
use elbow::prelude::*;
use elbow::train::Adam;

use crate::Step;
use crate::workload::{Kind, Workload};

const TEMPERATURE: f32 = 0.5;
const RATE: f32 = 1e-3;

/// The step of a workload.
///
/// # Errors
/// Fails if its data are not there.
pub fn step(workload: Workload) -> Result<Step, String> {
    let rows = workload.rows;
    Ok(match workload.kind {
        Kind::W1a => bits::by_log_ratio::<784, 200, 200>(rows),
        Kind::W4 => bits::by_log_ratio::<64, 32, 10>(rows),
        Kind::W1b => bits::by_estimator(rows, workload.estimator),
        Kind::W2 => normals::step(rows),
        Kind::W3 => categories::step(rows),
        Kind::W5 => words::step(rows)?,
        Kind::W6 => markov::step(rows)?,
        Kind::W8 => convolutional::step(rows)?,
        Kind::W9 => summed_out::step(rows)?,
        Kind::W10 => weighted::step(rows)?,
        Kind::States => states::step(rows),
        Kind::Latent(family) => latents::step(rows, family),
        Kind::Counts(counts) => counts::step(rows, counts),
        Kind::Semi => summed_out::two_programs(rows),
        Kind::Global => global::step(rows),
        Kind::Evidence => evaluation::evidence(rows),
        Kind::Evaluate => evaluation::elbo(rows),
        Kind::Sample => evaluation::sample(rows),
    })
}

/// A training step on the loss of a model.
fn train<M: TensorCollection<f32, Device> + 'static>(
    mut model: M,
    mut loss: impl FnMut(&M) -> Result<Loss, elbow::Error> + 'static,
) -> Step {
    let mut adam = Adam::new(RATE);
    Box::new(move || {
        let loss = loss(&model)?;
        let value = loss.value();
        adam.descend(&mut model, loss)?;
        Ok(value)
    })
}
