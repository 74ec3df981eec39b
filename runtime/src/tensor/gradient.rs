//! Reading and writing gradients in a backward step.

use dfdx::tensor::Gradients;

use super::Device;
use super::flat::{Flat, Identity};
use super::scratch::Scratch;
use super::tape::flow::Flow;
use super::tape::{is_recording, is_unlearned, note_unlearned, record_step};

/// The gradients of one backward pass: those in a [`Flow`], and dfdx's.
pub(crate) struct Grads<'a> {
    pub(super) buffers: &'a mut Gradients<f32, Device>,
    pub(super) flow: &'a mut Flow,
}

/// A gradient that was taken out of the pass, so that it can be written to beside others.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) values: Scratch,
    /// Whether nothing has been written yet. The values are then old memory.
    pub(crate) is_new: bool,
}

impl Taken {
    /// The values, or zeros if nothing was written.
    pub(crate) fn or_zeros(mut self) -> Scratch {
        if self.is_new {
            self.values.fill(0.0);
        }
        self.values
    }
}

/// Records the backward step of an operation with this output. The step gets the output's gradient. It does not run if nothing
/// flows to the output.
pub(crate) fn on_backward(output: &Flat, step: impl FnOnce(&[f32], &mut Grads<'_>) + 'static) {
    if let Identity::Made(own) = output.identity()
        && is_recording()
    {
        // A box from here on, so that no more than this is compiled for each operation.
        record_step(
            own,
            Box::new(move |grads| {
                if let Some(upstream) = grads.flow.take(own) {
                    step(&upstream, grads);
                }
            }),
        );
    }
}

/// Records the backward step of an operation on one operand. The step gets the output's gradient, and adds to the operand's. If
/// the operand depends on nothing learned, neither does the output.
pub(crate) fn on_backward_to(
    output: &Flat,
    operand: &Flat,
    step: impl FnOnce(&[f32], &mut [f32]) + 'static,
) {
    if is_unlearned(operand) {
        return note_unlearned(output);
    }
    let operand = operand.clone();
    on_backward(output, move |upstream, grads| {
        step(upstream, grads.buffer(&operand));
    });
}

/// Records the backward step of an operation that wrote its output over its input and kept the identity. The step turns the
/// output's gradient into the input's.
pub(crate) fn on_backward_in_place(output: &Flat, step: impl FnOnce(&mut [f32]) + 'static) {
    let Identity::Made(own) = output.identity() else {
        return;
    };
    record_step(
        own,
        Box::new(move |grads| {
            if let Some(gradient) = grads.flow.peek(own) {
                step(gradient);
            }
        }),
    );
}

/// Whether the active recording wants a gradient by this: it is neither data nor noise.
pub(crate) fn is_wanted(flat: &Flat) -> bool {
    is_recording() && !is_unlearned(flat)
}

impl Grads<'_> {
    /// The gradient of an input, for adding to it. It is zero if nothing was written yet.
    pub(crate) fn buffer(&mut self, input: &Flat) -> &mut [f32] {
        match input.identity() {
            Identity::Made(own) => self.flow.buffer(own, input.len()),
            Identity::Leaf(leaf) => {
                let is_new = self.flow.writes_over(leaf);
                let buffer = leaf_gradient(self.buffers, input);
                if is_new {
                    buffer.fill(0.0);
                }
                buffer
            }
        }
    }

    /// Takes the gradient of an input out of the pass. If it is taken again before it is [put back](Self::put), there are two, and
    /// both are added up.
    pub(crate) fn take(&mut self, input: &Flat) -> Taken {
        let anew = || Taken {
            values: Scratch::new(input.len()),
            is_new: true,
        };
        match input.identity() {
            Identity::Made(own) => {
                let written = self.flow.take(own).map(|values| Taken {
                    values,
                    is_new: false,
                });
                written.unwrap_or_else(anew)
            }
            Identity::Leaf(leaf) => {
                let is_new = self.flow.writes_over(leaf);
                let buffer = leaf_gradient(self.buffers, input);
                if buffer.len() != input.len() {
                    return anew();
                }
                Taken {
                    values: Scratch::from(std::mem::take(buffer)),
                    is_new,
                }
            }
        }
    }

    /// Undoes [`take`](Self::take).
    pub(crate) fn put(&mut self, input: &Flat, gradient: Scratch) {
        if let Identity::Made(own) = input.identity() {
            return self.flow.put(own, gradient);
        }
        let buffer = leaf_gradient(self.buffers, input);
        if buffer.len() == gradient.len() {
            let pairs = buffer.iter_mut().zip(gradient.iter());
            pairs.for_each(|(sum, part)| *sum += part);
        } else {
            *buffer = gradient.into_vec();
        }
    }
}

fn leaf_gradient<'g>(buffers: &'g mut Gradients<f32, Device>, leaf: &Flat) -> &'g mut Vec<f32> {
    leaf.gradient(buffers).expect("a leaf has a gradient")
}
