//! Tensors on the ambient tape, and making them.

use std::cell::Cell;

use dfdx::shapes::Shape;
use dfdx::tensor::{Cache, SplitTape, Tensor, TensorFromVec, ZerosTensor};

use crate::Device;
use crate::kernels::{as_mut_slice, scratch};
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

thread_local! {
    static MEMORY: Memory = Memory::new();
}

/// Where a thread's tensors come from.
///
/// Large ones are taken from dfdx's cache of freed memory, and go back to it: otherwise a training step gives pages
/// back to the system and gets them again, zeroed, which takes as long as all its small operations. Small ones
/// are cheaper to allocate than to look up.
struct Memory {
    small: Device,
    large: Device,
    recordings: Cell<u64>,
}

/// Elements of a large tensor: 32 KiB of them.
const LARGE: usize = 1 << 13;

/// After so many recordings the cache is emptied, so that what no step needs any more, such as the memory of an
/// evaluation, is given back.
const RECORDINGS: u64 = 500;

impl Memory {
    fn new() -> Self {
        let large = Device::default();
        large.enable_cache();
        Self {
            small: Device::default(),
            large,
            recordings: Cell::new(0),
        }
    }

    fn device(&self, elements: usize) -> &Device {
        if elements < LARGE {
            &self.small
        } else {
            &self.large
        }
    }
}

impl Drop for Memory {
    /// dfdx does not free what its cache holds; and tensors that outlive the thread have to free themselves.
    fn drop(&mut self) {
        self.large.disable_cache();
    }
}

/// Counts the recordings of this thread, for [`Memory`].
pub(crate) fn note_recording() {
    MEMORY.with(|memory| {
        let number = memory.recordings.get() + 1;
        memory.recordings.set(number);
        if number.is_multiple_of(RECORDINGS) {
            memory.large.empty_cache();
            scratch::forget();
        }
    });
}

/// A tensor of the given shape with these values in row-major order.
///
/// # Panics
/// When `values` does not hold exactly as many numbers as the shape has elements: for data from
/// outside use [`batch`], which says so instead.
pub fn tensor<S: Shape>(values: Vec<f32>, shape: S) -> Tensor<S, f32, Device> {
    if values.len() < LARGE {
        return MEMORY.with(|memory| memory.small.tensor_from_vec(values, shape));
    }
    // Memory that was not taken from the cache must not be given to it, or it would grow by every tensor.
    filled(shape, |elements| elements.copy_from_slice(&values))
}

/// A tensor of the given shape whose values `write` writes, in row-major order. They are zeros before.
pub(crate) fn filled<S: Shape>(shape: S, write: impl FnOnce(&mut [f32])) -> Tensor<S, f32, Device> {
    let elements = shape.num_elements();
    let mut tensor = MEMORY.with(|memory| memory.device(elements).zeros_like(&shape));
    if let Some(elements) = as_mut_slice(&mut tensor) {
        write(elements);
    }
    tensor
}

/// A constant on the ambient tape.
pub(crate) fn constant<S: Shape>(values: Vec<f32>, shape: S) -> Var<S> {
    tensor(values, shape).retaped()
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
