use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (
            Conv2D<Rank3<1, 8, 8>, Rank3<4, 4, 4>, 4, 2, 1>,
            ReLU,
            ToEvent<Rank1<64>>,
            Linear<64, 2>,
        ),
        flat: Linear<2, 64>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [64] ~ Bernoulli::logits(flat(z));
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {
    let _ = Vae::new(0);
}
