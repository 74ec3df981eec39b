use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::prob(0.5);
        sample x: [4] ~ Bernoulli::new(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logit(encoder(x));
    }
}

model! {
    pub struct Classes {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ OneHotCategorical::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ OneHotCategorical::new(encoder(x));
    }
}

fn main() {}
