use elbow::prelude::model;

model! {
    pub struct Coin;

    generative p {
        sample x ~ Bernoulli::probs(0.5);
    }

    inference q(x) {}
}

fn main() {}
