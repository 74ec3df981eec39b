use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0f64, 1.0f64);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 0.5f64);
    }
}

fn main() {}
