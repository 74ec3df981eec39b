use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Vec<Linear<4, 2>>,
        decoder: (Linear<2, 8>, Option<Tanh>, Linear<8, 4>),
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
    let _ = Vae::new(0);
}
