//! The importance-weighted bound of a normal auto-encoder of two hidden layers.

use elbow::prelude::*;

use super::train;
use crate::weights::filled;
use crate::{Step, rows};

model! {
    /// Normals between networks of two hidden layers.
    pub struct Deep {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 200>, Tanh),
        loc: Linear<200, 50>,
        log_scale: Linear<200, 50>,
        decoder: (Linear<50, 200>, Tanh, Linear<200, 200>, Tanh, Linear<200, 784>),
    }
    generative p {
        sample z: [50] ~ Normal::new(0.0, 1.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        let h = encoder(x);
        sample z ~ Normal::new(loc(h), log_scale(h).exp());
    }
}

/// The step with 50 samples a row, on batches of digits in turn.
///
/// # Errors
/// Fails if the digits are not there.
pub fn step(rows: usize) -> Result<Step, String> {
    let model = filled!(
        Deep::new(0);
        encoder.0, encoder.2, loc, log_scale, decoder.0, decoder.2, decoder.4
    );
    let mut batches = rows::digits(rows)?.into_iter().cycle();
    let bound = ImportanceWeighted::default().particles(50);
    Ok(train(model, move |model| {
        let x = batches.next().expect("a cycle");
        bound.loss(&model.q(&x))
    }))
}
