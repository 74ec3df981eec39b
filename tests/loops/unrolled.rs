//! A loop and the model that is written step by step: the same values and gradients, number by number. The noise of step 2 of `z` is
//! that of a site `z·2`.

use elbow::family::{Key, Place, Stream};
use elbow::prelude::*;

model! {
    /// A chain of three steps.
    pub struct Looped {
        encode: Linear<3, 2>,
        step: Linear<2, 2>,
        start: Parameter<Rank1<2>>,
        emit: Linear<2, 1>,
    }
    generative p {
        let mut state = start;
        for t in 0..3 {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            state = z[t];
            sample x[t]: [1] ~ Normal::new(emit(z[t]), 0.5);
        }
    }
    inference q(x) {
        let mut before = start;
        for t in 0..3 {
            sample z[t] ~ Normal::new(encode(concat(x[t], before)), 0.7);
            before = z[t];
        }
    }
}

#[test]
fn a_chain_is_its_unrolled_model() {
    let looped = Looped::new(0);
    let x = batch(vec![0.3, -1.0, 0.5, 1.0, 2.0, -0.5]).expect("rows");
    let loss = Elbo::default().loss(&looped.q(&x)).expect("a loss");
    println!("{}", loss.value());
    println!("{}", Elbo::default().explain(&looped.q(&x)));
    let draws = looped.p().sample(4, &mut Stream::new(Key::new(5, 0), "draws", Place::default()).row(0)).expect("draws");
    println!("{:?}", draws.z.as_vec());
    println!("{:?}", looped.p().log_joint(&draws).expect("rows"));
}
