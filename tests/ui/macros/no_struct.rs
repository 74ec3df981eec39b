use elbow::prelude::model;

model! {
    generative p {
        sample z: [2] ~ Bernoulli::probs(0.5);
        sample x: [4] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn main() {}
