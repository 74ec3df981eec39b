//! A network that makes the value of a variable of the one before, step by step, while all else of a loop runs at once.

use super::carried::Ragged;
use super::steps::Chunk;
use crate::nn::Sequential;

/// A network, what it reads at some steps, and the value before the first of them.
#[derive(Debug)]
pub struct Scan<'a, N, X, S> {
    network: &'a N,
    /// Of all steps, one after another.
    input: X,
    start: S,
    steps: &'a Chunk,
}

impl<'a, N, X: Ragged, S: Ragged> Scan<'a, N, X, S> {
    /// `input` has the rows of all steps, and `start` those of the first.
    pub fn new(network: &'a N, input: X, start: S, steps: &'a Chunk) -> Self {
        let (all, first) = (steps.rows(), steps.running()[0]);
        let factor = input.factor(all).max(start.factor(first));
        Self {
            network,
            input: input.widened(all, factor),
            start: start.widened(first, factor),
            steps,
        }
    }

    /// The values after all steps, one step after another. `one` makes those after a step of its input and the values before it.
    fn one_by_one(&self, one: impl Fn(X, S) -> S) -> S {
        let mut own = Vec::new();
        let (mut before, mut had) = (self.start.clone(), self.steps.running()[0]);
        for (_, rows, start) in self.steps.steps() {
            let input = self.input.some(start..start + rows, self.steps.rows());
            before = one(input, before.some(0..rows, had));
            had = rows;
            own.push((rows, before.clone()));
        }
        S::join(own)
    }
}

/// Chosen for a network that has an operation for all steps.
pub trait AllSteps<X, S> {
    /// The values after each step.
    fn states(&self, one: impl Fn(X, S) -> S) -> S;
}

impl<N: Sequential<X, S>, X: Ragged, S: Ragged> AllSteps<X, S> for Scan<'_, N, X, S> {
    fn states(&self, one: impl Fn(X, S) -> S) -> S {
        if self.steps.is_alone() {
            return self.one_by_one(one);
        }
        let factor = self.start.factor(self.steps.running()[0]);
        let rows = self.steps.running().iter().map(|rows| rows * factor);
        let (input, start) = (self.input.clone(), self.start.clone());
        self.network.states(input, start, &rows.collect::<Vec<_>>())
    }
}

/// Chosen for every other network.
pub trait EachStep<X, S> {
    /// The values after each step.
    fn states(&self, one: impl Fn(X, S) -> S) -> S;
}

impl<N, X: Ragged, S: Ragged> EachStep<X, S> for &Scan<'_, N, X, S> {
    fn states(&self, one: impl Fn(X, S) -> S) -> S {
        self.one_by_one(one)
    }
}
