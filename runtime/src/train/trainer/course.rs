//! The loop over the steps, which knows no model: it is compiled once.

use std::ops::ControlFlow;
use std::path::Path;

use super::Notes;
use super::folder::{Folder, check_notes};
use super::plan::Plan;
use super::progress::Progress;
use crate::error::Error;
use crate::objective::Loss;
use crate::train::batches::Minibatch;
use crate::train::record::Record;
use crate::train::snapshot::Snapshot;
use crate::train::{Adam, checkpoint};

/// What a training did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trained {
    /// The steps taken, those before a run was resumed included.
    pub steps: u64,
    /// Why it ended.
    pub end: End,
    /// The best validation.
    pub best: Option<Best>,
    /// The steps after which there was a validation, those before a run was resumed left out.
    pub validations: Vec<Record>,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It took all its steps.
    Complete,
    /// Its validations did not become better for as long as its patience lasts.
    NoBetter,
    /// A callback asked for it.
    Asked,
}

/// The best validation of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The steps before it.
    pub steps: u64,
    /// Its number, smoothed if the training smooths.
    pub value: f64,
}

/// What the loop does with a model.
pub(super) trait Task {
    fn loss(&mut self, rows: &Minibatch) -> Result<Loss, Error>;
    fn step(&mut self, loss: Loss) -> Result<(), Error>;
    fn adam(&mut self) -> Option<&mut Adam>;
    fn validates(&self) -> bool;
    fn validate(&mut self) -> Option<Result<f64, Error>>;
    fn tell(&mut self, record: &Record) -> Result<ControlFlow<()>, Error>;
    fn save(&mut self, path: &Path, notes: [&Notes; 2]) -> Result<(), Error>;
    fn load(&mut self, path: &Path) -> Result<[Notes; 2], Error>;
    fn load_parameters(&mut self, path: &Path) -> Result<(), Error>;
    fn snapshot(&self) -> Snapshot;
    fn restore(&mut self, snapshot: &Snapshot);
}

/// Trains.
///
/// # Errors
/// As [`Trainer::run`](super::Trainer::run).
pub(super) fn run(plan: Plan, task: &mut dyn Task) -> Result<Trained, Error> {
    let saves = task.adam().is_some();
    plan.check(task.validates(), saves)?;
    let folder = plan.folder.as_deref().map(Folder::take).transpose()?;
    let mut course = Course {
        plan,
        task,
        folder,
        progress: Progress::default(),
        best: None,
        saved_at: None,
        validations: Vec::new(),
    };
    course.resume()?;
    let end = course.take_steps();
    let end = end.map_err(|error| course.with_checkpoint(error))?;
    course.finish(end)
}

struct Course<'t> {
    plan: Plan,
    task: &'t mut dyn Task,
    folder: Option<Folder>,
    progress: Progress,
    /// The model at its best validation, if it is to be returned.
    best: Option<Snapshot>,
    /// The steps before the last checkpoint of this run, or of the one that it resumes.
    saved_at: Option<u64>,
    validations: Vec<Record>,
}

impl Course<'_> {
    fn resume(&mut self) -> Result<(), Error> {
        let Some(folder) = self.folder.as_ref().filter(|_| self.plan.resumes) else {
            return Ok(());
        };
        let path = folder.latest();
        if !path.exists() {
            return Ok(());
        }
        // Nothing is loaded of another run.
        check_notes(&path, &self.plan.notes, &checkpoint::notes(&path)?)?;
        let [_, kept] = self.task.load(&path)?;
        self.progress = Progress::from(&kept).ok_or_else(|| Error::Checkpoint {
            path,
            problem: "was not left by a `Trainer`: load it by `checkpoint::load`".to_owned(),
        })?;
        self.saved_at = Some(self.progress.steps);
        Ok(())
    }

    fn take_steps(&mut self) -> Result<End, Error> {
        let total = self.plan.total();
        while self.progress.steps < total {
            if let ControlFlow::Break(end) = self.take_step(total)? {
                self.save_latest()?;
                return Ok(end);
            }
        }
        self.save_latest()?;
        Ok(End::Complete)
    }

    fn take_step(&mut self, total: u64) -> Result<ControlFlow<End>, Error> {
        let step = self.progress.steps;
        let rows = match &mut self.plan.batches {
            Some(batches) => batches.at(step),
            None => Minibatch::without_rows(step),
        };
        let loss = self.task.loss(&rows)?;
        let mut record = Record {
            steps: step + 1,
            of: total,
            epoch: rows.epoch(),
            loss: loss.value(),
            elbo: loss.elbo(),
            kl: loss.kl(),
            log_likelihood: loss.log_likelihood(),
            learning_rate: self.task.adam().map(|adam| adam.learning_rate()),
            validation: None,
            is_best: false,
        };
        self.task.step(loss)?;
        self.progress.steps += 1;
        let is_over = self.validate(&mut record)?;
        if record.validation.is_some() {
            self.validations.push(record.clone());
        }
        let is_asked = self.task.tell(&record)?.is_break();
        if record.validation.is_some() || record.steps.is_multiple_of(self.plan.save_every) {
            self.save_latest()?;
        }
        Ok(match (is_over, is_asked) {
            (true, _) => ControlFlow::Break(End::NoBetter),
            (_, true) => ControlFlow::Break(End::Asked),
            _ => ControlFlow::Continue(()),
        })
    }

    /// Validates if it is time. Returns whether the training is over.
    fn validate(&mut self, record: &mut Record) -> Result<bool, Error> {
        if !self.plan.is_validation(record.steps) {
            return Ok(false);
        }
        let Some(value) = self.task.validate() else {
            return Ok(false);
        };
        let value = value?;
        if !value.is_finite() {
            return Err(Error::Validation {
                step: record.steps,
                value,
            });
        }
        let verdict = self.progress.validated(value, &self.plan);
        (record.validation, record.is_best) = (Some(value), verdict.is_best);
        if let (true, Some((_, factor)), Some(adam)) =
            (verdict.reduces, self.plan.plateau, self.task.adam())
        {
            adam.scale_learning_rate(factor);
        }
        if verdict.is_best {
            if let Some(path) = self.folder.as_ref().map(Folder::best) {
                self.save(&path)?;
            }
            if self.plan.returns_best {
                self.best = Some(self.task.snapshot());
            }
        }
        Ok(verdict.ends)
    }

    fn save_latest(&mut self) -> Result<(), Error> {
        let is_saved = self.saved_at == Some(self.progress.steps);
        let folder = self.folder.as_ref().filter(|_| !is_saved);
        let Some(path) = folder.map(Folder::latest) else {
            return Ok(());
        };
        self.save(&path)?;
        self.saved_at = Some(self.progress.steps);
        Ok(())
    }

    fn save(&mut self, path: &Path) -> Result<(), Error> {
        let kept = self.progress.kept();
        self.task.save(path, [&self.plan.notes, &kept])
    }

    /// Gives the model its best numbers, if asked to.
    fn finish(self, end: End) -> Result<Trained, Error> {
        let Self {
            plan,
            task,
            folder,
            progress,
            best,
            validations,
            ..
        } = self;
        if plan.returns_best && progress.best.is_some() {
            match (&best, &folder) {
                (Some(snapshot), _) => task.restore(snapshot),
                // Of a run that was resumed since.
                (None, Some(folder)) => task.load_parameters(&folder.best())?,
                (None, None) => {}
            }
        }
        Ok(Trained {
            steps: progress.steps,
            end,
            best: progress.best,
            validations,
        })
    }

    /// The error with the last checkpoint, if there is one.
    fn with_checkpoint(&self, error: Error) -> Error {
        let folder = self.folder.as_ref().filter(|_| self.saved_at.is_some());
        match folder {
            None => error,
            Some(folder) => Error::Stopped {
                steps: self.progress.steps,
                checkpoint: folder.latest(),
                source: Box::new(error),
            },
        }
    }
}
