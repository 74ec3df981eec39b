use elbow::prelude::*;

model! {
    pub struct Vae {
        encoder: (
            Conv2D<Rank3<1, 8, 8>, Rank3<4, 4, 4>, 4, 2, 1>,
            ReLU,
            MaxPool2D<Rank3<4, 6, 6>, Rank3<4, 3, 3>, 2>,
            ToEvent<Rank1<36>>,
            Linear<36, 2>,
        ),
        decoder: (Linear<2, 64>, ToEvent<Rank3<1, 8, 8>>),
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [1, 8, 8] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

fn main() {
    let _ = Vae::new(0);
}
