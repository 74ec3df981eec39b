//! Some rows in one direction, from the first step to the last and back.

use std::ops::Range;

use super::cell::{Cell, State, StateMut};
use super::order::{Order, Place};
use super::{Gives, Sizes};
use crate::kernels::linear::Layer;
use crate::kernels::product::{Matrix, Write, multiply_beside};
use crate::tensor::Taken;
use crate::tensor::scratch::Scratch;

/// The numbers of [`Weights`](super::Weights).
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) input: &'a [f32],
    pub(super) hidden: &'a [f32],
    pub(super) input_bias: &'a [f32],
    pub(super) hidden_bias: &'a [f32],
}

/// Where a layer's states go among its outputs.
#[derive(Clone, Copy)]
pub(super) struct Outputs {
    pub(super) gives: Gives,
    pub(super) directions: usize,
}

/// The rows of a part, and what their steps leave for the backward pass, place by place: a place is a row at a step.
///
/// All memory is taken and given back on the thread that calls the layer.
pub(super) struct Run {
    order: Order,
    /// Which of the layer's directions it is.
    direction: usize,
    /// Whether it reads from a row's end.
    is_backward: bool,
    sizes: Sizes,
    inputs: Scratch,
    states: Scratch,
    memories: Scratch,
    kept: Scratch,
}

/// The gates by the input at all places, and those by the state before at a step.
pub(super) struct Gates(Scratch, Scratch);

/// What flows back.
pub(super) struct Flows {
    weights: [Scratch; 4],
    inputs: Scratch,
    /// To the gates at all places, by the input and by the state before. The second is empty if they are the same.
    gates: [Scratch; 2],
    /// To the states and memories of a step.
    states: [Scratch; 2],
}

impl Flows {
    pub(super) fn to_weights(&self) -> impl Iterator<Item = &[f32]> {
        self.weights.iter().map(|flow| &**flow)
    }
}

impl Run {
    pub(super) fn new(
        order: Order,
        direction: usize,
        is_backward: bool,
        sizes: Sizes,
        cell: &dyn Cell,
    ) -> Self {
        let places = order.places();
        Self {
            inputs: Scratch::new(places * sizes.inputs),
            states: Scratch::new(places * sizes.units),
            memories: Scratch::new(places * memory(sizes, cell)),
            kept: Scratch::new(places * sizes.units * cell.kept()),
            order,
            direction,
            is_backward,
            sizes,
        }
    }

    /// Its number among the layer's directions.
    pub(super) fn direction(&self) -> usize {
        self.direction
    }

    /// Memory for [`forward`](Self::forward).
    pub(super) fn gates(&self, cell: &dyn Cell) -> Gates {
        let width = cell.gates() * self.sizes.units;
        let [all, most] = [self.order.places(), self.order.rows()];
        Gates(Scratch::new(all * width), Scratch::new(most * width))
    }

    /// Memory for [`backward`](Self::backward).
    pub(super) fn flows(&self, cell: &dyn Cell, weights: Values<'_>, is_data: bool) -> Flows {
        let (places, rows) = (self.order.places(), self.order.rows());
        let gates = places * cell.gates() * self.sizes.units;
        let weights = [
            weights.input,
            weights.hidden,
            weights.input_bias,
            weights.hidden_bias,
        ];
        Flows {
            weights: weights.map(|weight| Scratch::zeros(weight.len())),
            inputs: Scratch::new(if is_data { 0 } else { self.inputs.len() }),
            gates: [gates, if cell.has_own_flows() { gates } else { 0 }].map(Scratch::new),
            states: [rows * self.sizes.units, rows * memory(self.sizes, cell)].map(Scratch::zeros),
        }
    }

    /// Reads the sequences, and computes all states.
    pub(super) fn forward(
        &mut self,
        cell: &dyn Cell,
        x: &[f32],
        weights: Values<'_>,
        Gates(by_input, by_state): &mut Gates,
    ) {
        let Sizes {
            steps,
            inputs,
            units,
        } = self.sizes;
        let (width, memory) = (cell.gates() * units, memory(self.sizes, cell));
        let (is_backward, own) = (self.is_backward, &mut self.inputs);
        self.order.for_places(is_backward, |place, at| {
            let from = &x[(at.row * steps + at.time) * inputs..][..inputs];
            own[place * inputs..][..inputs].copy_from_slice(from);
        });
        repeat(weights.input_bias, by_input);
        Layer::new(self.order.places(), inputs, width).forward(
            &self.inputs,
            weights.input,
            by_input,
        );
        let zeros = vec![0.0; self.order.rows() * units];
        for step in 0..self.order.steps() {
            let (at, read) = (self.order.at(step), self.order.read(step));
            let (states, own) = self.states.split_at_mut(at.start * units);
            let (memories, own_memory) = self.memories.split_at_mut(at.start * memory);
            let zeros = &zeros[..at.len() * units];
            let before = before([states, memories], [units, memory], read.as_ref(), zeros);
            let by_state = &mut by_state[..at.len() * width];
            repeat(weights.hidden_bias, by_state);
            if read.is_some() {
                Layer::new(at.len(), units, width).forward(before.state, weights.hidden, by_state);
            }
            let kept = units * cell.kept();
            let after = StateMut {
                state: &mut own[..at.len() * units],
                memory: &mut own_memory[..at.len() * memory],
                kept: &mut self.kept[at.start * kept..at.end * kept],
            };
            let by_input = &by_input[at.start * width..at.end * width];
            cell.forward(units, [by_input, by_state], before, after);
        }
    }

    /// Writes the states where they belong.
    pub(super) fn put_states(&self, outputs: Outputs, out: &mut [f32]) {
        let (sizes, direction) = (self.sizes, self.direction);
        self.order.for_places(self.is_backward, |place, at| {
            if let Some(to) = outputs.start(sizes, direction, at) {
                let own = &self.states[place * sizes.units..][..sizes.units];
                out[to..][..sizes.units].copy_from_slice(own);
            }
        });
    }

    /// Computes what flows back from what flows to the outputs.
    pub(super) fn backward(
        &self,
        cell: &dyn Cell,
        weights: Values<'_>,
        (outputs, upstream): (Outputs, &[f32]),
        flows: &mut Flows,
    ) {
        let (sizes, units) = (self.sizes, self.sizes.units);
        let (width, memory) = (cell.gates() * units, memory(sizes, cell));
        let zeros = vec![0.0; self.order.rows() * units];
        let [to_gates, to_hidden] = &mut flows.gates;
        let [flow, memory_flow] = &mut flows.states;
        for step in (0..self.order.steps()).rev() {
            let (at, read) = (self.order.at(step), self.order.read(step));
            let rows = flow.chunks_exact_mut(units.max(1));
            for (flow, at) in rows.zip(self.order.running(step, self.is_backward)) {
                if let Some(from) = outputs.start(sizes, self.direction, at) {
                    add(flow, &upstream[from..][..units]);
                }
            }
            let states = [&self.states[..], &self.memories[..]];
            let zeros = &zeros[..at.len() * units];
            let before = before(states, [units, memory], read.as_ref(), zeros);
            let kept = units * cell.kept();
            let kept = &self.kept[at.start * kept..at.end * kept];
            let flow = &mut flow[..at.len() * units];
            let memory_flow = &mut memory_flow[..at.len() * memory];
            let places = at.start * width..at.end * width;
            let to_gates = &mut to_gates[places.clone()];
            let to_hidden: &mut [f32] = match cell.has_own_flows() {
                true => &mut to_hidden[places],
                false => &mut [],
            };
            cell.backward(
                units,
                kept,
                before,
                [&mut *flow, memory_flow],
                [&mut *to_gates, &mut *to_hidden],
            );
            if read.is_some() {
                let to_hidden = if to_hidden.is_empty() {
                    to_gates
                } else {
                    to_hidden
                };
                let to_hidden = Matrix::rows(to_hidden, at.len(), width);
                let hidden = Matrix::rows(weights.hidden, width, units);
                multiply_beside(flow, to_hidden, hidden, Write::Add);
            }
        }
        self.to_weights(flows, width);
        if !flows.inputs.is_empty() {
            let to_gates = Matrix::rows(&flows.gates[0], self.order.places(), width);
            let input = Matrix::rows(weights.input, width, sizes.inputs);
            multiply_beside(&mut flows.inputs, to_gates, input, Write::Replace);
        }
    }

    /// The sums over all places.
    fn to_weights(&self, flows: &mut Flows, width: usize) {
        let Sizes { inputs, units, .. } = self.sizes;
        let [to_gates, to_hidden] = &flows.gates;
        let to_hidden = if to_hidden.is_empty() {
            to_gates
        } else {
            to_hidden
        };
        let [by_input, by_state, input_bias, hidden_bias] = &mut flows.weights;
        let places = self.order.places();
        if places == 0 {
            return;
        }
        let all = Layer::new(places, inputs, width);
        sum(all, to_gates, &self.inputs, by_input);
        for [at, read] in self.order.spans() {
            let own = &to_hidden[at.start * width..at.end * width];
            let states = &self.states[read.start * units..read.end * units];
            sum(Layer::new(at.len(), units, width), own, states, by_state);
        }
        all.by_bias(to_gates, input_bias);
        all.by_bias(to_hidden, hidden_bias);
    }

    /// Adds what flows back to the sequences.
    pub(super) fn add_to_inputs(&self, flows: &Flows, gradient: &mut [f32]) {
        let Sizes { steps, inputs, .. } = self.sizes;
        self.order.for_places(self.is_backward, |place, at| {
            let own = &flows.inputs[place * inputs..][..inputs];
            add(
                &mut gradient[(at.row * steps + at.time) * inputs..][..inputs],
                own,
            );
        });
    }
}

impl Outputs {
    /// Where the state of a place begins among the outputs, if it is one.
    fn start(self, sizes: Sizes, direction: usize, at: Place) -> Option<usize> {
        let row = match self.gives {
            Gives::All => at.row * sizes.steps + at.time,
            Gives::Last if at.is_last => at.row,
            Gives::Last => return None,
        };
        Some((row * self.directions + direction) * sizes.units)
    }
}

/// The numbers of a memory.
fn memory(sizes: Sizes, cell: &dyn Cell) -> usize {
    if cell.has_memory() { sizes.units } else { 0 }
}

/// The states and memories that a step reads, or those at the start. `units` and `memory` are the numbers of each a row.
fn before<'a>(
    [states, memories]: [&'a [f32]; 2],
    [units, memory]: [usize; 2],
    read: Option<&Range<usize>>,
    zeros: &'a [f32],
) -> State<'a> {
    match read {
        None => State {
            state: zeros,
            memory: if memory == 0 { &[] } else { zeros },
        },
        Some(read) => State {
            state: &states[read.start * units..read.end * units],
            memory: &memories[read.start * memory..read.end * memory],
        },
    }
}

/// Adds the sum over rows to the gradient by a weight.
fn sum(layer: Layer, upstream: &[f32], x: &[f32], gradient: &mut Scratch) {
    let mut taken = Taken {
        values: std::mem::take(gradient),
        is_new: false,
    };
    layer.by_weight(upstream, x, &mut taken, multiply_beside);
    *gradient = taken.values;
}

pub(super) fn repeat(row: &[f32], out: &mut [f32]) {
    for out in out.chunks_exact_mut(row.len().max(1)) {
        out.copy_from_slice(row);
    }
}

pub(super) fn add(sums: &mut [f32], parts: &[f32]) {
    let pairs = sums.iter_mut().zip(parts);
    pairs.for_each(|(sum, part)| *sum += part);
}
