use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae<const N: i32> {
        encoder: Linear<4, N>,
        decoder: Linear<N, 4>,
    }

    generative p {
        sample z: [N] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

// Nothing else is said, however the model is used.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::<2>::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
