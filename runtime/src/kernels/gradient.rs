//! Reading and writing gradients in a backward step.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Gradients, Tape, Tensor};

use super::scratch::Scratch;
use crate::Device;
use crate::param::Param;
use crate::shape::Event;
use crate::tape::flow::{self, Flow};
use crate::tape::{Ambient, add_own_step, identity, is_recording, is_unlearned};
use crate::var::Var;

/// The gradients of one backward pass: those on their way in a [`flow`], if there is one, and dfdx's.
pub(super) struct Grads<'a> {
    buffers: &'a mut Gradients<f32, Device>,
    flow: Option<Box<Flow>>,
}

/// A gradient that was taken out of the pass, to be written to beside others.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) values: Scratch,
    /// Whether nothing has been written yet: the values are whatever was in that memory.
    pub(super) is_new: bool,
}

impl Taken {
    /// With zeros where nothing was written.
    pub(super) fn or_zeros(mut self) -> Scratch {
        if self.is_new {
            self.values.fill(0.0);
        }
        self.values
    }
}

/// Records the backward step of an operation with this output. The step gets the output's gradient. It is not
/// taken where nothing flows to the output.
pub(super) fn on_backward<S: Shape>(
    output: &Var<S>,
    step: impl FnOnce(&[f32], &mut Grads<'_>) + 'static,
) {
    if is_recording() {
        on_backward_of(&mut Ambient, output, step);
    }
}

/// The same on any tape.
pub(super) fn on_backward_of<S: Shape, T, U: Tape<f32, Device>>(
    tape: &mut U,
    output: &Tensor<S, f32, Device, T>,
    step: impl FnOnce(&[f32], &mut Grads<'_>) + 'static,
) {
    let (own, output) = (identity(output), output.ghost());
    add_own_step(tape, own, move |buffers| {
        let mut grads = Grads::of(buffers);
        if let Some(flow) = &mut grads.flow {
            if let Some(upstream) = flow.take(own) {
                step(&upstream, &mut grads);
            }
        } else {
            // Taken out, so that the step can write to other buffers of the same map, and put back,
            // so that gradients of intermediate values can be read after the pass.
            let upstream = std::mem::take(&mut **grads.buffers.get_or_alloc_mut(&output)?);
            step(&upstream, &mut grads);
            **grads.buffers.get_or_alloc_mut(&output)? = upstream;
        }
        Ok(())
    });
}

/// Records the backward step of an operation that wrote its output over its input, under the same identity: the
/// step turns the output's gradient into the input's.
pub(super) fn on_backward_in_place<S: Shape, T, U: Tape<f32, Device>>(
    tape: &mut U,
    output: &Tensor<S, f32, Device, T>,
    step: impl FnOnce(&mut [f32]) + 'static,
) {
    let (own, output) = (identity(output), output.ghost());
    add_own_step(tape, own, move |buffers| {
        let mut grads = Grads::of(buffers);
        match &mut grads.flow {
            Some(flow) => {
                if let Some(gradient) = flow.peek(own) {
                    step(gradient);
                }
            }
            None => step(grads.buffers.get_or_alloc_mut(&output)?),
        }
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

/// The gradient of an input, to be added to; zero where nothing was written yet.
///
/// # Panics
/// When memory runs out, as every tensor operation does.
pub(super) fn buffer<'g, S: Shape>(grads: &'g mut Grads<'_>, input: &Var<S>) -> &'g mut [f32] {
    let Grads { buffers, flow } = grads;
    let mut is_new = false;
    if let Some(flow) = flow {
        let own = identity(input);
        if flow.has(own) {
            return flow.buffer(own, input, input.shape().num_elements());
        }
        is_new = flow.writes_over(own);
    }
    let buffer = leaf(buffers, input);
    if is_new {
        buffer.fill(0.0);
    }
    buffer
}

fn leaf<'g, S: Shape, T>(
    buffers: &'g mut Gradients<f32, Device>,
    input: &Tensor<S, f32, Device, T>,
) -> &'g mut Vec<f32> {
    buffers
        .get_or_alloc_mut(input)
        .expect("memory for a gradient")
}

impl<'a> Grads<'a> {
    fn of(buffers: &'a mut Gradients<f32, Device>) -> Self {
        Self {
            buffers,
            flow: flow::take(),
        }
    }

    /// Takes the gradient of a contiguous input out of the pass. Until it is [put back](Self::put), whoever takes it
    /// again gets another one, and both are added up.
    pub(super) fn take<S: Shape, T>(&mut self, input: &Tensor<S, f32, Device, T>) -> Taken {
        let elements = input.shape().num_elements();
        let anew = || Taken {
            values: Scratch::new(elements),
            is_new: true,
        };
        let mut is_new = false;
        if let Some(flow) = &mut self.flow {
            let own = identity(input);
            if flow.has(own) {
                let written = flow.take(own).map(|values| Taken {
                    values,
                    is_new: false,
                });
                return written.unwrap_or_else(anew);
            }
            is_new = flow.writes_over(own);
        }
        let buffer = leaf(self.buffers, input);
        if buffer.len() != elements {
            return anew();
        }
        Taken {
            values: Scratch::from(std::mem::take(buffer)),
            is_new,
        }
    }

    /// Undoes [`take`](Self::take).
    pub(super) fn put<S: Shape, T>(
        &mut self,
        input: &Tensor<S, f32, Device, T>,
        gradient: Scratch,
    ) {
        if let Some(flow) = &mut self.flow {
            let own = identity(input);
            if flow.has(own) {
                return flow.put(own, input, gradient);
            }
        }
        let buffer = leaf(self.buffers, input);
        if buffer.len() == gradient.len() {
            let pairs = buffer.iter_mut().zip(gradient.iter());
            pairs.for_each(|(sum, part)| *sum += part);
        } else {
            *buffer = gradient.into_vec();
        }
    }
}

impl Drop for Grads<'_> {
    fn drop(&mut self) {
        flow::put_back(self.flow.take());
    }
}
