use elbow::prelude::*;

model! {
    pub struct Vae<const PIXELS: usize> {
        encoder: (Linear<PIXELS, 20>, Tanh, Linear<20, 4>),
        decoder: (Linear<4, 20>, Tanh, Linear<20, PIXELS>),
    }
    generative p {
        sample z: [4] ~ Bernoulli::probs(0.5);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

// What uses a model may say its size.
fn known() -> Result<(), elbow::Error> {
    let vae = Vae::new(0);
    let x: Batch<(Const<64>,)> = batch(vec![1.0; 64])?;
    Elbo::default().evaluate(&vae.q(&x))?;
    let _: Vae<8> = Vae::new("1".parse().unwrap());
    Ok(())
}

fn unknown() -> Result<(), elbow::Error> {
    let vae = Vae::new(0);
    let x = batch(vec![1.0; 64])?;
    let loss = Elbo::default().loss(&vae.q(&x))?;
    println!("{}", loss.value());
    Ok(())
}

fn main() -> Result<(), elbow::Error> {
    known()?;
    unknown()
}
