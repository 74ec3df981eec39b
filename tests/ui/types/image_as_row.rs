use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: (Linear<2, 4>, ToEvent<Rank2<2, 2>>),
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [2, 2] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {
    let _ = Vae::new(0);
}
