use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, SplitInto<(Linear<8, 2>, (Linear<8, 2>, Softplus))>),
        three: SplitInto<(Linear<4, 2>, Linear<4, 2>, Linear<4, 2>)>,
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample w: [2] ~ Normal::new(0.0, 1.0);
        sample v: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Bernoulli::logits(decoder(z + w + v));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x));
        let heads = three(x);
        sample w ~ Normal::new(heads, 1.0);
        sample v ~ Normal::new(encoder(x).0, 1.0);
    }
}

fn main() {}
