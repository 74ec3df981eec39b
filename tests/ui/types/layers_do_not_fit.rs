use elbow::prelude::*;

const HIDDEN: usize = 8;

model! {
    pub struct Vae<const N: usize> {
        encoder: (Linear<N, 8>, (ReLU, Linear<8, 6>), Softplus, elbow::prelude::Linear<4, N>),
        sound: (Linear<4, N>, Tanh, Linear<N, 4>, Linear<4, 2>),
        decoder: (Linear<2, HIDDEN>, Tanh, Linear<6, 4>),
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(sound(x));
    }
}

// Nothing else is said, however the model is used.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::<3>::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
