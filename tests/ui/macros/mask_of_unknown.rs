use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x * observed(xx)));
    }
}

fn main() {}
