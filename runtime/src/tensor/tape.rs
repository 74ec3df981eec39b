//! The ambient tape: one recording a thread, to which every operation writes its backward step.
//!
//! dfdx threads an owned tape through every operation, so a branch that forgets to split or merge it silently loses its
//! gradient. Here an operation's backward step goes to the recording that is active on this thread, or is dropped if there is
//! none. So the same code trains and evaluates, and tensors are plain `Clone`. [`Ambient`] does the same for dfdx's operations:
//! it is a [`Tape`] that holds nothing.
//!
//! The backward pass over a [`Recording`] is this crate's own. Gradients of intermediate values flow in memory that is written
//! before it is added to, and is free again when they have been read. Gradients of dfdx's tensors are in dfdx's [`Gradients`].

use std::cell::{Cell, RefCell};

use dfdx::optim::UnusedTensors;
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, HasErr, Merge, NoneTape, Tape, Tensor, UniqueId};

use super::Device;
use super::flat::{Flat, Identity};
use super::memory::note_recording;

pub(crate) mod flow;
mod recording;

use recording::Backward;
pub use recording::Recording;

thread_local! {
    static RECORDING: RefCell<Option<Active>> = const { RefCell::new(None) };
    /// Whether there is a recording. Every operation asks this.
    static RECORDS: Cell<bool> = const { Cell::new(false) };
    static LIST: RefCell<UnusedTensors> = const { RefCell::new(UnusedTensors { ids: Vec::new() }) };
}

/// The recording of a thread.
struct Active {
    tape: Recording,
    /// The tensors that depend on nothing learned.
    constants: Vec<Identity>,
    /// Those among them whose gradients are never asked for: noise, observations, detached values.
    unlearned: Vec<Identity>,
}

/// The tape of dfdx's operations on a [`Var`](crate::prelude::Var): writes to this thread's recording, if there is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ambient;

impl Merge<Ambient> for Ambient {
    fn merge(self, _: Ambient) -> Self {
        self
    }
}

impl Merge<NoneTape> for Ambient {
    fn merge(self, _: NoneTape) -> Self {
        self
    }
}

impl Tape<f32, Device> for Ambient {
    // dfdx then keeps the memory that a backward step may need. Without a recording it is dropped at once.
    const OWNS_TAPE: bool = true;

    fn add_backward_op<F>(&mut self, operation: F)
    where
        F: 'static + FnOnce(&mut Gradients<f32, Device>) -> Result<(), <Device as HasErr>::Err>,
    {
        record_foreign_step(Box::new(|grads| {
            operation(grads.buffers).expect("memory for gradients");
        }));
    }
}

/// Records the backward step of an operation of this crate that made the value with this identity.
pub(super) fn record_step(made: u64, step: Backward) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.tape.push(Some(made), step);
        }
    });
}

/// Records a backward step that reads or writes dfdx's gradients of values that dfdx made.
pub(super) fn record_foreign_step(step: Backward) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.tape.push(None, step);
        }
    });
}

/// Whether the active recording has the operation that made this.
pub(crate) fn is_made(flat: &Flat) -> bool {
    let Identity::Made(own) = flat.identity() else {
        return false;
    };
    RECORDING.with_borrow(|recording| {
        let active = recording.as_ref();
        active.is_some_and(|active| active.tape.has_made(own))
    })
}

/// Whether operations on this thread are being recorded.
pub fn is_recording() -> bool {
    RECORDS.get()
}

/// Whether no gradient by this is wanted, because it depends on nothing learned, such as data that a pass reads.
///
/// Gradients of tensors that the recording does not know are wanted.
pub(crate) fn is_constant(flat: &Flat) -> bool {
    RECORDING.with_borrow(|recording| {
        recording.as_ref().is_some_and(|active| {
            let identity = flat.identity();
            active.constants.contains(&identity) || active.unlearned.contains(&identity)
        })
    })
}

/// Whether a gradient by this is not wanted even if it costs little. This holds for noise, observations, detached values, and
/// values computed only from these. The gradient of covariates may be wanted.
pub(crate) fn is_unlearned(flat: &Flat) -> bool {
    RECORDING.with_borrow(|recording| {
        let unlearned = recording.as_ref().map(|active| &active.unlearned);
        unlearned.is_some_and(|unlearned| unlearned.contains(&flat.identity()))
    })
}

/// Tells the active recording that the gradient by this is never asked for. Layers and densities then compute none.
pub(crate) fn note_unlearned(flat: &Flat) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.unlearned.push(flat.identity());
        }
    });
}

/// Tells the active recording that no gradient by this is wanted.
pub(crate) fn note_constant(flat: &Flat) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.constants.push(flat.identity());
        }
    });
}

/// The identity by which dfdx finds gradients. dfdx only writes it to a list, so a list is kept for this.
pub(crate) fn identity_of<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> UniqueId {
    LIST.with_borrow_mut(|list| {
        list.add(tensor);
        list.ids.pop().expect("the tensor was added")
    })
}

/// Runs `f` with a fresh recording and returns what it recorded.
///
/// A recording that is already active is set aside and goes on afterwards, even if `f` panics.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::family::record;
///
/// let x = tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
/// let (y, recording) = record(|| Var::from(&x).square().sum());
/// let gradients = recording.backward(&y);
/// assert_eq!(gradients.get(&x).array(), [2.0, 4.0, 6.0]);
/// ```
pub fn record<T>(f: impl FnOnce() -> T) -> (T, Recording) {
    note_recording();
    let mut set_aside = SetAside::swap_in(Some(Active {
        tape: Recording::new(),
        constants: Vec::new(),
        unlearned: Vec::new(),
    }));
    let value = f();
    let active = set_aside.swap_out().expect("the recording of this call");
    (value, active.tape)
}

/// Runs `f` without a recording. Its results are constants for an outer recording.
pub fn unrecorded<T>(f: impl FnOnce() -> T) -> T {
    let _set_aside = SetAside::swap_in(None);
    f()
}

/// Restores the outer recording when it goes out of scope.
struct SetAside {
    outer: Option<Active>,
    done: bool,
}

impl SetAside {
    fn swap_in(inner: Option<Active>) -> Self {
        RECORDS.set(inner.is_some());
        let outer = RECORDING.replace(inner);
        Self { outer, done: false }
    }

    fn restore(&mut self) -> Option<Active> {
        RECORDS.set(self.outer.is_some());
        RECORDING.replace(self.outer.take())
    }

    fn swap_out(&mut self) -> Option<Active> {
        self.done = true;
        self.restore()
    }
}

impl Drop for SetAside {
    fn drop(&mut self) {
        if !self.done {
            self.restore();
        }
    }
}
