use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Regression {
        loc: Parameter<Rank1<4>>,
        shift: Linear<4, 4>,
    }

    generative p(u: [4]) {
        global sample w: [4] ~ Normal::new(u, 1.0);
        sample z: [4] ~ Normal::new(w, 1.0);
        sample x: [4] ~ Normal::new(z * u, 1.0);
    }

    inference q(x, u) {
        sample z ~ Normal::new(shift(x), 1.0);
        sample w ~ Normal::new(loc, 1.0);
    }
}

fn main() {}
