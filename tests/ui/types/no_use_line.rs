//! The code beside the block misses elbow's names too, and is not to blame.

elbow::model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
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
    let loss = Elbo::default().loss(&vae.q(&x))?;
    adam.descend(&mut vae, loss)
}
