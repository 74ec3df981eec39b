//! A class of two axes.
use elbow::prelude::*;

model! {
    struct Groups { levels: Parameter<Rank1<3>>, guide: Linear<1, 1> }
    generative p(group: [2, 1]) {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        let own = pick(levels, group);
        sample x: [1] ~ Normal::new(z + own.sum_last(), 1.0);
    }
    inference q(x, group) { sample z ~ Normal::new(guide(x), 1.0); }
}

fn main() {}
