//! What does not train: the evidence, the bound, and draws of W1b's model.

use elbow::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::weights::filled;
use crate::{Step, rows};

model! {
    /// Bits between networks of one hidden layer.
    pub struct Evaluated {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 200>),
        decoder: (Linear<200, 200>, Tanh, Linear<200, 784>),
    }
    generative p {
        sample z: [200] ~ Bernoulli::probs(0.5);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn model() -> Evaluated {
    filled!(Evaluated::new(0); encoder.0, encoder.2, decoder.0, decoder.2)
}

/// The log-evidence with 1,000 samples a row.
pub fn evidence(rows: usize) -> Step {
    let (model, x) = (model(), rows::bits::<784>(rows));
    Box::new(move || {
        let evidence = LogEvidence::samples(1_000).evaluate(&model.q(&x))?;
        Ok(-evidence.log_evidence as f32)
    })
}

/// The evidence lower bound.
pub fn elbo(rows: usize) -> Step {
    let (model, x) = (model(), rows::bits::<784>(rows));
    Box::new(move || Ok(-Elbo::default().evaluate(&model.q(&x))?.elbo as f32))
}

/// Draws from the model.
pub fn sample(rows: usize) -> Step {
    let (model, mut rng) = (model(), StdRng::seed_from_u64(0));
    Box::new(move || {
        let draws = model.p().sample(rows, &mut rng)?;
        Ok(draws.x[[0, 0]])
    })
}
