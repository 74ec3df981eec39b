use elbow::prelude::*;

model! {
    pub struct Vae<const N: usize> {
        encoder: (Linear<4, 2>, Softplus),
        decoder: Linear<2, 4>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let deep = N > 3;
        let positive = z > 0.5;
        let h = decoder(if deep { z } else { z.exp() });
        sample x: [4] ~ Normal::new(h, 1.0);
    }
    inference q(x) {
        let far = { let size = x.square(); 3.0 <= size };
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {}
