//! The ambient tape: one recording a thread, and a zero-sized [`Tape`] that writes to it.
//!
//! dfdx threads an owned tape through every operation, so that a branch that forgets to split or
//! merge it silently loses its gradient. Here every tensor carries [`Ambient`], which holds nothing:
//! an operation's backward step goes to the recording that is active on this thread, or is dropped
//! when there is none. The same code therefore trains and evaluates, and tensors are plain `Clone`.
//!
//! The pass back over a [`Recording`] is this crate's own: gradients of intermediate values flow in memory that is written
//! before it is added to, and is free again when they have been read. At the first operation of dfdx that it comes to, all
//! are handed over to dfdx's [`Gradients`], where the rest of the pass finds them. The numbers are the same.

use std::cell::{Cell, RefCell};

use dfdx::optim::UnusedTensors;
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, HasErr, Merge, NoneTape, Tape, Tensor, UniqueId};

use crate::Device;
use crate::memory::note_recording;

pub(crate) mod flow;
mod recording;

pub use recording::Recording;

thread_local! {
    static RECORDING: RefCell<Option<Active>> = const { RefCell::new(None) };
    /// The output of the operation that is being recorded, if it is one of this crate's kernels.
    static OUTPUT: Cell<Option<UniqueId>> = const { Cell::new(None) };
    static LIST: RefCell<UnusedTensors> = const { RefCell::new(UnusedTensors { ids: Vec::new() }) };
}

/// The recording of a thread.
struct Active {
    tape: Recording,
    /// The tensors of which it is known that nothing learned is behind them.
    constants: Vec<UniqueId>,
    /// Those among them by which nobody asks for a gradient either: noise, observations, what is detached.
    unlearned: Vec<UniqueId>,
}

/// The tape of every [`Var`](crate::Var): writes to this thread's recording, if there is one.
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
    // dfdx then keeps what a backward step may need; without a recording it is dropped at once.
    const OWNS_TAPE: bool = true;

    fn add_backward_op<F>(&mut self, operation: F)
    where
        F: 'static + FnOnce(&mut Gradients<f32, Device>) -> Result<(), <Device as HasErr>::Err>,
    {
        RECORDING.with_borrow_mut(|recording| {
            if let Some(active) = recording {
                active.tape.push(OUTPUT.get(), operation);
            }
        });
    }
}

/// Records the backward step of one of this crate's kernels, which made this output and finds gradients where [`flow`] has
/// them.
pub(crate) fn add_own_step<T: Tape<f32, Device>>(
    tape: &mut T,
    output: UniqueId,
    step: impl FnOnce(&mut Gradients<f32, Device>) -> Result<(), <Device as HasErr>::Err> + 'static,
) {
    OUTPUT.set(Some(output));
    tape.add_backward_op(step);
    OUTPUT.set(None);
}

/// Whether the active recording has the operation of this crate that made a tensor.
pub(crate) fn is_made<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> bool {
    RECORDING.with_borrow(|recording| {
        let active = recording.as_ref();
        active.is_some_and(|active| active.tape.has_made(identity(tensor)))
    })
}

/// Whether operations on this thread are being recorded.
pub fn is_recording() -> bool {
    RECORDING.with_borrow(Option::is_some)
}

/// Whether no gradient by this tensor is wanted, because nothing learned is behind it: data, as a pass reads it.
///
/// Of a tensor that the recording does not know, one is.
pub fn is_constant<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> bool {
    RECORDING.with_borrow(|recording| {
        recording.as_ref().is_some_and(|active| {
            let identity = identity(tensor);
            active.constants.contains(&identity) || active.unlearned.contains(&identity)
        })
    })
}

/// Whether a gradient by this tensor is not even wanted where it costs little: of noise, observations, what is
/// detached, and what was computed from these alone. Of covariates it may be.
pub(crate) fn is_unlearned<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> bool {
    RECORDING.with_borrow(|recording| {
        let unlearned = recording.as_ref().map(|active| &active.unlearned);
        unlearned.is_some_and(|unlearned| unlearned.contains(&identity(tensor)))
    })
}

/// Lets the active recording know that nobody asks for a gradient by this tensor: data, in an objective that is
/// [recorded](record) by hand. Layers and densities then compute none.
pub fn note_unlearned<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.unlearned.push(identity(tensor));
        }
    });
}

/// Lets the active recording know that no gradient by this tensor is wanted.
pub(crate) fn note_constant<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) {
    RECORDING.with_borrow_mut(|recording| {
        if let Some(active) = recording {
            active.constants.push(identity(tensor));
        }
    });
}

/// What dfdx tells gradients apart by. It writes it to a list alone, and one is kept for that: this is asked for every
/// operand.
pub(crate) fn identity<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> UniqueId {
    LIST.with_borrow_mut(|list| {
        list.add(tensor);
        list.ids.pop().expect("the tensor was added")
    })
}

/// Runs `f` with a fresh recording and returns what it recorded.
///
/// A recording that is already active is set aside for the while and goes on afterwards, also when
/// `f` panics.
///
/// ```
/// use elbow::{Device, Var, tape};
/// use dfdx::prelude::*;
///
/// let x: Tensor<Rank1<3>, f32, Device> = Device::default().tensor([1.0, 2.0, 3.0]);
/// let (y, recording) = tape::record(|| -> Var<Rank0> { x.retaped().square().sum() });
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

/// Runs `f` with no recording: what it computes is constant to any recording around it.
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
        let outer = RECORDING.replace(inner);
        Self { outer, done: false }
    }

    fn swap_out(&mut self) -> Option<Active> {
        self.done = true;
        RECORDING.replace(self.outer.take())
    }
}

impl Drop for SetAside {
    fn drop(&mut self) {
        if !self.done {
            RECORDING.set(self.outer.take());
        }
    }
}
