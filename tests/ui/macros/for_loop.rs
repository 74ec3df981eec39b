use elbow::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        for t in 0..3 {
            sample z[t]: [2] ~ Bernoulli::probs(0.5);
        }
        for i in 0..4 { sample x ~ Bernoulli::logits(decoder(z)); }
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

// What the loop was to declare is whatever is given: no other error follows.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
