use elbow::prelude::*;

model! {
    pub struct Chain {
        step: Linear<2, 2>,
        start: Parameter<Rank1<2>>,
    }

    generative p {
        let mut state = start;
        for t in 1..3 {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            state = z[t];
            sample x[t]: [2] ~ Normal::new(z[t], 1.0);
        }
    }

    inference q(x) {
        for t in 0..3 {
            sample z[t] ~ Normal::new(x[t], 1.0);
        }
    }
}

fn main() {}
