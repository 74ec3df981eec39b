use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae<D, N: usize> {
        encoder: Linear<4, N>,
        decoder: Linear<N, 4>,
    }

    generative p {
        sample z: [N] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
