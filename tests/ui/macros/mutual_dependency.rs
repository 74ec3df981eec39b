use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample x: [4] ~ Bernoulli::logits(decoder(z));
        sample z: [2] ~ Bernoulli::logits(encoder(x));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
