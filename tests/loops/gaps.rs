//! Steps that are observed in part.

use elbow::family::Key;
use elbow::prelude::*;

use crate::support::{by, loss, numbers};

model! {
    /// A chain of which steps may be missing.
    pub struct Gaps {
        step: Linear<1, 1>,
        encode: Linear<2, 1>,
    }
    generative p(length: 0..=3) {
        let mut before = 0.0;
        for t in 0..length {
            sample z[t] ~ Normal::new(step(column(before)).select(0), 1.0);
            before = z[t];
            sample x[t]: [2] ~ Normal::new(broadcast(z[t]), 0.5);
        }
    }
    inference q(x, length) {
        for t in 0..length {
            sample z[t] ~ Normal::new(encode(x[t]).select(0) + observed(x[t]).sum_last(), 0.7);
        }
    }
}

fn column(x: Var<(usize,)>) -> Var<(usize, Const<1>)> {
    stack([x])
}

fn broadcast(x: Var<(usize,)>) -> Var<(usize, Const<2>)> {
    stack([x.clone(), x])
}

#[test]
fn what_is_not_observed_changes_no_bit() {
    let model = Gaps::new(5);
    let length = batch(vec![1.0, 3.0, 2.0]).expect("rows");
    let mask: Vec<f32> = (0..18).map(|i| f32::from(i % 3 != 1)).collect();
    let with = |gap: f32| {
        let pairs = numbers(18).into_iter().zip(&mask);
        let x = pairs.map(|(x, &observed)| if observed == 0.0 { gap } else { x });
        let x: Batch<(Const<3>, Const<2>)> = batch(x.collect()).expect("rows");
        let mask: Batch<(Const<3>, Const<2>)> = batch(mask.clone()).expect("rows");
        let x = Partial::new(&x, &mask).expect("a mask");
        let program = model.q(&x, &length).at(Key::new(2, 0));
        loss(&Elbo::default(), &program, |g| {
            [by(g, &model.step.weight), by(g, &model.encode.weight)].concat()
        })
    };
    let expected = with(0.0);
    for gap in [f32::NAN, f32::INFINITY, 1e30] {
        assert_eq!(with(gap), expected, "a gap of {gap}");
    }
}
