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
    let mut adam = Adam::new(1e-3);
    vae.train();
    adam.zero_grad();
    let out = vae.forward(&x);
    let loss = Elbo::new().loss(&vae.q(&x))?;
    println!("{}", loss.item());
    vae.save("m.safetensors")?;
    adam.step(&mut vae, loss)?;
    let draws = vae.sample(3, &mut 0)?;
    let other = Adam::new(vae.parameters());
    Ok(())
}
