//! Global weights.

use elbow::prelude::*;

use super::train;
use crate::{Step, rows};

model! {
    /// Logistic regression with a normal posterior of each weight.
    pub struct Regression {
        loc: Parameter<Rank1<20>>,
        log_scale: Parameter<Rank1<20>>,
    }
    generative p(u: [20]) {
        global sample w: [20] ~ Normal::new(0.0, 1.0);
        let logit = (u * w).sum_last();
        sample y ~ Bernoulli::logits(logit);
    }
    inference q(y, u) {
        sample w ~ Normal::new(loc, log_scale.exp());
    }
}

/// The step of this many rows.
pub fn step(rows: usize) -> Step {
    let u = rows::numbers::<20>(rows);
    let bits: Vec<f32> = (0..rows).map(|row| f32::from(row % 3 == 0)).collect();
    let y: Batch<()> = batch(bits).expect("whole rows");
    let elbo = Elbo::default().whole_data();
    train(Regression::new(0), move |model| elbo.loss(&model.q(&y, &u)))
}
