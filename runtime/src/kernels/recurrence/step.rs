//! One step of a recurrent layer, as an operation of its own, for a model that carries the state itself.

use super::Weights;
use super::cell::{Cell, State, StateMut};
use super::rows::{add, repeat, rows_mut, rows_of};
use crate::kernels::linear::Layer;
use crate::kernels::product::{Matrix, Write, is_large, multiply_beside};
use crate::tensor::parallel::join;
use crate::tensor::parts::{Parts, share};
use crate::tensor::repeated::Repeat;
use crate::tensor::scratch::Scratch;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, on_backward};

/// A cell that takes one step.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) cell: &'static dyn Cell,
    /// The numbers of an input.
    pub(crate) inputs: usize,
    /// The numbers of a state.
    pub(crate) units: usize,
}

/// How long the functions of a unit take, in a few operations of `f32`.
const COST: usize = 16;

impl Step {
    /// The states after the step, of as many inputs as states before it. A row of states holds those of all units, and then their
    /// memories if the cell has them.
    ///
    /// What is repeated goes through the products once. No gradient is computed for data.
    pub(crate) fn after(self, weights: Weights, x: &Flat, before: &Flat) -> Flat {
        let (inputs, units, width) = (self.inputs, self.units, self.gate_width());
        let repeated = x.repeated_rows(inputs);
        let repeated = repeated.zip(before.repeated_rows(self.state_width()));
        if let Some(((x, how), (before, theirs))) = repeated
            && how.of_rows(0) == theirs.of_rows(0)
        {
            let how = how.of_rows(self.state_width());
            return how.apply(&self.after(weights, x, before));
        }
        let rows = before.len() / self.state_width();
        let (x, own) = (Side::of(x, inputs), Side::of(before, self.state_width()));
        let read = self.split(own.flat.values());
        // The states of all rows, if they are more than in memory.
        let all = own.how.map(|_| self.split(before.values()));
        let values = weights.values();
        let by_input = self.gates(x.flat.values(), inputs, values.input, values.input_bias);
        let by_state = self.gates(&read.state, units, values.hidden, values.hidden_bias);
        let gates = [x.spread(by_input, width), own.spread(by_state, width)];
        let mut after = self.states(rows);
        let mut kept = Scratch::new(rows * units * self.cell.kept());
        self.forward(gates, all.as_ref().unwrap_or(&read), &mut after, &mut kept);
        let out = self.joined(&after);
        let are_data = [&x.flat, &own.flat].map(is_constant);
        on_backward(&out, move |upstream, grads| {
            let mut flow = self.split(upstream);
            let all = all.as_ref().unwrap_or(&read);
            let [to_input, to_state] = self.backward(&kept, all, &mut flow);
            let to_input = x.gathered(to_input, width);
            let to_state = own.gathered(to_state, width);
            let mut state = own.gathered(flow.state, units);
            let memory = own.gathered(flow.memory, units);
            let layers = [(&to_input, inputs), (&to_state, units)]
                .map(|(flow, inputs)| Layer::new(flow.len() / width, inputs, width));
            let matrices = [&weights.input, &weights.hidden];
            let biases = [&weights.input_bias, &weights.hidden_bias];
            let mut by_matrices = matrices.map(|own| grads.take(own));
            let mut by_biases = biases.map(|own| grads.take(own).or_zeros());
            let mut by_input = (!are_data[0]).then(|| grads.take(&x.flat));
            let (xs, values) = (x.flat.values(), weights.values());
            let mut sums = || {
                let given = [(&to_input, xs), (&to_state, &*read.state)];
                let by = by_matrices.iter_mut().zip(&mut by_biases);
                for ((layer, (flow, read)), (by_matrix, by_bias)) in
                    layers.iter().zip(given).zip(by)
                {
                    layer.by_weight(flow, read, by_matrix, multiply_beside);
                    layer.by_bias(flow, by_bias);
                }
            };
            let mut flows = || {
                if let Some(by_input) = &mut by_input {
                    layers[0].by_input(&to_input, values.input, by_input);
                }
                if !are_data[1] {
                    let flow = Matrix::rows(&to_state, to_state.len() / width, width);
                    let hidden = Matrix::rows(values.hidden, width, units);
                    multiply_beside(&mut state, flow, hidden, Write::Add);
                }
            };
            // Both have about as many multiplications, so two threads take one each.
            if is_large(to_state.len() * units) {
                join(sums, flows);
            } else {
                sums();
                flows();
            }
            for (own, by) in matrices.into_iter().zip(by_matrices) {
                grads.put(own, by.values);
            }
            for (own, by) in biases.into_iter().zip(by_biases) {
                grads.put(own, by);
            }
            if let Some(by_input) = by_input {
                grads.put(&x.flat, by_input.values);
            }
            if !are_data[1] {
                let gradient = grads.buffer(&own.flat);
                self.add_joined(&state, &memory, gradient);
            }
        });
        out
    }

    /// The numbers of a row of gates.
    pub(super) fn gate_width(self) -> usize {
        self.cell.gates() * self.units
    }

    /// The numbers of a row of memories.
    fn memories(self) -> usize {
        if self.cell.has_memory() {
            self.units
        } else {
            0
        }
    }

    /// The numbers of a row of states and memories.
    pub(super) fn state_width(self) -> usize {
        self.units + self.memories()
    }

    /// The gates by an input or by the states before.
    fn gates(self, x: &[f32], inputs: usize, weight: &[f32], bias: &[f32]) -> Scratch {
        let rows = x.len() / inputs;
        let mut gates = Scratch::new(rows * self.gate_width());
        repeat(bias, &mut gates);
        Layer::new(rows, inputs, self.gate_width()).forward(x, weight, &mut gates);
        gates
    }

    /// Memory for the states of rows.
    fn states(self, rows: usize) -> States {
        States {
            state: Scratch::new(rows * self.units),
            memory: Scratch::new(rows * self.memories()),
        }
    }

    /// Rows of states and memories as two.
    fn split(self, rows: &[f32]) -> States {
        let mut states = self.states(rows.len() / self.state_width());
        let own = states.state.chunks_exact_mut(self.units);
        let own = own.zip(rows_mut(&mut states.memory, self.memories()));
        for (row, (state, memory)) in rows.chunks_exact(self.state_width()).zip(own) {
            let (own_state, own_memory) = row.split_at(self.units);
            state.copy_from_slice(own_state);
            memory.copy_from_slice(own_memory);
        }
        states
    }

    /// The two as rows.
    fn joined(self, states: &States) -> Flat {
        let rows = states.state.len() / self.units;
        Flat::filled(rows * self.state_width(), |out| {
            self.add_joined(&states.state, &states.memory, out);
        })
    }

    /// Adds the two to rows.
    fn add_joined(self, state: &[f32], memory: &[f32], out: &mut [f32]) {
        let own = state.chunks_exact(self.units);
        let own = own.zip(rows_of(memory, self.memories()));
        for (out, (own_state, own_memory)) in out.chunks_exact_mut(self.state_width()).zip(own) {
            let (state, memory) = out.split_at_mut(self.units);
            add(state, own_state);
            add(memory, own_memory);
        }
    }

    /// Rows that one thread computes.
    fn each(self, rows: usize) -> usize {
        Parts::weighed(rows, self.gate_width(), 1, COST).each()
    }

    fn forward(
        self,
        [by_input, by_state]: [Scratch; 2],
        before: &States,
        after: &mut States,
        kept: &mut [f32],
    ) {
        let (cell, units) = (self.cell, self.units);
        let each = self.each(after.state.len() / units);
        let gates = rows_of(&by_input, each * self.gate_width())
            .zip(rows_of(&by_state, each * self.gate_width()));
        let read = rows_of(&before.state, each * units)
            .zip(rows_of(&before.memory, each * self.memories()));
        let written = rows_mut(&mut after.memory, each * self.memories())
            .zip(rows_mut(kept, each * units * cell.kept()));
        let states = after.state.chunks_mut(each * units);
        let jobs = states.zip(written).zip(gates.zip(read));
        share(
            jobs,
            |((state, (memory, kept)), ((by_input, by_state), read))| {
                let (before, memory_before) = read;
                let before = State {
                    state: before,
                    memory: memory_before,
                };
                let after = StateMut {
                    state,
                    memory,
                    kept,
                };
                cell.forward(units, [by_input, by_state], before, after);
            },
        );
    }

    /// What flows to the gates by the input and to those by the state. Turns what flows to the states after the step into what flows to
    /// those before it, without the part through the gates.
    fn backward(self, kept: &[f32], before: &States, flow: &mut States) -> [Scratch; 2] {
        let (cell, units, width) = (self.cell, self.units, self.gate_width());
        let rows = flow.state.len() / units;
        let each = self.each(rows);
        let mut to_input = Scratch::new(rows * width);
        let own = if cell.has_own_flows() { width } else { 0 };
        let mut to_state = Scratch::new(rows * own);
        let to_gates =
            rows_mut(&mut to_input, each * width).zip(rows_mut(&mut to_state, each * own));
        let read = rows_of(&before.state, each * units)
            .zip(rows_of(&before.memory, each * self.memories()))
            .zip(rows_of(kept, each * units * cell.kept()));
        let memories = rows_mut(&mut flow.memory, each * self.memories());
        let states = flow.state.chunks_mut(each * units);
        let jobs = states.zip(memories).zip(to_gates.zip(read));
        share(
            jobs,
            |((state_flow, memory_flow), ((to_input, to_state), read))| {
                let ((state, memory), kept) = read;
                let before = State { state, memory };
                let flow = [state_flow, memory_flow];
                cell.backward(units, kept, before, flow, [to_input, to_state]);
            },
        );
        if own == 0 {
            to_state = Scratch::new(rows * width);
            to_state.copy_from_slice(&to_input);
        }
        [to_input, to_state]
    }
}

/// States and memories, or what flows to them.
struct States {
    state: Scratch,
    /// Empty without a memory.
    memory: Scratch,
}

/// What a step reads: the rows in memory, and how they are repeated.
struct Side {
    flat: Flat,
    how: Option<Repeat>,
}

impl Side {
    fn of(rows: &Flat, elements: usize) -> Self {
        match rows.repeated_rows(elements) {
            Some((own, how)) => Self {
                flat: own.clone(),
                how: Some(how),
            },
            None => Self {
                flat: rows.clone(),
                how: None,
            },
        }
    }

    /// What was computed of the rows in memory, for all rows.
    fn spread(&self, own: Scratch, elements: usize) -> Scratch {
        let Some(how) = self.how else {
            return own;
        };
        let mut all = Scratch::new(own.len() * how.factor());
        how.of_rows(elements).write(&own, &mut all);
        all
    }

    /// What flows to the rows in memory from all rows.
    fn gathered(&self, all: Scratch, elements: usize) -> Scratch {
        let Some(how) = self.how else {
            return all;
        };
        let mut own = Scratch::zeros(all.len() / how.factor().max(1));
        how.of_rows(elements).sum(&all, &mut own);
        own
    }
}
