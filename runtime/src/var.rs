//! Tensors on the ambient tape, and making them.

use dfdx::shapes::Shape;
use dfdx::tensor::{SplitTape, Tensor};

use crate::Device;
use crate::memory::of_values;
use crate::shape::{Event, Plated};
use crate::tape::Ambient;

/// A tensor in a running model: recorded on the [ambient tape](crate::tape).
pub type Var<S> = Tensor<S, f32, Device, Ambient>;

/// One event for each row, in a running model.
pub type Value<E> = Var<<E as Event>::Plated>;

/// One number for each row: a log-density, a divergence, a weight.
pub type Rows = Var<(usize,)>;

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
pub fn batch<P: Plated>(values: Vec<f32>) -> Result<Tensor<P, f32, Device>, crate::Error> {
    let event = P::Event::ELEMENTS;
    if event == 0 || !values.len().is_multiple_of(event) {
        return Err(crate::Error::RaggedRows {
            values: values.len(),
            event,
        });
    }
    let rows = values.len() / event;
    Ok(tensor(values, P::Event::plated(rows)))
}
