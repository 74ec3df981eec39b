use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8> Tanh, Linear<8, 2>),
        decoder: (Linear<2, 8>, (Tanh Linear<8, 4>)),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
