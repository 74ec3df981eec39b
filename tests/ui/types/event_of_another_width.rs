use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
        bias: Parameter<Rank1<3>>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let h = decoder(z);
        sample x: [4] ~ Bernoulli::logits(h + bias);
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
