//! Many steps of a cell whose inputs are known beforehand, as one operation: a loop's recurrence, while all else of the loop runs at once.

use super::both_ways::{Learned, backward, forward};
use super::order::{Layout, Order};
use super::run::{Outputs, Run};
use super::{Gives, Sizes, Step, Weights};
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
        let weights = [weights];
        let runs = forward(self.cell, &weights, x, runs);
        let all: usize = rows.iter().sum();
        let out = Flat::filled(all * self.state_width(), |out| {
            runs.iter().for_each(|run| run.put_states(outputs, out));
        });
        let learned = Learned {
            inputs: (!is_constant(x)).then(|| x.clone()),
            start: (!is_unlearned(start)).then(|| start.clone()),
        };
        on_backward(&out, move |upstream, grads| {
            let given = (outputs, upstream);
            backward(self.cell, &weights, &learned, &runs, given, grads);
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
