//! What a training says of each step, and whom it tells.

use std::ops::ControlFlow;

use crate::error::Error;

/// A step of a training.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// The steps taken, this one included.
    pub steps: u64,
    /// The steps of the whole training.
    pub of: u64,
    /// The epoch of the step, counted from 0.
    pub epoch: u64,
    /// The loss, in nats a row: the negative objective.
    pub loss: f32,
    /// The [ELBO](crate::prelude::Loss::elbo) of the loss, in nats a row.
    pub elbo: f64,
    /// The divergence of the latent sites, in nats a row.
    pub kl: f64,
    /// The log-likelihood of the observed sites, in nats a row.
    pub log_likelihood: f64,
    /// The learning rate of the step. None for an optimiser of dfdx.
    pub learning_rate: Option<f32>,
    /// What the validation after the step gave, if there was one.
    pub validation: Option<f64>,
    /// Whether the validation, smoothed, is better than all before.
    pub is_best: bool,
}

/// Somebody who is told of every step, and may end the training.
///
/// Closures go to [`Trainer::each_step`](super::Trainer::each_step). A type that keeps something of its own goes to
/// [`Trainer::tell`](super::Trainer::tell).
pub trait Callback<M> {
    /// Called after every step, and after its validation.
    ///
    /// # Errors
    /// An error ends the training.
    fn after_step(&mut self, record: &Record, model: &M) -> Result<ControlFlow<()>, Error>;
}

impl<M, F> Callback<M> for F
where
    F: FnMut(&Record, &M) -> Result<ControlFlow<()>, Error>,
{
    fn after_step(&mut self, record: &Record, model: &M) -> Result<ControlFlow<()>, Error> {
        self(record, model)
    }
}
