//! A deep Markov model of chorales.

use elbow::prelude::*;

use super::train;
use crate::weights::Weights;
use crate::{Step, rows};

/// The steps of the longest chorale.
const LONGEST: usize = 129;

model! {
    /// Gated transitions, and a guide that has read each chorale from its end.
    pub struct Markov {
        gate: (Linear<32, 64>, ReLU, Linear<64, 32>, Sigmoid),
        proposed: (Linear<32, 64>, ReLU, Linear<64, 32>),
        mean: Linear<32, 32>,
        spread: (ReLU, Linear<32, 32>, Softplus),
        emitter: (Linear<32, 100>, ReLU, Linear<100, 100>, ReLU, Linear<100, 88>),
        reader: BackwardGru<88, 128>,
        combine: (Linear<32, 128>, Tanh),
        loc: Linear<128, 32>,
        scale: (Linear<128, 32>, Softplus),
        start: Parameter<Rank1<32>>,
        guide_start: Parameter<Rank1<32>>,
    }
    generative p(length: 0..=LONGEST) {
        let mut before = start;
        for t in 0..length {
            let (g, h) = (gate(before), proposed(before));
            sample z[t]: [32] ~ Normal::new((1.0 - g) * mean(before) + g * h, spread(h));
            before = z[t];
            sample x[t]: [88] ~ Bernoulli::logits(emitter(z[t]));
        }
    }
    inference q(x, length) {
        let states = reader(x, length);
        let mut before = guide_start;
        for t in 0..length {
            let h = 0.5 * (combine(before) + states[t]);
            sample z[t] ~ Normal::new(loc(h), scale(h));
            before = z[t];
        }
    }
}

/// The step on batches of chorales in turn.
///
/// # Errors
/// Fails if the chorales are not there.
pub fn step(rows: usize) -> Result<Step, String> {
    let (mut model, mut weights) = (Markov::new(0), Weights::new());
    weights.fill(&mut model.gate.0);
    weights.fill(&mut model.gate.2);
    weights.fill(&mut model.proposed.0);
    weights.fill(&mut model.proposed.2);
    weights.fill(&mut model.mean);
    weights.fill(&mut model.spread.1);
    weights.fill(&mut model.emitter.0);
    weights.fill(&mut model.emitter.2);
    weights.fill(&mut model.emitter.4);
    let reader = &mut model.reader;
    weights.fill_recurrent(
        [&mut reader.weight_ih_l0],
        [&mut reader.weight_hh_l0],
        [&mut reader.bias_ih_l0, &mut reader.bias_hh_l0],
    );
    weights.fill(&mut model.combine.0);
    weights.fill(&mut model.loc);
    weights.fill(&mut model.scale.0);
    let mut batches = rows::chorales(rows)?.into_iter().cycle();
    Ok(train(model, move |model| {
        let (x, length) = batches.next().expect("a cycle");
        Elbo::default().loss(&model.q(&x, &length))
    }))
}
