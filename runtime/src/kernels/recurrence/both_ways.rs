//! All parts of a recurrent layer, forward and backward. Two threads share them.

use super::Weights;
use super::cell::Cell;
use super::rows::add;
use super::run::{Flows, Outputs, Run, Values};
use crate::tensor::parts::share;
use crate::tensor::{Flat, Grads};

/// Computes the states of all parts from the inputs.
pub(super) fn forward(
    cell: &dyn Cell,
    weights: &[Weights],
    x: &Flat,
    runs: impl IntoIterator<Item = Run>,
) -> Vec<Run> {
    let (values, weights) = (x.values(), values(weights));
    let runs = runs.into_iter();
    let mut jobs: Vec<_> = runs.map(|run| (run.gates(cell), run)).collect();
    share(jobs.iter_mut(), |(gates, run)| {
        run.forward(cell, values, weights[run.direction()], gates);
    });
    jobs.into_iter().map(|(_, run)| run).collect()
}

/// What gets a gradient besides the weights.
pub(super) struct Learned {
    /// The inputs, if they are not data.
    pub(super) inputs: Option<Flat>,
    /// The states before the first step, if they are neither zero nor data.
    pub(super) start: Option<Flat>,
}

/// Adds the gradients by the weights, and by what else gets one.
pub(super) fn backward(
    cell: &dyn Cell,
    weights: &[Weights],
    learned: &Learned,
    runs: &[Run],
    (outputs, upstream): (Outputs, &[f32]),
    grads: &mut Grads<'_>,
) {
    let (values, is_data) = (values(weights), learned.inputs.is_none());
    let flows = |run: &Run| run.flows(cell, values[run.direction()], is_data);
    let mut jobs: Vec<(Flows, &Run)> = runs.iter().map(|run| (flows(run), run)).collect();
    share(jobs.iter_mut(), |(flows, run)| {
        let weights = values[run.direction()];
        run.backward(cell, weights, (outputs, upstream), flows);
    });
    for (flows, run) in &jobs {
        let weights = weights[run.direction()].all();
        for (weight, flow) in weights.into_iter().zip(flows.to_weights()) {
            add(grads.buffer(weight), flow);
        }
        if let Some(inputs) = &learned.inputs {
            run.add_to_inputs(flows, grads.buffer(inputs));
        }
        if let Some(start) = &learned.start {
            run.add_to_start(flows, grads.buffer(start));
        }
    }
}

fn values(weights: &[Weights]) -> Vec<Values<'_>> {
    weights.iter().map(Weights::values).collect()
}
