#![deny(unused_variables)]

use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, SplitInto<(Linear<8, 2>, (Linear<8, 2>, Softplus))>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let h = decoder(z);
        let _meant = decoder(z);
        sample x: [4] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) {
        let (loc, scale) = encoder(x);
        sample z ~ Normal::new(loc, 1.0);
    }
}

fn main() {}
