use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Dense<4, 2>, Gelu),
        decoder: (Linear<2, 4>, Relu),
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
