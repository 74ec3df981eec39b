use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, SplitInto<(Linear<8, 2>, (Linear<8, 2>, Softplus))>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
