//! Making tensors, reading them, and reading gradients.

use elbow::__macro::tape;
use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::Gradients;
use elbow::dfdx::tensor_ops::Backward;
use elbow::family::{
    Event, Formula, Key, Param, Place, Plated, Real, Rows, Stream, Value, mean, row_sum,
    weighted_sum,
};
use elbow::prelude::{Device, Tensor, Var, tensor};

/// The gradients of a backward pass, as the library lets them flow and as dfdx does.
pub struct Grads {
    own: Gradients<f32, Device>,
    dfdx: Gradients<f32, Device>,
}

/// One event for each row.
pub fn plate<E: Event>(values: &[f64]) -> Value<E> {
    let rows = values.len() / E::ELEMENTS;
    Var::from(tensor(to_f32(values), E::plated(rows)))
}

/// Data, which may have no rows.
pub fn rows_of<P: Plated>(values: Vec<f32>) -> Tensor<P, f32, Device> {
    let rows = values.len() / P::Event::ELEMENTS;
    tensor(values, P::Event::plated(rows))
}

/// One event.
pub fn event<E: Event>(values: &[f64]) -> Var<E> {
    Var::from(tensor(to_f32(values), E::default()))
}

/// What the library computes: a tensor, or rows.
pub trait Computed {
    /// The elements in row-major order.
    fn numbers(&self) -> Vec<f64>;
    /// The same as one tensor without axes of an event.
    fn flat(self) -> Value<()>;
}

impl<S: Shape> Computed for Var<S> {
    fn numbers(&self) -> Vec<f64> {
        self.as_vec().into_iter().map(f64::from).collect()
    }

    fn flat(self) -> Value<()> {
        let count = self.shape().num_elements();
        self.reshape_like(&(count,))
    }
}

impl Computed for Rows {
    fn numbers(&self) -> Vec<f64> {
        self.exact().to_vec()
    }

    fn flat(self) -> Value<()> {
        self.into()
    }
}

/// The elements in row-major order.
pub fn numbers(computed: &impl Computed) -> Vec<f64> {
    computed.numbers()
}

/// The values as the library sees them.
pub fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

/// The nearest `f32`, in `f64`: what a reference is evaluated at when it is compared with the library.
pub fn rounded(value: f64) -> f64 {
    f64::from(value as f32)
}

impl std::ops::Deref for Grads {
    type Target = Gradients<f32, Device>;

    fn deref(&self) -> &Self::Target {
        &self.own
    }
}

/// Runs `f` on a tape and backward from its result, twice.
pub fn backward(mut f: impl FnMut() -> Var<()>) -> Grads {
    let (out, recording) = tape::record(&mut f);
    let own = recording.backward(&out);
    let (out, recording) = tape::record(&mut f);
    let dfdx = recording.into_tensor(&out).backward();
    Grads { own, dfdx }
}

/// `Σ w_i x_i`: a scalar whose gradient by `x` is known to be `w`.
pub fn weighted(values: impl Computed, weights: &[f64]) -> Var<()> {
    #[derive(Clone, Copy)]
    struct Product;

    impl Formula<2> for Product {
        fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
            a * b
        }
    }

    let values = values.flat();
    let count = weights.len();
    let weights = Var::from(tensor(to_f32(weights), (count,)));
    let products = row_sum::<(), _, 2>(Product, [&Param::Rows(values), &Param::Rows(weights)]);
    weighted_sum(vec![(mean(&products), count as f32)])
}

/// The gradient by a tensor in row-major order, zero where nothing flowed.
///
/// # Panics
/// When it depends on how gradients flow.
pub fn gradient_of<S: Shape>(grads: &mut Grads, var: &Var<S>) -> Vec<f64> {
    let [own, dfdx] = [&mut grads.own, &mut grads.dfdx].map(|grads| {
        let buffer = var.gradient(grads).expect("a tensor of dfdx");
        buffer.iter().copied().map(f64::from).collect::<Vec<_>>()
    });
    let same = |(own, dfdx): (&f64, &f64)| own == dfdx || own.is_nan() && dfdx.is_nan();
    assert!(own.iter().zip(&dfdx).all(same), "{own:?} but {dfdx:?}");
    own
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

/// Asserts that all numbers agree to `relative` of the larger of 1 and the largest expected one.
///
/// # Panics
/// When they do not.
#[track_caller]
pub fn assert_all_close(what: &str, found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert_close(
            &format!("{what}, number {i}"),
            found,
            expected,
            relative,
            size,
        );
    }
}
