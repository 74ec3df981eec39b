use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0).expand([2]).to_event(1);
        sample x: [4] ~ Bernoulli::logits(decoder(z)).to_event(1);
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
