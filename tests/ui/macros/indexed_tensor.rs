use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
        loc: Parameter<Rank1<2>>,
    }
    generative p {
        sample z: [2] ~ Normal::new(loc[1], 1.0);
        let parts = [z.clone(), z.exp()];
        let h = decoder(parts[0]);
        let first = z[0..2];
        sample x: [4] ~ Normal::new(h, (decoder(z) * 2.0)[3]);
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
