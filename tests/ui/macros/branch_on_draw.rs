use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: Linear<4, 2>,
        decoder: Linear<2, 4>,
    }

    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let h = if z > 0.0 { decoder(z) } else { decoder(z * 2.0) };
        let g = { let c = decoder(z); if c > 0.0 { h } else { c } };
        sample x: [4] ~ Bernoulli::logits(g);
    }

    inference q(x) {
        let h = encoder(x);
        sample z ~ Bernoulli::logits(match h { 0.0 => x, _ => h });
    }
}

// Nothing else is said, however the model is used.
fn main() -> Result<(), elbow::Error> {
    let (vae, x): (_, Batch<(Const<4>,)>) = (Vae::new(0), batch(vec![1.0; 4])?);
    Elbo::default().loss(&vae.q(&x)).map(|_| ())
}
