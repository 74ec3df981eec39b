//! Making tensors, reading them, and reading gradients.

use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::{Gradients, PutTape, SplitTape};
use elbow::dfdx::tensor_ops::{Backward, SumTo};
use elbow::noise::{Key, Place, Stream};
use elbow::shape::Event;
use elbow::{Device, Rows, Value, Var, tape, tensor};

/// The gradients of a backward pass.
pub type Grads = Gradients<f32, Device>;

/// One event for each row.
pub fn plate<E: Event>(values: &[f64]) -> Value<E> {
    let rows = values.len() / E::ELEMENTS;
    tensor(to_f32(values), E::plated(rows)).retaped()
}

/// One event.
pub fn event<E: Event>(values: &[f64]) -> Var<E> {
    tensor(to_f32(values), E::default()).retaped()
}

/// The elements in row-major order.
pub fn numbers<S: Shape>(var: &Var<S>) -> Vec<f64> {
    var.as_vec().into_iter().map(f64::from).collect()
}

/// The values as the library sees them.
pub fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

/// The nearest `f32`, in `f64`: what a reference is evaluated at when it is compared with the library.
pub fn rounded(value: f64) -> f64 {
    f64::from(value as f32)
}

/// Runs `f` on a tape and backward from its result.
pub fn backward(f: impl FnOnce() -> Var<()>) -> Grads {
    let (out, tape) = tape::record(f);
    out.split_tape().0.put_tape(tape).backward()
}

/// `Σ w_i x_i`: a scalar whose gradient by `x` is known to be `w`.
pub fn weighted<S: Shape>(values: Var<S>, weights: &[f64]) -> Var<()> {
    let weights = tensor(
        to_f32(weights),
        *elbow::dfdx::shapes::HasShape::shape(&values),
    );
    let product: Var<S> = values * weights.retaped::<tape::Ambient>();
    sum(product)
}

fn sum<S: Shape>(values: Var<S>) -> Var<()> {
    // dfdx sums statically known axes only; the elements are one axis of rows for this purpose.
    use elbow::dfdx::shapes::HasShape;
    use elbow::dfdx::tensor_ops::ReshapeTo;
    let count = values.shape().num_elements();
    let flat: Rows = values.reshape_like(&(count,));
    flat.sum()
}

/// The gradient by a tensor in row-major order, zero where nothing flowed.
pub fn gradient_of<S: Shape>(grads: &mut Grads, var: &Var<S>) -> Vec<f64> {
    let buffer = grads.get_or_alloc_mut(var).expect("memory");
    buffer.iter().copied().map(f64::from).collect()
}

/// The noise of a site called `site` under this seed.
pub fn noise(seed: u64, site: &str) -> Stream {
    Stream::new(Key::new(seed, 0), site, Place::default())
}

/// A number between −1 and 1 for each place, without pattern: the golden ratio's multiples.
pub fn scattered(place: usize) -> f64 {
    2.0 * ((place as f64 + 0.5) * 0.618_033_988_749_894_9).fract() - 1.0
}

/// Asserts that two numbers agree to `relative` of the larger of 1 and `size`.
///
/// # Panics
/// When they do not.
pub fn assert_close(what: &str, found: f64, expected: f64, relative: f64, size: f64) {
    let same = found == expected;
    let close = (found - expected).abs() <= relative * size.abs().max(1.0);
    assert!(same || close, "{what}: found {found}, expected {expected}");
}
