use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (ToEvent<Rank1<64>>, Linear<64, 2>),
        decoder: Linear<2, 64>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [8, 8] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
