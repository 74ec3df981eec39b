use elbow::prelude::model;
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

// What the loops were to declare is given and drawn here, and nothing else is said.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    let draws = vae.p().sample(3, &mut rand::rng())?;
    assert_eq!(draws.z.as_vec().len(), 2 * draws.x.as_vec().len());
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
