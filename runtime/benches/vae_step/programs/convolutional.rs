//! A normal auto-encoder of convolutions.

use elbow::prelude::*;

use super::train;
use crate::weights::Weights;
use crate::{Step, rows};

model! {
    /// Convolutions of four by four pixels each way.
    pub struct Pictures {
        encoder: (
            ToEvent<Rank3<1, 28, 28>>,
            Conv2D<Rank3<1, 28, 28>, Rank3<32, 14, 14>, 4, 2, 1>,
            ReLU,
            Conv2D<Rank3<32, 14, 14>, Rank3<64, 7, 7>, 4, 2, 1>,
            ReLU,
            ToEvent<Rank1<3136>>,
        ),
        loc: Linear<3136, 32>,
        log_scale: Linear<3136, 32>,
        decoder: (
            Linear<32, 3136>,
            ReLU,
            ToEvent<Rank3<64, 7, 7>>,
            ConvTranspose2D<Rank3<64, 7, 7>, Rank3<32, 14, 14>, 4, 2, 1>,
            ReLU,
            ConvTranspose2D<Rank3<32, 14, 14>, Rank3<1, 28, 28>, 4, 2, 1>,
            ToEvent<Rank1<784>>,
        ),
    }
    generative p {
        sample z: [32] ~ Normal::new(0.0, 1.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        let h = encoder(x);
        sample z ~ Normal::new(loc(h), log_scale(h).exp());
    }
}

/// The step on batches of digits in turn.
///
/// # Errors
/// Fails if the digits are not there.
pub fn step(rows: usize) -> Result<Step, String> {
    let (mut model, mut weights) = (Pictures::new(0), Weights::new());
    let Pictures {
        encoder,
        loc,
        log_scale,
        decoder,
        ..
    } = &mut model;
    weights.fill_squares(&mut encoder.1.weight, &mut encoder.1.bias, 16);
    weights.fill_squares(&mut encoder.3.weight, &mut encoder.3.bias, 512);
    weights.fill_halves(loc, log_scale);
    weights.fill(&mut decoder.0);
    weights.fill_squares(&mut decoder.3.weight, &mut decoder.3.bias, 1024);
    weights.fill_squares(&mut decoder.5.weight, &mut decoder.5.bias, 512);
    let mut batches = rows::digits(rows)?.into_iter().cycle();
    Ok(train(model, move |model| {
        let x = batches.next().expect("a cycle");
        Elbo::default().loss(&model.q(&x))
    }))
}
