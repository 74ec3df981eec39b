//! Learns to draw handwritten digits, in a second: `cargo run --release --example quickstart`.
use elbow::prelude::*;
use elbow_examples::{data, plot::Grid};
use rand::SeedableRng;

model! {
    /// An image of 64 pixels, black or white, is explained by 32 bits.
    pub struct Digits {
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let digits = data::digits().thresholded();
    let (mut vae, mut adam, elbo) = (Digits::new(0), Adam::new(3e-3), Elbo::default());
    let mut batches = data::Batches::new(digits.train.rows(), 100, 0);
    for step in 1..=2000 {
        let x = batch(digits.train.grey(&batches.at(step)))?;
        let loss = elbo.loss(&vae.q(&x))?;
        if step % 400 == 0 {
            println!("step {step}, training ELBO {:.1} nats", loss.elbo());
        }
        adam.descend(&mut vae, loss)?;
    }
    let x = batch(digits.test.grey(&(0..32).collect::<Vec<_>>()))?;
    println!("test ELBO {:.1} nats", elbo.evaluate(&vae.q(&x))?.elbo);
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(0);
    let means = vae.q(&x).reconstruct(&mut rng)?;
    let picture = Grid::new(8, 8).reconstructions(&x.as_vec(), &means.x.as_vec())?;
    Ok(picture.save("digits.png")?)
}
