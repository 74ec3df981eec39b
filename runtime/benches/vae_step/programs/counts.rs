//! Likelihoods of many counts.

use elbow::prelude::*;

use super::train;
use crate::weights::filled;
use crate::workload::Counts;
use crate::{Step, rows};

/// Inputs are scaled so that a step of Adam moves a hidden unit by no more than a tenth, at any width.
const fn input_scale(columns: usize) -> f32 {
    20.0 / columns as f32
}

model! {
    /// Poisson counts.
    pub struct Poissons<const COLUMNS: usize> {
        encoder: (Linear<COLUMNS, 100>, ReLU),
        loc: Linear<100, 20>,
        log_scale: Linear<100, 20>,
        decoder: (Linear<20, 100>, ReLU, Linear<100, COLUMNS>),
    }
    generative p {
        sample z: [20] ~ Normal::new(0.0, 1.0);
        sample x: [COLUMNS] ~ Poisson::new(decoder(z).exp());
    }
    inference q(x) {
        let hidden = encoder(x * input_scale(COLUMNS));
        sample z ~ Normal::new(loc(hidden), log_scale(hidden).exp());
    }
}

model! {
    /// Counts with a learned number of failures a column.
    pub struct NegativeBinomials<const COLUMNS: usize> {
        encoder: (Linear<COLUMNS, 100>, ReLU),
        loc: Linear<100, 20>,
        log_scale: Linear<100, 20>,
        decoder: (Linear<20, 100>, ReLU, Linear<100, COLUMNS>),
        log_failures: Parameter<Rank1<COLUMNS>>,
    }
    generative p {
        sample z: [20] ~ Normal::new(0.0, 1.0);
        sample x: [COLUMNS] ~ NegativeBinomial::logits(log_failures.exp(), decoder(z));
    }
    inference q(x) {
        let hidden = encoder(x * input_scale(COLUMNS));
        sample z ~ Normal::new(loc(hidden), log_scale(hidden).exp());
    }
}

/// The step of this many rows.
pub fn step(rows: usize, counts: Counts) -> Step {
    match counts.columns {
        2_000 => of_columns::<2_000>(rows, counts),
        _ => of_columns::<20_000>(rows, counts),
    }
}

fn of_columns<const COLUMNS: usize>(rows: usize, counts: Counts) -> Step {
    let x = rows::counts::<COLUMNS>(rows, counts.is_sparse);
    let elbo = Elbo::default();
    macro_rules! train {
        ($model:ident) => {
            train(
                filled!($model::<COLUMNS>::new(0); encoder.0, loc, log_scale, decoder.0, decoder.2),
                move |model| elbo.loss(&model.q(&x)),
            )
        };
    }
    if counts.is_overdispersed {
        train!(NegativeBinomials)
    } else {
        train!(Poissons)
    }
}
