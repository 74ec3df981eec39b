//! The training loss.

use dfdx::tensor::{Gradients, OwnedTape, PutTape, Tensor};
use dfdx::tensor_ops::Backward;

use super::evaluation::SiteMean;
use crate::Device;
use crate::estimator::Objective;
use crate::program::Pass;
use crate::tape::Recording;
use crate::var::{Var, constant, untaped};

/// A training loss: the negative objective, in nats per row, with its recording.
#[derive(Debug)]
pub struct Loss {
    value: Tensor<(), f32, Device>,
    tape: Recording,
    sites: Vec<SiteMean>,
}

impl Loss {
    pub(crate) fn new(value: &Var<()>, tape: Recording, sites: Vec<SiteMean>) -> Self {
        Self {
            value: untaped(value),
            tape,
            sites,
        }
    }

    /// The loss.
    pub fn value(&self) -> f32 {
        self.value[[]]
    }

    /// The mean log-likelihood of the observed sites, by the draws that the loss used.
    pub fn log_likelihood(&self) -> f64 {
        self.sum(false)
    }

    /// The mean divergence of the latent sites, unweighted.
    pub fn kl(&self) -> f64 {
        self.sum(true)
    }

    /// The objective with weight 1 on the divergence. With a relaxed site this is a surrogate:
    /// [`Elbo::evaluate`](super::Elbo::evaluate) tells the truth.
    pub fn elbo(&self) -> f64 {
        self.log_likelihood() - self.kl()
    }

    /// The mean term of each site.
    pub fn sites(&self) -> &[SiteMean] {
        &self.sites
    }

    fn sum(&self, divergences: bool) -> f64 {
        let of_kind = self.sites.iter().filter(|s| s.is_divergence == divergences);
        of_kind.map(|s| s.mean).sum()
    }

    /// The gradients of everything that the loss depends on, for an optimiser.
    pub fn backward(self) -> Gradients<f32, Device> {
        self.into_tensor().backward()
    }

    /// The loss as a dfdx tensor with its tape, to go on with it.
    pub fn into_tensor(self) -> Tensor<(), f32, Device, OwnedTape<f32, Device>> {
        self.value.put_tape(self.tape)
    }
}

/// The loss of a pass, and each site's mean.
pub(super) fn combine(pass: &Pass, kl_weight: f32) -> (Var<()>, Vec<SiteMean>) {
    let mut loss: Var<()> = constant(vec![0.0], ());
    for term in pass.terms() {
        let mean = pass.expectation(&term.rows);
        loss = match term.is_divergence {
            true => loss + mean * kl_weight,
            false => loss - mean,
        };
    }
    if let Some(scores) = pass.scores(Objective::Sum, kl_weight) {
        loss = loss - scores;
    }
    let sites = pass.terms().iter().map(|term| SiteMean::of(pass, term));
    (loss, sites.collect())
}
