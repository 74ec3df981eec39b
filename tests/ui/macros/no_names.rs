use elbow::prelude::Objective;
use elbow::train::Adam;

elbow::model! {
    pub struct Vae {
        encoder: (Linear<64, 100>, Tanh, Linear<100, 32>),
        decoder: (Linear<32, 100>, Tanh, Linear<100, 64>),
    }
    generative p {
        sample z: [32] ~ Bernoulli::probs(0.5);
        sample x: [64] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() -> Result<(), elbow::Error> {
    let mut vae = Vae::new(0);
    let mut adam = Adam::new(1e-3);
    let x = elbow::prelude::batch(vec![1.0; 64 * 8])?;
    let loss = elbow::prelude::Elbo::default().loss(&vae.q(&x))?;
    adam.descend(&mut vae, loss)?;
    println!("{:?}", vae.q(&x).latents().z);
    Ok(())
}
