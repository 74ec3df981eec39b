//! Comparing two programs, number by number.

use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::Gradients;
use elbow::prelude::*;

/// The value of a loss and the gradients by all parameters of a model, one after another.
pub fn loss<I: Inference>(
    objective: &impl Objective,
    program: &I,
    read: impl Fn(&mut Gradients<f32, Device>) -> Vec<f32>,
) -> (f32, Vec<f32>) {
    let loss = objective.loss(program).expect("a legal program");
    let value = loss.value();
    (value, read(&mut loss.backward()))
}

/// The gradient by a tensor: zero, if nothing flowed there.
pub fn by<S: Shape>(
    gradients: &mut Gradients<f32, Device>,
    tensor: &Tensor<S, f32, Device>,
) -> Vec<f32> {
    gradients.get_or_alloc_mut(tensor).expect("memory").to_vec()
}

/// Fails unless two lists agree to a few roundings.
pub fn assert_same(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: how many there are");
    let largest = expected.iter().fold(1e-3_f32, |most, v| most.max(v.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= 2e-5 * largest;
        assert!(
            close,
            "{what}: number {at} is {found}, and {expected} is expected"
        );
    }
}

/// Numbers between −1 and 1, in no order.
pub fn numbers(count: usize) -> Vec<f32> {
    let number = |i: usize| ((i * 7919 + 104_729) % 2003) as f32 / 1001.5 - 1.0;
    (0..count).map(number).collect()
}
