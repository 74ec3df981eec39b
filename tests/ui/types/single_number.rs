use elbow::prelude::*;

model! {
    pub struct Regression {
        line: Linear<3, 1>,
    }

    generative p(u: [3]) {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample y ~ Normal::new(line(u) + z, 1.0);
    }

    inference q(y, u) {
        sample z ~ Normal::new(0.0, 1.0);
    }
}

fn main() {}
