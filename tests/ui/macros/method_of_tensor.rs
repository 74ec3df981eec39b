use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),
        decoder: (Linear<2, 8>, Tanh, Linear<8, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let parts = [z.exp()];
        let numbers = parts.len();
        let h = decoder(z) / z.len() / z.shape[1];
        sample x: [4] ~ Normal::new(h.log(), 1.0);
    }
    inference q(x) {
        let h = encoder(x).max(0.1).to(device).detach();
        let (a, b) = h.chunk(2);
        sample z ~ Normal::new(h, encoder(x).pow(2));
    }
}

fn main() {}
