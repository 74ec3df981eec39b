use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
        bias: Parameter<Rank1<4>>,
    }
    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let h = z.outer(bias);
        let g = 2.0 * h;
        sample x: [4] ~ Bernoulli::logits((g + 1.0) + bias);
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
