use elbow::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample encoder: [2] ~ Bernoulli::logits(encoder(0.5));
        let decoder = 1.0;
        sample x: [4] ~ Bernoulli::probs(0.5 * decoder);
    }

    inference q(x) {
        sample encoder ~ Bernoulli::probs(0.5);
    }
}

fn main() {}
