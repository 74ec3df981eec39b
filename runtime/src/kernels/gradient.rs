//! Reading and adding to gradient buffers in a backward step.

use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, Tape};

use crate::Device;
use crate::param::Param;
use crate::shape::Event;
use crate::tape::{Ambient, is_recording, is_unlearned};
use crate::var::Var;

/// The gradients of one backward pass.
pub(super) type Grads = Gradients<f32, Device>;

/// Records the backward step of an operation with this output. The step gets the output's gradient.
pub(super) fn on_backward<S: Shape>(
    output: &Var<S>,
    step: impl FnOnce(&[f32], &mut Grads) + 'static,
) {
    if !is_recording() {
        return;
    }
    let output = output.ghost();
    Ambient.add_backward_op(move |grads| {
        // Taken out, so that the step can write to other buffers of the same map, and put back,
        // so that gradients of intermediate values can be read after the pass.
        let buffer = grads.get_or_alloc_mut(&output)?;
        let gradient = std::mem::take(&mut **buffer);
        step(&gradient, grads);
        **grads.get_or_alloc_mut(&output)? = gradient;
        Ok(())
    });
}

/// Whether a gradient by this operand is wanted by the active recording: it is none of numbers, data and noise.
pub(super) fn is_wanted<E: Event>(param: &Param<E>) -> bool {
    is_recording()
        && match param {
            Param::Number(_) => false,
            Param::Event(event) => !is_unlearned(event),
            Param::Rows(rows) => !is_unlearned(rows),
        }
}

/// The gradient buffer of an input, in physical order; zero where nothing was added yet.
///
/// # Panics
/// When memory runs out, as every tensor operation does.
pub(super) fn buffer<'g, S: Shape>(grads: &'g mut Grads, input: &Var<S>) -> &'g mut [f32] {
    own(grads, input)
}

/// Takes the gradient buffer of an input out of the map, to be written to beside others. Until it is
/// [put back](put_back), whoever asks for it again finds none.
pub(super) fn take<S: Shape>(grads: &mut Grads, input: &Var<S>) -> Vec<f32> {
    std::mem::take(own(grads, input))
}

/// Undoes [`take`].
pub(super) fn put_back<S: Shape>(grads: &mut Grads, input: &Var<S>, gradient: Vec<f32>) {
    *own(grads, input) = gradient;
}

fn own<'g, S: Shape>(grads: &'g mut Grads, input: &Var<S>) -> &'g mut Vec<f32> {
    grads
        .get_or_alloc_mut(input)
        .expect("memory for a gradient")
}
