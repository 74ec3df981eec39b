//! Gradients that are sums over millions of rows.

use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, rounded};

model! {
    /// A line, whose intercept is added in the way of the documentation.
    struct Line { slope: Linear<1, 1>, intercept: Parameter<Rank1<1>>, both: Parameter<Rank0> }
    generative p(u: [1]) {
        let h = slope(u);
        let loc = intercept.broadcast_like(&h) + h;
        sample x: [1] ~ Normal::new(loc + both.broadcast_like(&h), 1.0);
    }
    inference q(x, u) {}
}

#[test]
fn sums_over_rows_keep_their_digits() {
    let mut line = Line::new(0);
    line.slope.weight = elbow::prelude::tensor(vec![0.0], (Const, Const));
    line.slope.bias = elbow::prelude::tensor(vec![0.0], (Const,));
    for rows in [1_000, 1_000_000, 4_000_000] {
        let x: Batch<(Const<1>,)> = batch(vec![0.7; rows]).expect("rows");
        let u: Batch<(Const<1>,)> = batch(vec![0.3; rows]).expect("rows");
        let loss = Elbo::default().loss(&line.q(&x, &u)).expect("finite");
        let gradients = loss.backward();
        let by = |found: Vec<f32>, what: &str, expected: f64| {
            let found = f64::from(found[0]);
            assert_close(&format!("{what} of {rows}"), found, expected, 1e-4, 0.1);
        };
        by(
            gradients.get(&line.intercept.value).as_vec(),
            "intercept",
            -rounded(0.7),
        );
        by(
            gradients.get(&line.both.value).as_vec(),
            "number",
            -rounded(0.7),
        );
        by(
            gradients.get(&line.slope.bias).as_vec(),
            "bias",
            -rounded(0.7),
        );
        by(gradients.get(&line.slope.weight).as_vec(), "weight", -0.21);
    }
}

/// Every axis may be new, and a tensor that was permuted before is read in its own order.
#[test]
fn broadcasts_are_dfdx_broadcasts() {
    use elbow::dfdx::shapes::{Axes2, Axes3, Rank4};
    use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo, RealizeTo};
    use elbow::family::record;

    let narrow: Batch<(Const<3>,)> = batch(vec![1.0, -2.0, 3.0, 0.5, 4.0, 7.0]).expect("rows");
    let weights: Vec<f32> = (0..48).map(|at| (at as f32 * 0.37).sin()).collect();
    let weights = elbow::prelude::tensor(weights, (Const::<2>, Const::<4>, Const::<3>, Const::<2>));
    type Wide = Rank4<2, 4, 3, 2>;
    let turned = || -> Var<Rank2<3, 2>> {
        let narrow = Var::from(&narrow).into_tensor();
        Var::from(narrow.permute::<(Const<3>, usize), _>().realize())
    };
    let (own, own_steps) = record(|| {
        let wide: Var<Wide> = turned().broadcast::<Wide, Axes2<0, 1>>();
        (wide * Var::from(&weights)).sum()
    });
    let (theirs, their_steps) = record(|| {
        let wide = turned().into_tensor().broadcast::<Wide, Axes2<0, 1>>();
        (Var::from(wide) * Var::from(&weights)).sum()
    });
    assert_eq!(own.as_vec(), theirs.as_vec());
    let (own, theirs) = (own_steps.backward(&own), their_steps.backward(&theirs));
    let by_narrow = own.get(&narrow).as_vec();
    assert!(by_narrow.iter().all(|g| g.abs() > 1e-3));
    for (own, theirs) in by_narrow.into_iter().zip(theirs.get(&narrow).as_vec()) {
        assert_close("gradient", f64::from(own), f64::from(theirs), 1e-5, 1.0);
    }
    let lane = elbow::prelude::tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
    let inner: Var<Rank3<2, 3, 4>> = Var::from(&lane).broadcast::<_, Axes2<0, 2>>();
    let by_dfdx: Tensor<Rank3<2, 3, 4>, f32, Device> = lane.broadcast::<_, Axes2<0, 2>>();
    assert_eq!(inner.as_vec(), by_dfdx.as_vec());
    let number = elbow::prelude::tensor(vec![5.0], ());
    let all: Var<Rank3<2, 1, 3>> = Var::from(&number).broadcast::<_, Axes3<0, 1, 2>>();
    assert_eq!(all.as_vec(), [5.0; 6]);
}
