//! A guide of five classes against a prior of four would draw classes that the model has not.

use elbow::prelude::*;

model! {
    struct Classes { guide: Parameter<Rank1<5>> }
    generative p {
        sample y ~ Categorical::<(Const<4>,)>::uniform();
        sample x ~ Normal::new(y, 1.0);
    }
    inference q(x) {
        sample y ~ Categorical::logits(guide);
    }
}

fn main() {}
