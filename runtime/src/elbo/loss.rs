//! The training loss.

use dfdx::tensor::{Gradients, Merge, OwnedTape, PutTape, SplitTape, Tensor, Trace};
use dfdx::tensor_ops::Backward;

use super::evaluation::SiteMean;
use crate::Device;
use crate::run_state::Step;
use crate::tape::Recording;
use crate::var::{Var, untaped};

/// A training loss: the negative objective, in nats per row, with its recording.
#[derive(Debug)]
pub struct Loss {
    value: Tensor<(), f32, Device>,
    tape: Recording,
    sites: Vec<SiteMean>,
    /// The steps, one for each run, that end with this loss.
    steps: Vec<Step>,
}

impl Loss {
    pub(super) fn new(value: &Var<()>, tape: Recording, sites: Vec<SiteMean>, step: Step) -> Self {
        Self {
            sites,
            steps: vec![step],
            ..Self::recorded(value, tape)
        }
    }

    /// A loss of one's own, [recorded](crate::tape::record): it has no sites, and ends no step.
    ///
    /// ```
    /// use elbow::elbo::Loss;
    /// use elbow::prelude::*;
    /// use elbow::tape::record;
    /// use elbow::train::Adam;
    ///
    /// let mut layer = Device::default().build_module::<Linear<2, 1>, f32>();
    /// let x = batch::<(usize, Const<2>)>(vec![1.0, 2.0])?;
    /// let mut adam = Adam::new(0.1);
    /// let first = layer.forward(x.clone()).as_vec()[0];
    /// for _ in 0..200 {
    ///     let (loss, tape) = record(|| (layer.forward(x.retaped()) - 5.0).square().sum::<Rank0, _>());
    ///     adam.descend(&mut layer, Loss::recorded(&loss, tape))?;
    /// }
    /// assert!((layer.forward(x).as_vec()[0] - 5.0).abs() < 0.1, "from {first}");
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn recorded(value: &Var<()>, tape: Recording) -> Self {
        Self {
            value: untaped(value),
            tape,
            sites: Vec::new(),
            steps: Vec::new(),
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

    /// The sum of the terms with weight 1 on the divergence, whatever the objective makes of them. With a relaxed site this
    /// is a surrogate: [`Elbo::evaluate`](super::Elbo::evaluate) tells the truth.
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

    /// The gradients of everything that the loss depends on, for an optimiser. This ends the step of
    /// the model's [run](crate::RunState).
    pub fn backward(self) -> Gradients<f32, Device> {
        self.into_tensor().backward()
    }

    /// The gradients, without ending a step: nothing is descended.
    pub(crate) fn probed(self) -> Gradients<f32, Device> {
        self.value.put_tape(self.tape).backward()
    }

    /// The same, added to these, which hold a zero wherever they hold something.
    pub(crate) fn backward_into(self, gradients: Gradients<f32, Device>) -> Gradients<f32, Device> {
        self.steps.iter().for_each(Step::end);
        let (value, seeded) = self.value.traced(gradients).split_tape();
        value.put_tape(seeded.merge(self.tape)).backward()
    }

    /// The loss as a dfdx tensor with its tape, to go on with it. This ends the step, as
    /// [`backward`](Self::backward) does.
    pub fn into_tensor(self) -> Taped {
        self.steps.iter().for_each(Step::end);
        self.value.put_tape(self.tape)
    }

    /// The same loss after some arithmetic.
    fn after(self, arithmetic: impl FnOnce(Taped) -> Taped) -> Self {
        let (value, tape) = arithmetic(self.value.put_tape(self.tape)).split_tape();
        Self {
            value,
            tape,
            ..self
        }
    }
}

type Taped = Tensor<(), f32, Device, OwnedTape<f32, Device>>;

/// Two losses at once, as of labelled and unlabelled data.
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
        let other = other.value.put_tape(other.tape);
        self.after(|own| own + other)
    }
}

/// A loss with a weight. The means of its sites stay as they are.
impl std::ops::Mul<f32> for Loss {
    type Output = Loss;
    fn mul(self, weight: f32) -> Loss {
        self.after(|own| own * weight)
    }
}
