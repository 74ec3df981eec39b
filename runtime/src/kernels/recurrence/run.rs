//! Some rows in one direction, from the first step to the last and back.

use std::ops::Range;

use super::cell::{Cell, State, StateMut};
use super::order::{Layout, Order, Place};
use super::rows::{add, repeat, rows_mut};
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
    layout: Layout,
    /// The states and memories before the first step, if they are not zero.
    start: Option<[Scratch; 2]>,
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
        layout: Layout,
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
            layout,
            start: None,
        }
    }

    /// The same from these states and memories, side by side in a row for each of the batch.
    pub(super) fn from(mut self, start: &[f32], cell: &dyn Cell) -> Self {
        let widths = [self.sizes.units, memory(self.sizes, cell)];
        let [mut states, mut memories] = widths.map(|own| Scratch::new(self.order.rows() * own));
        let owns = states
            .chunks_exact_mut(widths[0])
            .zip(rows_mut(&mut memories, widths[1]));
        for ((state, memory), at) in owns.zip(self.order.running(0, false)) {
            let row = &start[at.row * (widths[0] + widths[1])..];
            state.copy_from_slice(&row[..widths[0]]);
            memory.copy_from_slice(&row[widths[0]..][..widths[1]]);
        }
        self.start = Some([states, memories]);
        self
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
        let Sizes { inputs, units, .. } = self.sizes;
        let (width, memory) = (cell.gates() * units, memory(self.sizes, cell));
        let (is_backward, own) = (self.is_backward, &mut self.inputs);
        self.order.for_places(is_backward, |place, at| {
            let from = &x[self.layout.number(at) * inputs..][..inputs];
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
            let start = start_of(self.start.as_ref(), &zeros, [units, memory], at.len());
            let before = before([states, memories], [units, memory], read.as_ref(), start);
            let by_state = &mut by_state[..at.len() * width];
            repeat(weights.hidden_bias, by_state);
            if read.is_some() || self.start.is_some() {
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
        let units = self.sizes.units;
        let memory = self.memories.len() / self.order.places().max(1);
        self.order.for_places(self.is_backward, |place, at| {
            let Some(to) = self.output(outputs, memory, at) else {
                return;
            };
            let own = &self.states[place * units..][..units];
            out[to..][..units].copy_from_slice(own);
            if outputs.gives == Gives::Both {
                let own = &self.memories[place * memory..][..memory];
                out[to + units..][..memory].copy_from_slice(own);
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
        let units = self.sizes.units;
        let (width, memory) = (cell.gates() * units, memory(self.sizes, cell));
        let zeros = vec![0.0; self.order.rows() * units];
        let [to_gates, to_hidden] = &mut flows.gates;
        let [flow, memory_flow] = &mut flows.states;
        for step in (0..self.order.steps()).rev() {
            let (at, read) = (self.order.at(step), self.order.read(step));
            let rows = flow
                .chunks_exact_mut(units.max(1))
                .zip(rows_mut(memory_flow, memory));
            for ((flow, memory_flow), at) in rows.zip(self.order.running(step, self.is_backward)) {
                if let Some(from) = self.output(outputs, memory, at) {
                    add(flow, &upstream[from..][..units]);
                    if outputs.gives == Gives::Both {
                        add(memory_flow, &upstream[from + units..][..memory]);
                    }
                }
            }
            let states = [&self.states[..], &self.memories[..]];
            let start = start_of(self.start.as_ref(), &zeros, [units, memory], at.len());
            let before = before(states, [units, memory], read.as_ref(), start);
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
            if read.is_some() || self.start.is_some() {
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
            let input = Matrix::rows(weights.input, width, self.sizes.inputs);
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
        if let Some([states, _]) = &self.start {
            let at = self.order.at(0);
            let own = &to_hidden[..at.len() * width];
            sum(Layer::new(at.len(), units, width), own, states, by_state);
        }
        all.by_bias(to_gates, input_bias);
        all.by_bias(to_hidden, hidden_bias);
    }

    /// Adds what flows back to the sequences.
    pub(super) fn add_to_inputs(&self, flows: &Flows, gradient: &mut [f32]) {
        let inputs = self.sizes.inputs;
        self.order.for_places(self.is_backward, |place, at| {
            let own = &flows.inputs[place * inputs..][..inputs];
            let to = self.layout.number(at) * inputs;
            add(&mut gradient[to..][..inputs], own);
        });
    }

    /// Adds what flows back to the states and memories before the first step.
    pub(super) fn add_to_start(&self, flows: &Flows, gradient: &mut [f32]) {
        let [states, memories] = &flows.states;
        let units = self.sizes.units;
        let memory = memories.len() / self.order.rows().max(1);
        let rows = states.chunks_exact(units).enumerate();
        for ((at, own), place) in rows.zip(self.order.running(0, false)) {
            let row = &mut gradient[place.row * (units + memory)..];
            add(&mut row[..units], own);
            add(
                &mut row[units..][..memory],
                &memories[at * memory..][..memory],
            );
        }
    }

    /// Where the state of a place begins among the outputs, if it is one.
    fn output(&self, outputs: Outputs, memory: usize, at: Place) -> Option<usize> {
        let (row, width) = match outputs.gives {
            Gives::All => (self.layout.number(at), self.sizes.units),
            Gives::Both => (self.layout.number(at), self.sizes.units + memory),
            Gives::Last if at.is_last => (at.row, self.sizes.units),
            Gives::Last => return None,
        };
        Some((row * outputs.directions + self.direction) * width)
    }
}

/// The numbers of a memory.
fn memory(sizes: Sizes, cell: &dyn Cell) -> usize {
    if cell.has_memory() { sizes.units } else { 0 }
}

/// The states and memories before the first step, of this many rows. `units` and `memory` are the numbers of each a row.
fn start_of<'a>(
    start: Option<&'a [Scratch; 2]>,
    zeros: &'a [f32],
    [units, memory]: [usize; 2],
    rows: usize,
) -> State<'a> {
    let [state, memories] = match start {
        None => [zeros; 2],
        Some([state, memories]) => [&**state, &**memories],
    };
    State {
        state: &state[..rows * units],
        memory: &memories[..rows * memory],
    }
}

/// The states and memories that a step reads, or those at the start.
fn before<'a>(
    [states, memories]: [&'a [f32]; 2],
    [units, memory]: [usize; 2],
    read: Option<&Range<usize>>,
    start: State<'a>,
) -> State<'a> {
    match read {
        None => start,
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
