//! How an objective draws sites: what all objectives share.

use crate::error::Error;
use crate::estimator::{Profile, RelaxedKl, Scoring, Settings};
use crate::noise::Place;
use crate::objective::Schedule;
use crate::program::check_draws;

/// How an objective draws the sites of a program. The methods of [`Objective`](super::Objective) set it.
///
/// By default there is one particle. Sites of bits and one-hot vectors are enumerated up to 64 joint states, and else drawn as
/// the [`Profile`] chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    pub(super) particles: usize,
    pub(super) temperature: Schedule,
    pub(super) relaxed_kl: RelaxedKl,
    pub(super) profile: Profile,
    pub(super) enumerate_up_to: usize,
    data_size: Option<DataSize>,
}

/// How many rows the whole data set has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum DataSize {
    /// This many.
    Rows(usize),
    /// As many as each program.
    Program,
}

impl Default for Sampling {
    fn default() -> Self {
        let Settings {
            temperature,
            relaxed_kl,
            profile,
            enumerate_up_to,
            ..
        } = Settings::default();
        Self {
            particles: 1,
            temperature: temperature.into(),
            relaxed_kl,
            profile,
            enumerate_up_to,
            data_size: None,
        }
    }
}

impl Sampling {
    /// The temperature of relaxed sites at a step.
    pub fn temperature_at(&self, step: u64) -> f32 {
        self.temperature.at(step)
    }

    /// # Errors
    /// Fails if the temperature's schedule must run out of its range.
    pub(super) fn check_temperature(&self) -> Result<(), Error> {
        self.temperature.check()
    }

    pub(super) fn set_data_size(&mut self, rows: usize) {
        self.data_size = Some(DataSize::Rows(rows));
    }

    pub(super) fn set_whole_data(&mut self) {
        self.data_size = Some(DataSize::Program);
    }

    /// The settings for estimators at a step. The rows of the whole data set are those that were set.
    pub(super) fn settings(&self, step: u64, scoring: Scoring) -> Settings {
        Settings {
            temperature: self.temperature.at(step),
            relaxed_kl: self.relaxed_kl,
            profile: self.profile,
            enumerate_up_to: self.enumerate_up_to,
            scoring,
            data_size: match self.data_size {
                Some(DataSize::Rows(rows)) => Some(rows),
                Some(DataSize::Program) | None => None,
            },
            ..Settings::default()
        }
    }

    /// The same for a program of `rows` rows, which may be the whole data set.
    pub(super) fn settings_for(&self, step: u64, scoring: Scoring, rows: usize) -> Settings {
        let settings = self.settings(step, scoring);
        Settings {
            data_size: match self.data_size {
                Some(DataSize::Program) => Some(rows),
                _ => settings.data_size,
            },
            ..settings
        }
    }

    /// The place of a training pass, which has all particles at once.
    pub(super) fn place(&self) -> Place {
        Place {
            particles: self.particles,
            ..Place::default()
        }
    }

    /// # Errors
    /// Fails if there are no particles, or too many to count.
    pub(super) fn check_particles(&self) -> Result<(), Error> {
        check_draws("the number of particles", self.particles)
    }
}
