use elbow::prelude::*;

const START: f64 = 0.5;

model! {
    /// Numbers about a learned place.
    pub struct Place {
        loc: Parameter<Rank1<2>> = [0.0, 1.0, 2.0],
        scale: Parameter<Rank0> = 1,
        other: Parameter<Rank1<2>> = START,
    }
    generative p { sample x: [2] ~ Normal::new(loc * other, scale * loc); }
    inference q(x) {}
}

fn main() {
    let _ = Place::new(0);
}
