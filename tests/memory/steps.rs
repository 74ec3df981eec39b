//! The allocations of a training step.

use elbow::prelude::*;
use elbow::train::Adam;

use crate::counting::{large, peak};

const ROWS: usize = 100;

model! {
    /// Wide enough for every tensor of a row to be large; with layers, activations and arithmetic between them.
    struct Wide {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 200>),
        loc: (Linear<784, 200>, ReLU, Linear<200, 100>),
        decoder: (Linear<200, 200>, Sigmoid, Linear<200, 784>),
        shift: Linear<100, 784>,
    }
    generative p {
        sample z: [200] ~ Bernoulli::probs(0.5);
        sample w: [100] ~ Normal::new(0.0, 1.0);
        let logits = decoder(z * 2.0 - 1.0) + shift(w);
        sample x: [784] ~ Bernoulli::logits(logits);
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed { temperature: 0.5 };
        sample w ~ Normal::new(loc(x), 0.5);
    }
}

/// After ten steps, nothing as large as a tensor; and all that is alive at once is a few times the model.
pub fn a_step_allocates_nothing_large() {
    let mut model = Wide::new(2);
    let mut adam = Adam::new(1e-3);
    let elbo = Elbo::default();
    let x: Batch<(Const<784>,)> = batch([0.0, 1.0].repeat(392 * ROWS)).expect("rows");
    let mut step = || {
        let loss = elbo.loss(&model.q(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    };
    let first = large(&mut step);
    assert!(first > 10, "the first step has to allocate: {first}");
    let most = peak(|| (0..9).for_each(|_| step()));
    assert!(most < 30_000_000, "{most} bytes at once");
    for number in 10..30 {
        assert_eq!(large(&mut step), 0, "large allocations of step {number}");
    }
}
