//! Recordings, and their backward pass.

use std::fmt;

use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, OwnedTape, PutTape, Tape, Tensor};

use super::flow::{Flow, Written};
use crate::tensor::Device;
use crate::tensor::flat::Flat;
use crate::tensor::gradient::Grads;
use crate::tensor::var::{Var, constant, untaped};

/// A backward step.
pub(in crate::tensor) type Backward = Box<dyn FnOnce(&mut Grads<'_>)>;

/// The result of [`record`](super::record): the backward steps of all operations, in the order of the operations.
pub struct Recording {
    steps: Vec<Step>,
}

/// The backward step of one operation.
struct Step {
    run: Backward,
    /// The value that the operation made, if it is this crate's and not dfdx's.
    made: Option<u64>,
}

/// The initial capacity of a recording: the operations of a model with a few sites.
const STEPS: usize = 24;

impl Recording {
    pub(super) fn new() -> Self {
        Self {
            steps: Vec::with_capacity(STEPS),
        }
    }

    pub(super) fn push(&mut self, made: Option<u64>, run: Backward) {
        self.steps.push(Step { run, made });
    }

    /// Whether one of this crate's operations made this. The search begins with the last operation.
    pub(super) fn has_made(&self, value: u64) -> bool {
        let mut steps = self.steps.iter().rev();
        steps.any(|step| step.made == Some(value))
    }

    /// The gradients of a recorded scalar by the tensors that it was computed from: parameters, data and other tensors that were
    /// not computed themselves. A tensor that nothing flows to has none.
    ///
    /// # Panics
    /// If memory runs out, as every tensor operation does.
    pub fn backward(self, value: &Var<()>) -> Gradients<f32, Device> {
        let mut gradients = Gradients::leaky();
        self.backward_into(
            value,
            1.0,
            &mut gradients,
            &mut Written::whatever_is_there(),
        );
        gradients
    }

    /// Adds the gradients of a value, times a weight, to these. Buffers that are not in `written` are written over.
    pub(crate) fn backward_into(
        self,
        value: &Var<()>,
        weight: f32,
        gradients: &mut Gradients<f32, Device>,
        written: &mut Written,
    ) {
        self.run(value.flat(), &[weight], gradients, written);
    }

    fn run(
        self,
        value: &Flat,
        upstream: &[f32],
        gradients: &mut Gradients<f32, Device>,
        written: &mut Written,
    ) {
        let mut flow = Flow::new(std::mem::take(written));
        let mut grads = Grads {
            buffers: gradients,
            flow: &mut flow,
        };
        let seeds = grads.buffer(value).iter_mut().zip(upstream);
        seeds.for_each(|(seed, up)| *seed += up);
        for step in self.steps.into_iter().rev() {
            (step.run)(&mut grads);
        }
        *written = flow.end();
    }

    /// Whether all operations are this crate's.
    pub(crate) fn is_own(&self) -> bool {
        self.steps.iter().all(|step| step.made.is_some())
    }

    /// A recorded value as a tensor of dfdx with the recording as its tape, for dfdx's `backward` and for further operations of
    /// dfdx.
    ///
    /// ```
    /// use elbow::prelude::*;
    /// use elbow::dfdx::tensor_ops::{Backward, SumTo};
    /// use elbow::family::record;
    ///
    /// let x = tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
    /// let (y, recording) = record(|| Var::from(&x).square());
    /// let sum = recording.into_tensor(&y).sum();
    /// assert_eq!(sum.backward().get(&x).array(), [2.0, 4.0, 6.0]);
    /// ```
    pub fn into_tensor<S: Shape>(self, value: &Var<S>) -> Taped<S> {
        let value = value.clone();
        on_tape(&value.clone(), move |upstream, gradients| {
            let written = &mut Written::whatever_is_there();
            self.run(value.flat(), upstream, gradients, written);
        })
    }

    /// The weighted sum of recorded numbers, as a tensor of dfdx with all recordings as its tape.
    pub(crate) fn into_sum(parts: Vec<(Self, Var<()>, f32)>) -> Taped<()> {
        let weighted = parts
            .iter()
            .map(|(_, value, weight)| value.number() * weight);
        let sum = constant(vec![weighted.sum()], ());
        on_tape(&sum, |upstream, gradients| {
            let upstream = upstream[0];
            for (recording, value, weight) in parts {
                let written = &mut Written::whatever_is_there();
                recording.run(value.flat(), &[upstream * weight], gradients, written);
            }
        })
    }
}

/// A tensor with dfdx's own tape.
type Taped<S> = Tensor<S, f32, Device, OwnedTape<f32, Device>>;

/// The values as a tensor of dfdx on a tape of one step, which gets their gradient.
fn on_tape<S: Shape>(
    values: &Var<S>,
    step: impl FnOnce(&[f32], &mut Gradients<f32, Device>) + 'static,
) -> Taped<S> {
    let tensor = untaped(values.clone());
    let own = tensor.clone();
    let mut tape = OwnedTape::default();
    tape.add_backward_op(move |gradients| {
        let upstream = gradients.get_or_alloc_mut(&own)?.to_vec();
        step(&upstream, gradients);
        Ok(())
    });
    tensor.put_tape(tape)
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.len();
        f.debug_struct("Recording").field("steps", &steps).finish()
    }
}
