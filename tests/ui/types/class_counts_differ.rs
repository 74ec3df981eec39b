//! A guide of five classes against a prior of four would draw classes that the model has not.

use elbow::prelude::*;

model! {
    struct Classes { guide: Linear<2, 5>, means: Parameter<Rank1<2>> }
    generative p {
        sample y ~ Categorical::<(Const<4>,)>::uniform();
        sample x: [2] ~ Normal::new(means, 1.0);
    }
    inference q(x) {
        sample y ~ Categorical::logits(guide(x));
    }
}

fn main() {}
