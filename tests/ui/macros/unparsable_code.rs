use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5) Bernoulli;
        let h = 2.0 * ;
        sample x: [4] ~ Bernoulli::logits(decoder(z) * h);
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() -> Result<(), elbow::Error> {
    let vae = Vae::new(0);
    let x = batch(vec![0.0; 8])?;
    println!("{}", vae.q(&x).explain());
    println!("{:?}", vae.p().log_joint(&VaePJoint { z: batch(vec![0.0; 4])?, x })?);
    Ok(())
}
