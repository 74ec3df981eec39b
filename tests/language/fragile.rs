//! A model that breaks at the values it is given.

use elbow::prelude::*;

model! {
    /// A relaxed bit and a normal whose scale comes from the data.
    pub struct Fragile {
        pub loc: Parameter<Rank1<1>>,
        pub gain: Parameter<Rank1<1>>,
    }
    generative p {
        sample b: [1] ~ Bernoulli::probs(0.5);
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [1] ~ Normal::new(z + b + spread(gain, z), 1.0);
    }
    inference q(x) {
        sample b ~ Bernoulli::logits(0.0);
        sample z ~ Normal::new(loc, x);
    }
}

fn spread(gain: Var<Rank1<1>>, z: Var<(usize, Const<1>)>) -> Var<(usize, Const<1>)> {
    let rows = elbow::dfdx::shapes::HasShape::shape(&z).0;
    z * gain.broadcast_like(&(rows, Const))
}

pub fn data(values: &[f32]) -> Batch<(Const<1>,)> {
    batch(values.to_vec()).expect("rows")
}
