//! Losses in weighted sums, as tensors of dfdx.

use elbow::dfdx::tensor_ops::Backward;
use elbow::family::record;
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Two numbers.
    struct Numbers { a: Parameter<Rank0>, b: Parameter<Rank0> }
    generative p { sample z ~ Normal::new(0.0, 1.0); }
    inference q() { sample z ~ Normal::new(a * b, 1.0); }
}

/// `a² b`
fn cubic(model: &Numbers) -> Loss {
    let (loss, recording) = record(|| -> Var<()> {
        let [a, b] = [&model.a, &model.b].map(|own| -> Var<()> { Var::from(&own.value) });
        a.square() * b
    });
    Loss::recorded(&loss, recording)
}

/// `(b − 1)²`
fn square(model: &Numbers) -> Loss {
    let (loss, recording) = record(|| -> Var<()> {
        let b: Var<()> = Var::from(&model.b.value);
        (b - 1.0).square()
    });
    Loss::recorded(&loss, recording)
}

/// Weights, and what dfdx does with the tensor, count in its value and in all gradients.
#[test]
fn a_weighted_sum_goes_on_as_a_tensor_of_dfdx() {
    let mut model = Numbers::new(1);
    let (a, b) = (0.7, -0.4);
    fill(&mut model.a.value, &[a]);
    fill(&mut model.b.value, &[b]);
    let loss = cubic(&model) * 3.0 + square(&model) * 0.25;
    let tensor = loss.into_tensor() * 2.0;
    let value = 6.0 * a * a * b + 0.5 * (b - 1.0) * (b - 1.0);
    assert_close("the sum", tensor.array().into(), value, 1e-6, value);
    let gradients = tensor.backward();
    let by_a = gradient(&gradients, &model.a.value)[0];
    assert_close("by a", by_a, 12.0 * a * b, 1e-6, 12.0);
    let by_b = gradient(&gradients, &model.b.value)[0];
    assert_close("by b", by_b, 6.0 * a * a + (b - 1.0), 1e-6, 6.0);
}
