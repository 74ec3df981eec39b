use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
        bias: Tensor<Rank1<4>, f32, Device>,
    }
    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z) + bias);
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

// Nothing else is said, however the model is used.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
