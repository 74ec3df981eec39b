use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
