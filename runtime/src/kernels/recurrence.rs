//! Recurrent layers: a whole sequence as one operation, or one step, each with a backward pass of its own.
//!
//! Rows are sorted by their lengths, so that those which still run at a step are the first ones. Only these are computed, and
//! nothing behind a row's end is read. What a step keeps lies in memory one step after another; products by the input's weights
//! are one for all steps. Half the rows are a part, which one thread computes from the first step to the last.

mod both_ways;
mod cell;
mod each;
mod gru;
mod lstm;
mod order;
mod rows;
mod run;
mod step;

use self::both_ways::{Learned, backward, forward};
pub(crate) use self::cell::Cell;
pub(crate) use self::gru::Gru;
pub(crate) use self::lstm::Lstm;
use self::order::{Layout, Order, lengths_of};
use self::run::{Outputs, Run, Values};
pub(crate) use self::step::Step;
use crate::tensor::repeated::Repeat;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, on_backward};

/// The learned tensors of one direction.
#[derive(Clone)]
pub(crate) struct Weights {
    /// From an input to the gates: a row for each unit of each gate.
    pub(crate) input: Flat,
    /// From the state before to the gates.
    pub(crate) hidden: Flat,
    pub(crate) input_bias: Flat,
    pub(crate) hidden_bias: Flat,
}

impl Weights {
    fn all(&self) -> [&Flat; 4] {
        [
            &self.input,
            &self.hidden,
            &self.input_bias,
            &self.hidden_bias,
        ]
    }

    fn values(&self) -> Values<'_> {
        let [input, hidden, input_bias, hidden_bias] = self.all().map(Flat::values);
        Values {
            input,
            hidden,
            input_bias,
            hidden_bias,
        }
    }
}

/// The numbers of a recurrent layer's sequences.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// The steps of the longest sequence that there is room for.
    pub(crate) steps: usize,
    /// The numbers of a step of the input.
    pub(crate) inputs: usize,
    /// The numbers of a state.
    pub(crate) units: usize,
}

/// The states that a layer gives.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Gives {
    /// Those of all steps, zero behind a row's end.
    All,
    /// That after the last step. A row without steps has the state at the start, zero.
    Last,
    /// Those of all steps, each with its memory behind it.
    Both,
}

/// A layer that reads forwards, or backwards from each row's end. With a second direction's weights it reads both ways.
pub(crate) struct Layer {
    pub(crate) cell: &'static dyn Cell,
    /// One direction's, or both directions'.
    pub(crate) weights: Vec<Weights>,
    pub(crate) sizes: Sizes,
    pub(crate) gives: Gives,
    /// Whether the first direction reads from each row's end.
    pub(crate) is_backward: bool,
}

impl Layer {
    /// The states for sequences `x`, which have as many steps as there is room for or `lengths`, one number a row. A row of
    /// another length than 0, 1, … `steps` gives NaN.
    ///
    /// Repeated rows go through once. No gradient is computed for data.
    pub(crate) fn states(self, x: Flat, lengths: Option<Flat>) -> Flat {
        let Sizes { steps, inputs, .. } = self.sizes;
        if let Some((x, lengths, how)) = repeated(&x, lengths.as_ref(), steps * inputs) {
            let how = how.of_rows(self.outputs());
            return how.apply(&self.states(x, lengths));
        }
        let rows = x.len() / (steps * inputs).max(1);
        let lengths = lengths_of(lengths.as_ref(), rows, steps);
        let outputs = Outputs {
            gives: self.gives,
            directions: self.weights.len(),
        };
        let runs = forward(self.cell, &self.weights, &x, self.runs(&lengths));
        let out = Flat::filled(rows * self.outputs(), |out| {
            runs.iter().for_each(|run| run.put_states(outputs, out));
            let rows = out.chunks_mut(self.outputs().max(1)).zip(&lengths);
            let unknown = rows.filter(|(_, length)| length.is_none());
            unknown.for_each(|(out, _)| out.fill(f32::NAN));
        });
        let learned = Learned {
            inputs: (!is_constant(&x)).then_some(x),
            start: None,
        };
        on_backward(&out, move |upstream, grads| {
            let given = (outputs, upstream);
            backward(self.cell, &self.weights, &learned, &runs, given, grads);
        });
        out
    }

    /// The numbers that the layer gives for a row.
    fn outputs(&self) -> usize {
        let steps = match self.gives {
            Gives::All | Gives::Both => self.sizes.steps,
            Gives::Last => 1,
        };
        self.weights.len() * steps * self.sizes.units
    }

    /// The parts of all directions.
    fn runs(&self, lengths: &[Option<usize>]) -> Vec<Run> {
        let Sizes {
            steps,
            inputs,
            units,
        } = self.sizes;
        let multiplications = self.cell.gates() * units * (inputs + units);
        let orders = Order::parts(lengths, multiplications);
        let directions = 0..self.weights.len();
        let of = |direction| {
            let orders = orders.iter().cloned();
            let is_backward = self.is_backward || direction == 1;
            orders.map(move |order| {
                let layout = Layout::Rows(steps);
                Run::new(order, direction, is_backward, self.sizes, layout, self.cell)
            })
        };
        directions.flat_map(of).collect()
    }
}

/// The rows in memory, if sequences and lengths are repeated alike.
fn repeated(
    x: &Flat,
    lengths: Option<&Flat>,
    elements: usize,
) -> Option<(Flat, Option<Flat>, Repeat)> {
    let (rows, how) = x.repeated_rows(elements)?;
    let lengths = match lengths {
        None => None,
        Some(lengths) => {
            let (lengths, theirs) = lengths.repeated_rows(1)?;
            let alike = theirs.of_rows(elements) == how.of_rows(elements);
            Some(alike.then(|| lengths.clone())?)
        }
    };
    Some((rows.clone(), lengths, how))
}
