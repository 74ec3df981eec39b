use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2> = 0.5,
        decoder: Linear<2, 4>,
        prior: Parameter<Rank1<2>> = [0.0, 1.0],
    }
    generative p {
        sample z: [2] ~ Normal::new(prior, 1.0);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {
    let _ = Vae::new(0);
}
