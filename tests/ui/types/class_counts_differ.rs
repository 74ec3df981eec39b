//! A guide of five classes against a prior of four would draw classes that the model has not.

use elbow::prelude::*;

fn loc(y: Var<(usize,)>) -> Var<(usize, Const<2>)> {
    todo!("{y:?}")
}

model! {
    struct Classes { guide: Linear<2, 5> }
    generative p {
        sample y ~ Categorical::<(Const<4>,)>::uniform();
        sample x: [2] ~ Normal::new(loc(y), 1.0);
    }
    inference q(x) {
        sample y ~ Categorical::logits(guide(x));
    }
}

fn main() {}
