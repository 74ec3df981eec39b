//! A recurrent cell of one argument.
use elbow::prelude::*;

model! {
    struct Chain { writer: GruCell<1, 4>, guide: Linear<1, 1> }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        let state = writer(z);
        sample x: [4] ~ Normal::new(state, 1.0);
    }
    inference q(x) { sample z ~ Normal::new(x.sum_last().reshape_like(&(1, Const::<1>)), 1.0); }
}

fn main() {}
