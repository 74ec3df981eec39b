use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae<const HIDDEN: usize> {
        encoder: Linear<4, 2>,
        decoder: (Linear<2, HIDDEN>, Tanh, Linear<6, 4>),
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
