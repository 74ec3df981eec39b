//! Purposes of a run, each a handler. It says what the run does at a latent site, and in the generative model.
//!
//! A handler is data, not a type of its own: a model's statements are compiled once for all purposes.

mod evaluate;
mod explain;
mod marginal;
mod predict;
mod sample;
mod summary;
mod train;

use crate::estimator::{Scoring, Settings};

pub(super) use explain::Families;

/// What a run does at its sites.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    /// How latent sites are drawn.
    pub(super) draws: Draws,
    /// What follows the inference model.
    pub(super) then: Then,
    /// What is noted at a latent site.
    pub(super) notes: Notes,
}

/// How latent sites are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Draws {
    /// As the plans of their estimators say.
    Planned(Settings),
    /// As the model declares them. The states of a site are listed if its estimator lists them.
    Declared(Settings),
    /// As the model declares them.
    Plain,
    /// Not at all: each has its mean.
    Means,
    /// Not at all: each has its mode.
    Modes,
    /// Not at all: each has its mean, and what its guide says of it is noted.
    Summaries,
    /// On the way to the probabilities of a site.
    Toward {
        /// The site.
        site: usize,
        /// Whether a site that cannot be listed is drawn.
        by_draws: bool,
    },
}

/// What follows the inference model.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// Nothing: only draws are wanted.
    Stop,
    /// Every site is scored.
    Score(Scores),
    /// Observed sites give their means.
    Means,
}

/// How a latent site is scored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scores {
    /// As the objective and the plan say.
    Trained(Scoring),
    /// By the densities at the draw, or in closed form if that is valid.
    Bound,
    /// By the densities at the draw: the log-weight.
    Weight,
}

/// What is noted at a latent site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notes {
    /// Nothing.
    None,
    /// The choice, and its reason.
    Choices,
    /// The log-density of the guide at its draw.
    Densities,
    /// What the draw tells of the data, unit by unit.
    Units,
}

impl Scores {
    /// Whether they are parts of a log-weight.
    pub(super) fn are_of_weights(self) -> bool {
        matches!(self, Self::Weight | Self::Trained(Scoring::Weights { .. }))
    }
}

impl Handler {
    const fn new(draws: Draws, then: Then) -> Self {
        let notes = Notes::None;
        Self { draws, then, notes }
    }

    /// The settings for the estimators, if the run asks them.
    pub(super) fn settings(&self) -> Option<Settings> {
        match self.draws {
            Draws::Planned(settings) | Draws::Declared(settings) => Some(settings),
            Draws::Plain
            | Draws::Means
            | Draws::Modes
            | Draws::Summaries
            | Draws::Toward { .. } => None,
        }
    }

    /// How the training objective scores the sites, if the run trains.
    pub(super) fn scoring(&self) -> Option<Scoring> {
        match self.then {
            Then::Score(Scores::Trained(scoring)) => Some(scoring),
            _ => None,
        }
    }

    /// Whether only draws are wanted.
    pub(super) fn stops_at_latents(&self) -> bool {
        matches!(self.then, Then::Stop)
    }

    /// Whether values are wanted, and not only terms.
    pub(super) fn keeps_values(&self) -> bool {
        !matches!(self.then, Then::Score(_))
    }
}
