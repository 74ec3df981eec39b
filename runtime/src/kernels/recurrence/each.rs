//! Many steps of a cell whose inputs are known beforehand, as one operation: a loop's recurrence, while all else of the loop runs at once.

use super::order::{Layout, Order};
use super::run::{Flows, Outputs, Run, add};
use super::{Gives, Sizes, Step, Weights};
use crate::tensor::parts::share;
use crate::tensor::tape::{is_constant, is_unlearned};
use crate::tensor::{Flat, on_backward};

impl Step {
    /// The states after each step, one step after another, of inputs `x` in the same order. The first `rows[t]` rows run at step `t`, which are
    /// never more than before. `start` has the states of the first step's rows; a row of states holds those of all units, and then
    /// their memories if the cell has them.
    ///
    /// No gradient is computed for data.
    pub(crate) fn after_each(
        self,
        weights: Weights,
        x: &Flat,
        start: &Flat,
        rows: &[usize],
    ) -> Flat {
        let sizes = Sizes {
            steps: rows.len(),
            inputs: self.inputs,
            units: self.units,
        };
        let outputs = Outputs {
            gives: Gives::Both,
            directions: 1,
        };
        let work = self.gate_width() * (self.inputs + self.units);
        let runs = Order::parts(&lengths(rows), work).into_iter().map(|order| {
            let run = Run::new(order, 0, false, sizes, layout(rows), self.cell);
            run.from(start.values(), self.cell)
        });
        let mut jobs: Vec<_> = runs.map(|run| (run.gates(self.cell), run)).collect();
        let (values, own) = (x.values(), weights.values());
        share(jobs.iter_mut(), |(gates, run)| {
            run.forward(self.cell, values, own, gates);
        });
        let runs: Vec<Run> = jobs.into_iter().map(|(_, run)| run).collect();
        let all: usize = rows.iter().sum();
        let out = Flat::filled(all * self.state_width(), |out| {
            runs.iter().for_each(|run| run.put_states(outputs, out));
        });
        let (is_data, is_start_data) = (is_constant(x), is_unlearned(start));
        let (x, start) = (x.clone(), start.clone());
        on_backward(&out, move |upstream, grads| {
            let own = weights.values();
            let flows = |run: &Run| run.flows(self.cell, own, is_data);
            let mut jobs: Vec<(Flows, &Run)> = runs.iter().map(|run| (flows(run), run)).collect();
            share(jobs.iter_mut(), |(flows, run)| {
                run.backward(self.cell, own, (outputs, upstream), flows);
            });
            for (flows, run) in &jobs {
                for (weight, flow) in weights.all().into_iter().zip(flows.to_weights()) {
                    add(grads.buffer(weight), flow);
                }
                if !is_data {
                    run.add_to_inputs(flows, grads.buffer(&x));
                }
                if !is_start_data {
                    run.add_to_start(flows, grads.buffer(&start));
                }
            }
        });
        out
    }
}

/// The steps of each row.
fn lengths(rows: &[usize]) -> Vec<Option<usize>> {
    let most = rows.first().copied().unwrap_or(0);
    let of = |row| rows.partition_point(|&running| running > row);
    (0..most).map(|row| Some(of(row))).collect()
}

/// Step by step.
fn layout(rows: &[usize]) -> Layout {
    let mut before = 0;
    let start = |rows: &usize| {
        let start = before;
        before += rows;
        start
    };
    Layout::Steps(rows.iter().map(start).collect())
}
