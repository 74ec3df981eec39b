//! Programs of variables against the same in `f64`, and their gradients against finite differences.

use elbow::dfdx::shapes::Shape;
use elbow::family::Value;
use elbow::prelude::Var;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    backward, gradient_of, numbers, plate, rounded, scattered, weighted,
};

/// How far a program may be off, relative to the larger of the exact number and `least`.
#[derive(Clone, Copy)]
pub struct Tolerance {
    pub value: f64,
    pub slope: f64,
    pub least: f64,
}

/// A few roundings of numbers about 1.
pub const FEW_ROUNDINGS: Tolerance = Tolerance {
    value: 1e-6,
    slope: 5e-6,
    least: 1.0,
};

/// Numbers between −1 and 1, which `f32` has all digits of.
pub fn values(count: usize, salt: usize) -> Vec<f64> {
    (salt..salt + count)
        .map(|at| rounded(scattered(at)))
        .collect()
}

/// Asserts that two numbers agree, and infinite and undefined ones exactly.
pub fn assert_digits(what: &str, found: f64, exact: f64, relative: f64, least: f64) {
    let same = found == exact || found.is_nan() && exact.is_nan();
    let close = (found - exact).abs() <= relative * exact.abs().max(least);
    assert!(same || close, "{what}: found {found}, exact {exact}");
}

/// What `run` makes of leaves with these numbers is what `exact` makes of the numbers, and so are the gradients of a weighted
/// sum of it by every leaf. Leaves are rows of numbers; `run` gives them their shapes.
pub fn check<const N: usize, S: Shape>(
    what: &str,
    at: [Vec<f64>; N],
    run: impl Fn([Value<()>; N]) -> Var<S>,
    exact: impl Fn([&[f64]; N]) -> Vec<f64>,
    tolerance: Tolerance,
) {
    let leaves = at.each_ref().map(|values| plate::<()>(values));
    let own = || leaves.each_ref().map(|leaf: &Value<()>| leaf.clone());
    let expected = exact(at.each_ref().map(Vec::as_slice));
    let found = run(own());
    let elements = found.shape().num_elements();
    assert_eq!(elements, expected.len(), "{what}: the elements");
    for (place, (found, exact)) in numbers(&found).into_iter().zip(&expected).enumerate() {
        let what = format!("{what}, element {place}");
        assert_digits(&what, found, *exact, tolerance.value, tolerance.least);
    }

    let weights = values(expected.len(), 700);
    let size: f64 = expected.iter().map(|y| y.abs()).sum();
    let mut grads = backward(|| weighted(run(own()), &weights));
    for (number, leaf) in leaves.iter().enumerate() {
        let objective = |moved: &[f64]| -> f64 {
            let mut all = at.each_ref().map(Vec::as_slice);
            all[number] = moved;
            exact(all).iter().zip(&weights).map(|(y, w)| y * w).sum()
        };
        let slopes = gradient(objective, &at[number]);
        let found = gradient_of(&mut grads, leaf);
        assert_eq!(found.len(), slopes.len());
        for (place, (found, slope)) in found.into_iter().zip(slopes).enumerate() {
            let what = format!("{what}, by number {place} of leaf {number}");
            // Differences lose what `f64` rounds off the whole sum.
            let x = at[number][place].abs();
            let lost = 1e-12 * size / if x == 0.0 { 1.0 } else { x };
            let least = tolerance.least.max(lost / tolerance.slope);
            assert_digits(&what, found, slope, tolerance.slope, least);
        }
    }
}
