//! Categories between networks of two hidden layers.

use elbow::prelude::*;

use super::{TEMPERATURE, train};
use crate::{Step, rows};

model! {
    /// Categories between networks of two hidden layers.
    pub struct Categories {
        pub encoder: (Linear<784, 512>, ReLU, Linear<512, 256>, ReLU, Linear<256, 300>, ToEvent<Rank2<30, 10>>),
        pub decoder: (ToEvent<Rank1<300>>, Linear<300, 256>, ReLU, Linear<256, 512>, ReLU, Linear<512, 784>),
    }
    generative p {
        sample z: [30, 10] ~ OneHotCategorical::logits(0.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ OneHotCategorical::logits(encoder(x)) via Relaxed { temperature: TEMPERATURE };
    }
}

/// The step of this many rows.
pub fn step(rows: usize) -> Step {
    let x = rows::bits::<784>(rows);
    train(Categories::new(0), move |model| {
        Elbo::default().loss(&model.q(&x))
    })
}
