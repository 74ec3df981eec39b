use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample encoder: [2] ~ Bernoulli::logits(encoder(0.5));
        let decoder = 1.0;
        sample x: [4] ~ Bernoulli::probs(0.5 * decoder);
    }

    inference q(x) {
        sample encoder ~ Bernoulli::probs(0.5);
    }
}

// The names are used as if they were sound, and nothing else is said.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    let codes = vae.q(&x).sample(&mut rand::rng())?;
    assert_eq!(codes.encoder.as_vec().len(), codes.decoder.len());
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
