use elbow::prelude::*;
use elbow::train::Adam;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() -> Result<(), elbow::Error> {
    let mut vae = Vae::new(0);
    let x: Batch<(Const<4>,)> = batch(vec![1.0; 8])?;
    let loss = Elbo::default().evaluate(&vae.q(&x))?;
    Adam::new(1e-3).descend(&mut vae, loss)
}
