//! Normals between networks of one hidden layer.

use elbow::prelude::*;

use super::train;
use crate::{Step, rows};

model! {
    /// Normals between networks of one hidden layer.
    pub struct Normals {
        pub encoder: (Linear<784, 400>, ReLU),
        pub loc: Linear<400, 50>,
        pub log_scale: Linear<400, 50>,
        pub decoder: (Linear<50, 400>, ReLU, Linear<400, 784>),
    }
    generative p {
        sample z: [50] ~ Normal::new(0.0, 1.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        let hidden = encoder(x);
        sample z ~ Normal::new(loc(hidden), log_scale(hidden).exp());
    }
}

/// The step of this many rows.
pub fn step(rows: usize) -> Step {
    let x = rows::bits::<784>(rows);
    train(Normals::new(0), move |model| {
        Elbo::default().loss(&model.q(&x))
    })
}
