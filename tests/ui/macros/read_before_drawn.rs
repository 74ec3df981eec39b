use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample x: [4] ~ Bernoulli::logits(decoder(z));
        sample z: [2] ~ Bernoulli::probs(0.5);
    }

    inference q(x) {
        let h = z + 1.0;
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
