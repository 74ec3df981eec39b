#![allow(non_upper_case_globals)]

use elbow::prelude::*;

const x: usize = 3;
const seed: f32 = 0.5;

model! {
    pub struct Vae<const N: usize> {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }
    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {
    let vae = Vae::<4>::new(0);
    println!("{}", vae.p().sample(3, &mut rand::thread_rng()).is_ok());
}
