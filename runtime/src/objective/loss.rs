//! The training loss.

use std::fmt;

use crate::tensor::names::{Gradients, OwnedTape, Tensor};

use super::evaluation::SiteMean;
use crate::error::Error;
use crate::program::run_state::Step;
use crate::tensor::statistics::Statistics;
use crate::tensor::subnormal::flushed;
use crate::tensor::tape::Recording;
use crate::tensor::tape::flow::Written;
use crate::tensor::{Device, Var};

/// A training loss: the negative objective, in nats per row, with its recording.
#[derive(Debug)]
pub struct Loss {
    parts: Vec<Part>,
    sites: Vec<SiteMean>,
    /// The steps that end with this loss, one for each run.
    steps: Vec<Step>,
    statistics: Statistics,
}

/// What an optimiser's step takes: a loss, or what an objective returns, whose error is then the step's.
#[diagnostic::on_unimplemented(
    message = "a step goes down a loss, and this is none",
    label = "no loss",
    note = "help: write `let loss = Elbo::default().loss(&model.q(&x))?;` and then `adam.descend(&mut model, loss)?`, the model first"
)]
pub trait IntoLoss {
    /// The loss.
    ///
    /// # Errors
    /// With that of a loss that could not be computed.
    fn into_loss(self) -> Result<Loss, Error>;
}

#[diagnostic::do_not_recommend]
impl IntoLoss for Loss {
    fn into_loss(self) -> Result<Loss, Error> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoLoss for Result<Loss, Error> {
    fn into_loss(self) -> Result<Loss, Error> {
        self
    }
}

/// A loss that was recorded on its own, and its weight in the sum.
#[derive(Debug)]
struct Part {
    value: Var<()>,
    recording: Recording,
    weight: f32,
}

impl Loss {
    pub(super) fn new(
        value: &Var<()>,
        recording: Recording,
        sites: Vec<SiteMean>,
        step: Step,
        statistics: Statistics,
    ) -> Self {
        Self {
            sites,
            steps: vec![step],
            statistics,
            ..Self::recorded(value, recording)
        }
    }

    /// A loss that you [recorded](crate::family::record) yourself. It has no sites, and ends no step.
    ///
    /// ```
    /// use elbow::prelude::*;
    /// use elbow::family::record;
    ///
    /// let mut layer = Device::default().build_module::<Linear<2, 1>, f32>();
    /// let x = batch::<(usize, Const<2>)>(vec![1.0, 2.0])?;
    /// let mut adam = Adam::new(0.1);
    /// let first = layer.forward(Var::from(&x)).as_vec()[0];
    /// for _ in 0..200 {
    ///     let (loss, recording) = record(|| (layer.forward(Var::from(&x)) - 5.0).square().sum());
    ///     adam.descend(&mut layer, Loss::recorded(&loss, recording))?;
    /// }
    /// assert!((layer.forward(Var::from(&x)).as_vec()[0] - 5.0).abs() < 0.1, "from {first}");
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn recorded(value: &Var<()>, recording: Recording) -> Self {
        let part = Part {
            value: value.clone(),
            recording,
            weight: 1.0,
        };
        Self {
            parts: vec![part],
            sites: Vec::new(),
            steps: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// The loss.
    pub fn value(&self) -> f32 {
        let parts = self.parts.iter();
        parts.map(|part| part.weight * part.value.number()).sum()
    }

    /// The mean log-likelihood of the observed sites, for the draws that the loss used.
    pub fn log_likelihood(&self) -> f64 {
        self.sum(false)
    }

    /// The mean divergence of the latent sites, unweighted.
    pub fn kl(&self) -> f64 {
        self.sum(true)
    }

    /// The sum of the terms with weight 1 on the divergence, for every objective. With a relaxed site this is not the ELBO of the
    /// model; [`evaluate`](super::Objective::evaluate) computes that.
    pub fn elbo(&self) -> f64 {
        self.log_likelihood() - self.kl()
    }

    /// The mean term of each site.
    pub fn sites(&self) -> &[SiteMean] {
        &self.sites
    }

    /// What layers such as [`BatchNorm`](crate::prelude::BatchNorm) have learned from the batch without gradients. Only optimisers other
    /// than [`Adam`](crate::prelude::Adam) need it.
    pub fn statistics(&self) -> Statistics {
        self.statistics.clone()
    }

    fn sum(&self, divergences: bool) -> f64 {
        let of_kind = self.sites.iter().filter(|s| s.is_divergence == divergences);
        of_kind.map(|s| s.mean).sum()
    }

    /// The gradients by all tensors that the loss depends on, for an optimiser. Other tensors have none. This ends the step of the
    /// model's [run](crate::prelude::RunState).
    ///
    /// Any optimiser of dfdx takes them. It updates the parameters that the loss depends on, and returns the others, if there are
    /// any, as an error. Ignore that error if the program reads only some of the networks.
    ///
    /// ```
    /// use elbow::dfdx::optim::{Adam, OptimizerUpdateError};
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Digits of four pixels and their class.
    ///     pub struct Classes { class: Linear<4, 3>, pixels: Linear<3, 4> }
    ///     generative p {
    ///         sample y: [3] ~ OneHotCategorical::probs(1.0 / 3.0);
    ///         sample x: [4] ~ Bernoulli::logits(pixels(y));
    ///     }
    ///     inference q(x) { sample y ~ OneHotCategorical::logits(class(x)); }
    ///     inference q_labelled(x, y) {}
    /// }
    ///
    /// let mut classes = Classes::new(0);
    /// let mut adam = Adam::new(&classes, Default::default());
    /// let x: Batch<(Const<4>,)> = batch(vec![1.0, 0.0, 1.0, 1.0])?;
    /// let y: Batch<(Const<3>,)> = batch(vec![0.0, 1.0, 0.0])?;
    /// for _ in 0..10 {
    ///     let loss = Elbo::default().loss(&classes.q_labelled(&x, &y))?;
    ///     match adam.update(&mut classes, &loss.backward()) {
    ///         // `class` has no part in labelled data.
    ///         Ok(()) | Err(OptimizerUpdateError::UnusedParams(_)) => {}
    ///         Err(error) => panic!("{error:?}"),
    ///     }
    /// }
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[must_use = "gradients alone move nothing: `adam.descend(&mut model, loss)?` is a step"]
    pub fn backward(self) -> Gradients<f32, Device> {
        self.steps.iter().for_each(Step::end);
        self.probed()
    }

    /// The gradients, without ending a step, for callers that do not train.
    pub(crate) fn probed(self) -> Gradients<f32, Device> {
        let mut gradients = Gradients::leaky();
        self.flow_into(&mut gradients, Written::whatever_is_there());
        gradients
    }

    /// Computes the gradients into these buffers, and returns which of them were written. Their old numbers are not read, unless
    /// operations of dfdx [take part](Self::is_own). Then they must be zeros, and all count as written.
    pub(crate) fn backward_into(self, gradients: &mut Gradients<f32, Device>) -> Written {
        self.steps.iter().for_each(Step::end);
        let written = match self.is_own() {
            true => Written::nothing(),
            false => Written::whatever_is_there(),
        };
        self.flow_into(gradients, written)
    }

    /// Whether all recorded operations are this crate's.
    pub(crate) fn is_own(&self) -> bool {
        self.parts.iter().all(|part| part.recording.is_own())
    }

    fn flow_into(self, gradients: &mut Gradients<f32, Device>, mut written: Written) -> Written {
        let _restored = flushed();
        for part in self.parts {
            let Part {
                value,
                recording,
                weight,
            } = part;
            recording.backward_into(&value, weight, gradients, &mut written);
        }
        written
    }

    /// The loss as a dfdx tensor with its tape, for further operations. This ends the step, as [`backward`](Self::backward) does.
    pub fn into_tensor(self) -> Taped {
        self.steps.iter().for_each(Step::end);
        let parts = self.parts.into_iter();
        let parts = parts.map(|part| (part.recording, part.value, part.weight));
        Recording::into_sum(parts.collect())
    }
}

type Taped = Tensor<(), f32, Device, OwnedTape<f32, Device>>;

/// Its value.
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

/// The sum of two losses, for example of labelled and unlabelled data.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
///     inference q_both(x, z) {}
/// }
///
/// let pair = Pair::new(0);
/// let (x, z) = (batch(vec![1.0; 4])?, batch(vec![0.5; 4])?);
/// let unlabelled = Elbo::default().loss(&pair.q(&x))?;
/// let labelled = Elbo::default().loss(&pair.q_both(&x, &z))?;
/// let sum = unlabelled.value() + 10.0 * labelled.value();
/// let both = unlabelled + labelled * 10.0;
/// assert!((both.value() - sum).abs() < 1e-4);
/// let gradients = both.backward();
/// # let _ = gradients;
/// # Ok::<(), elbow::Error>(())
/// ```
impl std::ops::Add for Loss {
    type Output = Loss;
    fn add(mut self, mut other: Loss) -> Loss {
        self.sites.append(&mut other.sites);
        for step in other.steps {
            let mut own = self.steps.iter_mut();
            let alone = own.try_fold(step, |step, own| own.join(step));
            self.steps.extend(alone);
        }
        self.parts.append(&mut other.parts);
        self.statistics.append(other.statistics);
        self
    }
}

/// A loss with a weight. The means of its sites stay as they are.
impl std::ops::Mul<f32> for Loss {
    type Output = Loss;
    fn mul(mut self, weight: f32) -> Loss {
        self.parts.iter_mut().for_each(|part| part.weight *= weight);
        self
    }
}
