//! What was recorded, and its backward pass.

use std::fmt;

use dfdx::tensor::{Gradients, HasErr, OwnedTape, Tape, Tensor, UniqueId};

use super::flow::{self, Flow, Written};
use crate::Device;

type Outcome = Result<(), <Device as HasErr>::Err>;
type Backward = Box<dyn FnOnce(&mut Gradients<f32, Device>) -> Outcome>;

/// What [`record`](super::record) recorded: the backward steps of all operations, in the order of the operations.
pub struct Recording {
    steps: Vec<Step>,
}

/// The backward step of one operation.
struct Step {
    run: Backward,
    /// What the operation made, if it is one of this crate's kernels, which know where gradients flow, and none of dfdx's.
    output: Option<UniqueId>,
}

/// Operations that a recording has room for at first: those of a model of a few sites.
const STEPS: usize = 24;

impl Recording {
    pub(super) fn new() -> Self {
        Self {
            steps: Vec::with_capacity(STEPS),
        }
    }

    pub(super) fn push(
        &mut self,
        output: Option<UniqueId>,
        run: impl FnOnce(&mut Gradients<f32, Device>) -> Outcome + 'static,
    ) {
        let run = Box::new(run);
        self.steps.push(Step { run, output });
    }

    /// Whether one of this crate's operations made this. The last are asked first.
    pub(super) fn has_made(&self, tensor: UniqueId) -> bool {
        self.steps
            .iter()
            .rev()
            .any(|step| step.output == Some(tensor))
    }

    /// The gradients of a scalar that was recorded, by all that it was computed from and that was not computed itself:
    /// parameters, data and other tensors. There is none for what nothing flows to.
    ///
    /// # Panics
    /// When memory runs out, as every tensor operation does.
    pub fn backward<T>(self, value: &Tensor<(), f32, Device, T>) -> Gradients<f32, Device> {
        let mut gradients = Gradients::leaky();
        self.backward_into(
            value,
            1.0,
            &mut gradients,
            &mut Written::whatever_is_there(),
        );
        gradients
    }

    /// Adds the gradients of a value, times a weight, to these. Buffers that `written` does not know are written over.
    pub(crate) fn backward_into<T>(
        self,
        value: &Tensor<(), f32, Device, T>,
        weight: f32,
        gradients: &mut Gradients<f32, Device>,
        written: &mut Written,
    ) {
        let made = self.steps.iter().filter_map(|step| step.output);
        let mut flow = Flow::new(made.collect(), !self.is_own(), std::mem::take(written));
        flow.seed(value, weight, gradients);
        let running = flow::start(flow);
        let run = || -> Outcome {
            for step in self.steps.into_iter().rev() {
                if step.output.is_none() {
                    // dfdx's operations find their gradients where dfdx has them; from here on all do.
                    flow::hand_over(gradients)?;
                }
                (step.run)(gradients)?;
            }
            Ok(())
        };
        run().expect("memory for gradients");
        *written = running.end();
    }

    /// Whether there are only operations of this crate.
    pub(crate) fn is_own(&self) -> bool {
        self.steps.iter().all(|step| step.output.is_some())
    }

    /// The recording as dfdx's tape, for dfdx's `backward` and for operations on what was recorded.
    ///
    /// ```
    /// use elbow::{Device, Var, tape};
    /// use dfdx::prelude::*;
    ///
    /// let x: Tensor<Rank1<3>, f32, Device> = Device::default().tensor([1.0, 2.0, 3.0]);
    /// let (y, recording) = tape::record(|| -> Var<Rank1<3>> { x.retaped().square() });
    /// let sum = y.split_tape().0.put_tape(recording.into_tape()).sum::<Rank0, _>();
    /// assert_eq!(sum.backward().get(&x).array(), [2.0, 4.0, 6.0]);
    /// ```
    pub fn into_tape(self) -> OwnedTape<f32, Device> {
        let mut tape = OwnedTape::default();
        for step in self.steps {
            tape.add_backward_op(step.run);
        }
        tape
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.len();
        f.debug_struct("Recording").field("steps", &steps).finish()
    }
}
