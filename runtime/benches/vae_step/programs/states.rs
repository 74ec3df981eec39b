//! Eight bits whose 256 states are summed out.

use elbow::prelude::*;

use super::train;
use crate::weights::filled;
use crate::{Step, rows};

model! {
    /// Eight bits between networks of one hidden layer.
    pub struct Eight {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 8>),
        decoder: (Linear<8, 200>, Tanh, Linear<200, 784>),
    }
    generative p {
        sample z: [8] ~ Bernoulli::probs(0.5);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Enumerate;
    }
}

/// The step of this many rows.
pub fn step(rows: usize) -> Step {
    let x = rows::bits::<784>(rows);
    let model = filled!(Eight::new(0); encoder.0, encoder.2, decoder.0, decoder.2);
    train(model, move |model| Elbo::default().loss(&model.q(&x)))
}
