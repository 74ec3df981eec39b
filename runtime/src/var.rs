//! Tensors on the ambient tape, and making them.

mod rows;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{SplitTape, Tensor};
use dfdx::tensor_ops::ReshapeTo;

use crate::Device;
use crate::error::Error;
use crate::kernels::as_slice;
use crate::memory::{filled, of_values};
use crate::shape::{Event, Plated};
use crate::tape::Ambient;

pub use rows::Rows;

/// A tensor in a running model: recorded on the [ambient tape](crate::tape).
pub type Var<S> = Tensor<S, f32, Device, Ambient>;

/// One event for each row, in a running model.
pub type Value<E> = Var<<E as Event>::Plated>;

/// Data, or a draw, outside a running model: one event for each row, no tape.
///
/// `Batch<(Const<784>,)>` holds images of 784 pixels; `Batch<()>` one number a row.
pub type Batch<E> = Tensor<<E as Event>::Plated, f32, Device>;

/// A tensor of the given shape with these values in row-major order.
///
/// # Panics
/// When `values` does not hold exactly as many numbers as the shape has elements: for data from
/// outside use [`batch`], which says so instead.
pub fn tensor<S: Shape>(values: Vec<f32>, shape: S) -> Tensor<S, f32, Device> {
    assert_eq!(values.len(), shape.num_elements(), "values for the shape");
    of_values(values, shape)
}

/// A constant on the ambient tape.
pub(crate) fn constant<S: Shape>(values: Vec<f32>, shape: S) -> Var<S> {
    of_values(values, shape).retaped()
}

/// The tensor without its tape.
pub(crate) fn untaped<S: Shape>(var: &Var<S>) -> Tensor<S, f32, Device> {
    var.clone().split_tape().0
}

/// Data with one event for each row, from numbers in row-major order.
///
/// # Errors
/// When the values do not fill whole rows.
///
/// ```
/// use elbow::prelude::*;
///
/// let x: Batch<(Const<2>,)> = batch(vec![0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
/// assert_eq!(x.as_vec().len(), 6);
/// assert!(batch::<(usize, Const<2>)>(vec![0.0; 3]).is_err());
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn batch<P: Plated>(values: Vec<f32>) -> Result<Tensor<P, f32, Device>, Error> {
    let event = P::Event::ELEMENTS;
    if event == 0 || !values.len().is_multiple_of(event) {
        return Err(Error::RaggedRows {
            values: values.len(),
            event,
        });
    }
    let rows = values.len() / event;
    Ok(tensor(values, P::Event::plated(rows)))
}

/// These rows of a batch, in this order.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::train::Adam;
/// use rand::{SeedableRng, seq::SliceRandom};
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Mean { guide: Linear<1, 1> }
///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [1] ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(guide(x), 0.7071); }
/// }
///
/// let x: Batch<(Const<1>,)> = batch((0..100).map(|i| i as f32 / 50.0).collect())?;
/// let (mut mean, mut adam) = (Mean::new(0), Adam::new(1e-2));
/// let mut rng = rand::rngs::StdRng::seed_from_u64(0);
/// let mut order: Vec<usize> = (0..100).collect();
/// for _epoch in 0..3 {
///     order.shuffle(&mut rng);
///     for rows in order.chunks(25) {
///         let loss = Elbo::default().loss(&mean.q(&minibatch(&x, rows)?))?;
///         adam.descend(&mut mean, loss)?;
///     }
/// }
/// assert_eq!(minibatch(&x, &[3, 0])?.as_vec(), [0.06, 0.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// # Errors
/// With the first number that is no row of the batch.
pub fn minibatch<P: Plated>(
    batch: &Tensor<P, f32, Device>,
    rows: &[usize],
) -> Result<Tensor<P, f32, Device>, Error> {
    let there = P::Event::rows(batch.shape());
    match rows.iter().find(|&&row| row >= there) {
        Some(&row) => Err(Error::NoSuchRow { row, rows: there }),
        None => Ok(picked(batch, rows.iter().copied())),
    }
}

/// These rows, which there are.
pub(crate) fn picked<P: Plated>(
    batch: &Tensor<P, f32, Device>,
    rows: impl ExactSizeIterator<Item = usize>,
) -> Tensor<P, f32, Device> {
    let batch = batch.clone().contiguous();
    let values = as_slice(&batch).unwrap_or_default();
    let elements = P::Event::ELEMENTS;
    filled(P::Event::plated(rows.len()), |out| {
        for (out, row) in out.chunks_mut(elements.max(1)).zip(rows) {
            out.copy_from_slice(&values[row * elements..][..elements]);
        }
    })
}
