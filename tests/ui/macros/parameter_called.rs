use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Coin {
        bias: Parameter<Rank1<2>>,
    }

    generative p {
        sample x: [2] ~ Bernoulli::logits(bias());
    }

    inference q(x) {}
}

fn main() {}
