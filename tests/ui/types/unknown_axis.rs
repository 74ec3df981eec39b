//! Of `K` rustc would suggest the site `x` or the variable `z`, whose names are as short.

use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [K] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
