use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: SplitInto<(Linear<4, 2>, Linear<4, 2>)>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Bernoulli::probs(sigmoid(decoder(z)));
    }

    inference q(x) {
        let (loc, h) = encoder(x);
        sample z ~ Normal::new(loc, exp(h));
    }
}

fn main() {}
