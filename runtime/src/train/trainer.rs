//! A training loop: batches, validation, early stopping, checkpoints.

mod course;
mod folder;
mod plan;
mod progress;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::batches::{Batches, Minibatch};
use super::descend::Descend;
use super::record::{Callback, Record};
use super::{checkpoint, snapshot};
use crate::error::Error;
use crate::objective::{IntoLoss, Loss};
use crate::program::Model;

use course::Task;
use plan::{Length, Plan};

pub use course::{Best, End, Trained};

/// Trains a model.
///
/// The loss is a closure, so it is any objective of any program, or a weighted sum of several. It is given the model and the
/// [rows](Minibatch) of the step. A validation is a closure too. It returns a number that shall become greater, such as an ELBO of
/// held-out rows.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::train::{End, Trainer};
///
/// model! {
///     /// Pairs of numbers about a hidden one.
///     pub struct Vae { encoder: Linear<2, 1>, decoder: Linear<1, 2> }
///     generative p {
///         sample z: [1] ~ Normal::new(0.0, 1.0);
///         sample x: [2] ~ Normal::new(decoder(z), 1.0);
///     }
///     inference q(x) { sample z ~ Normal::new(encoder(x), 0.5); }
/// }
///
/// let numbers = |rows: usize| (0..2 * rows).map(|i| (i / 2) as f32 % 5.0 - 2.0).collect();
/// let (train, valid): (Batch<(Const<2>,)>, _) = (batch(numbers(200))?, batch(numbers(50))?);
/// let (mut vae, mut adam, elbo) = (Vae::new(0), Adam::new(0.02), Elbo::default());
/// let before = elbo.evaluate(&vae.q(&valid))?.elbo;
/// let trained = Trainer::new(&mut vae, &mut adam)
///     .batches(200, 50, 7)
///     .epochs(30)
///     .validate(|vae| Ok(elbo.evaluate(&vae.q(&valid))?.elbo))
///     .patience(10)
///     .run(|vae, rows| elbo.loss(&vae.q(&minibatch(&train, rows)?)))?;
/// assert!(trained.best.is_some_and(|best| best.value > before));
/// assert!(trained.steps == 120 || trained.end == End::NoBetter);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// With [`save_in`](Self::save_in) a run leaves checkpoints, and [`resume`](Self::resume) goes on from the last one: after the same number of
/// steps the model has the same bits as that of a run which was never interrupted.
pub struct Trainer<'a, M> {
    model: &'a mut M,
    optimiser: &'a mut dyn Descend<M>,
    plan: Plan,
    validate: Option<Box<Validate<'a, M>>>,
    callbacks: Vec<Box<dyn Callback<M> + 'a>>,
}

type Validate<'a, M> = dyn FnMut(&M) -> Result<f64, Error> + 'a;

impl<'a, M: Model> Trainer<'a, M> {
    /// Trains this model by [`Adam`](super::Adam), or by an optimiser [of dfdx](super::OfDfdx).
    pub fn new(model: &'a mut M, optimiser: &'a mut dyn Descend<M>) -> Self {
        Self {
            model,
            optimiser,
            plan: Plan::default(),
            validate: None,
            callbacks: Vec::new(),
        }
    }

    /// Takes shuffled [batches](Batches) of `size` out of `rows` rows, in an order by `seed`. Without this, the loss is given no rows.
    pub fn batches(mut self, rows: usize, size: usize, seed: u64) -> Self {
        self.plan.batches = Some(Batches::new(rows, size, seed));
        self
    }

    /// Trains for this many steps, those of the run that is [resumed](Self::resume) included.
    pub fn steps(mut self, steps: u64) -> Self {
        self.plan.length = Length::Steps(steps);
        self
    }

    /// Trains for this many passes over the rows. Needs [`batches`](Self::batches).
    pub fn epochs(mut self, epochs: u64) -> Self {
        self.plan.length = Length::Epochs(epochs);
        self
    }

    /// Asks for a number after every epoch, and at the end. The greater it is, the better.
    pub fn validate(mut self, validate: impl FnMut(&M) -> Result<f64, Error> + 'a) -> Self {
        self.validate = Some(Box::new(validate));
        self
    }

    /// Validates after every `steps` steps, instead of every epoch. At least 1.
    pub fn validate_every(mut self, steps: u64) -> Self {
        self.plan.validate_every = Some(steps);
        self
    }

    /// Compares running means of the validations, of which each keeps this share of the one before: at least 0 and less than 1.
    pub fn smoothing(mut self, share: f64) -> Self {
        self.plan.smoothing = share;
        self
    }

    /// Ends the training when this many validations in a row are not better than the best. At least 1.
    pub fn patience(mut self, validations: u64) -> Self {
        self.plan.patience = Some(validations);
        self
    }

    /// Multiplies Adam's learning rate by `factor`, between 0 and 1, whenever `validations` validations in a row are not better than the best.
    pub fn reduce_on_plateau(mut self, validations: u64, factor: f32) -> Self {
        self.plan.plateau = Some((validations, factor));
        self
    }

    /// At the end, gives the model the parameters that it had at its best validation.
    pub fn return_best(mut self) -> Self {
        self.plan.returns_best = true;
        self
    }

    /// Leaves checkpoints in a folder: `latest.safetensors` after every validation, every 1,000 steps and at the end, and `best.safetensors`
    /// after the best validation. The folder is made if it is not there, and [locked](super::FolderLock) while the run lasts.
    pub fn save_in(mut self, folder: impl AsRef<Path>) -> Self {
        self.plan.folder = Some(PathBuf::from(folder.as_ref()));
        self
    }

    /// Saves `latest.safetensors` after every `steps` steps, instead of every 1,000. At least 1.
    pub fn save_every(mut self, steps: u64) -> Self {
        self.plan.save_every = steps;
        self
    }

    /// Keeps a note in the checkpoints. If a run that is resumed has another, it is refused: so a fingerprint of the data or a setting is kept
    /// from changing unnoticed.
    pub fn note(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.plan.notes.insert(name.into(), text.into());
        self
    }

    /// Goes on from `latest.safetensors`, if it is in the folder.
    pub fn resume(mut self) -> Self {
        self.plan.resumes = true;
        self
    }

    /// Calls a closure after every step. `ControlFlow::Break(())` ends the training.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # model! {
    /// #     struct Pair { loc: Parameter<Rank0> }
    /// #     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
    /// #     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
    /// # }
    /// use std::ops::ControlFlow;
    ///
    /// use elbow::train::Trainer;
    ///
    /// # let (mut pair, x) = (Pair::new(0), batch(vec![1.0; 4])?);
    /// let trained = Trainer::new(&mut pair, &mut Adam::new(0.1))
    ///     .steps(100)
    ///     .each_step(|record, _| match record.steps {
    ///         30 => Ok(ControlFlow::Break(())),
    ///         _ => Ok(ControlFlow::Continue(())),
    ///     })
    ///     .run(|pair, _| Elbo::default().loss(&pair.q(&x)))?;
    /// assert_eq!(trained.steps, 30);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn each_step(
        self,
        call: impl FnMut(&Record, &M) -> Result<ControlFlow<()>, Error> + 'a,
    ) -> Self {
        self.tell(call)
    }

    /// Tells somebody of every step, such as a [`Log`](super::Log).
    pub fn tell(mut self, callback: impl Callback<M> + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Trains.
    ///
    /// # Errors
    /// Fails if a setting is out of its range, if a file cannot be read or written, or if the loss, a gradient or the validation is not finite. If there is a
    /// checkpoint by then, the error names it.
    pub fn run<L: IntoLoss>(
        self,
        mut loss: impl FnMut(&M, &Minibatch) -> L,
    ) -> Result<Trained, Error> {
        let mut loss = |model: &M, rows: &Minibatch| loss(model, rows).into_loss();
        let mut task = Parts {
            model: self.model,
            optimiser: self.optimiser,
            validate: self.validate,
            callbacks: self.callbacks,
            loss: &mut loss,
        };
        course::run(self.plan, &mut task)
    }
}

/// What a training is made of, for the loop that knows no model.
struct Parts<'a, 'l, M> {
    model: &'a mut M,
    optimiser: &'a mut dyn Descend<M>,
    validate: Option<Box<Validate<'a, M>>>,
    callbacks: Vec<Box<dyn Callback<M> + 'a>>,
    loss: &'l mut dyn FnMut(&M, &Minibatch) -> Result<Loss, Error>,
}

type Notes = BTreeMap<String, String>;

impl<M: Model> Task for Parts<'_, '_, M> {
    fn loss(&mut self, rows: &Minibatch) -> Result<Loss, Error> {
        (self.loss)(self.model, rows)
    }

    fn step(&mut self, loss: Loss) -> Result<(), Error> {
        self.optimiser.take_step(self.model, loss)
    }

    fn adam(&mut self) -> Option<&mut super::Adam> {
        self.optimiser.adam()
    }

    fn validates(&self) -> bool {
        self.validate.is_some()
    }

    fn validate(&mut self) -> Option<Result<f64, Error>> {
        self.validate.as_mut().map(|validate| validate(self.model))
    }

    fn tell(&mut self, record: &Record) -> Result<ControlFlow<()>, Error> {
        let mut flow = ControlFlow::Continue(());
        for callback in &mut self.callbacks {
            if callback.after_step(record, self.model)?.is_break() {
                flow = ControlFlow::Break(());
            }
        }
        Ok(flow)
    }

    fn save(&mut self, path: &Path, notes: [&Notes; 2]) -> Result<(), Error> {
        match self.optimiser.adam() {
            Some(adam) => checkpoint::save_run(path, self.model, adam, notes),
            None => Ok(()),
        }
    }

    fn load(&mut self, path: &Path) -> Result<[Notes; 2], Error> {
        match self.optimiser.adam() {
            Some(adam) => checkpoint::load_run(path, self.model, adam),
            None => Ok(Default::default()),
        }
    }

    fn load_parameters(&mut self, path: &Path) -> Result<(), Error> {
        checkpoint::load_parameters(path, self.model)
    }

    fn snapshot(&self) -> snapshot::Snapshot {
        snapshot::Snapshot::of(self.model)
    }

    fn restore(&mut self, snapshot: &snapshot::Snapshot) {
        snapshot.give_to(self.model);
    }
}
