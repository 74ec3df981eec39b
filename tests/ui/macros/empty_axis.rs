use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [0] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

// The model is used as if it were sound, and nothing else is said.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
