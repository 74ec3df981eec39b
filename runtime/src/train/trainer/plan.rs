//! The settings of a training.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::train::batches::Batches;

/// How long a training lasts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    Steps(u64),
    Epochs(u64),
}

/// The settings of a training.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) batches: Option<Batches>,
    pub(super) length: Length,
    pub(super) validate_every: Option<u64>,
    pub(super) smoothing: f64,
    pub(super) patience: Option<u64>,
    /// After how many validations that are no better the learning rate is multiplied, and by what.
    pub(super) plateau: Option<(u64, f32)>,
    pub(super) returns_best: bool,
    pub(super) folder: Option<PathBuf>,
    pub(super) save_every: u64,
    pub(super) notes: BTreeMap<String, String>,
    pub(super) resumes: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            batches: None,
            length: Length::Steps(1000),
            validate_every: None,
            smoothing: 0.0,
            patience: None,
            plateau: None,
            returns_best: false,
            folder: None,
            save_every: 1000,
            notes: BTreeMap::new(),
            resumes: false,
        }
    }
}

impl Plan {
    /// The steps of an epoch. Without batches there are no epochs.
    pub(super) fn per_epoch(&self) -> Option<u64> {
        self.batches.as_ref().map(Batches::per_epoch)
    }

    /// The steps of the whole training.
    pub(super) fn total(&self) -> u64 {
        match self.length {
            Length::Steps(steps) => steps,
            Length::Epochs(epochs) => epochs.saturating_mul(self.per_epoch().unwrap_or(1)),
        }
    }

    /// Whether a validation is due after this many steps.
    pub(super) fn is_validation(&self, steps: u64) -> bool {
        let every = self.validate_every.or(self.per_epoch()).unwrap_or(1000);
        steps.is_multiple_of(every) || steps == self.total()
    }

    /// Checks the settings, for a training that validates, and whose optimiser can be saved.
    ///
    /// # Errors
    /// Returns the first setting that is out of its range, or that another one needs.
    pub(super) fn check(&self, validates: bool, saves: bool) -> Result<(), Error> {
        self.check_needs(validates, saves)?;
        let (plateau, factor) = match self.plateau {
            Some((validations, factor)) => (Some(validations), factor),
            None => (None, 0.5),
        };
        let counts = [
            ("the steps between validations", self.validate_every),
            ("the steps between checkpoints", Some(self.save_every)),
            ("the patience", self.patience),
            ("the validations of a plateau", plateau),
        ];
        for (setting, count) in counts {
            within(setting, count != Some(0), 0.0, "at least 1")?;
        }
        let share = self.smoothing;
        within(
            "the smoothing of validations",
            (0.0..1.0).contains(&share),
            share,
            "at least 0 and less than 1",
        )?;
        within(
            "the factor of `reduce_on_plateau`",
            factor > 0.0 && factor < 1.0,
            factor.into(),
            "between 0 and 1",
        )
    }

    fn check_needs(&self, validates: bool, saves: bool) -> Result<(), Error> {
        let compares = self.patience.is_some() || self.plateau.is_some() || self.returns_best;
        let epochs = matches!(self.length, Length::Epochs(_));
        let own = self.folder.is_some() || self.plateau.is_some();
        let needs = [
            (
                epochs && self.batches.is_none(),
                "a training by `epochs` needs rows",
                "write `batches(rows, size, seed)`, or `steps` for `epochs`",
            ),
            (
                compares && !validates,
                "`patience`, `reduce_on_plateau` and `return_best` compare validations",
                "write `validate(…)`",
            ),
            (
                own && !saves,
                "the state of an optimiser of dfdx can be neither saved nor changed",
                "train by elbow's `Adam`, or leave `save_in` and `reduce_on_plateau` away",
            ),
            (
                self.resumes && self.folder.is_none(),
                "a training is resumed from its folder",
                "write `save_in(folder)`",
            ),
        ];
        match needs.into_iter().find(|(is_missing, ..)| *is_missing) {
            Some((_, needs, instead)) => Err(Error::Training { needs, instead }),
            None => Ok(()),
        }
    }
}

fn within(
    setting: &'static str,
    is_sound: bool,
    value: f64,
    expected: &'static str,
) -> Result<(), Error> {
    match is_sound {
        true => Ok(()),
        false => Err(Error::Setting {
            setting,
            value,
            expected,
        }),
    }
}
