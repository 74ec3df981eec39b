use elbow::prelude::*;

model! {
    pub struct Vae {
        # the networks
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),  # of the guide
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    # the model
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);  # the prior
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        # the posterior
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
