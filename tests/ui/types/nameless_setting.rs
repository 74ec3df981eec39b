use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed(0.5);
    }

    inference several(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Rloo(4);
    }

    inference own(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via halved(0.5);
    }
}

/// An estimator may be what a function returns.
fn halved(temperature: f32) -> Relaxed {
    Relaxed {
        temperature: temperature / 2.0,
    }
}

fn main() {}
