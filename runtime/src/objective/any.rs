//! Objectives without their type.

use super::{Bound, Objective, Sampling, Terms};
use crate::error::Error;
use crate::estimator::Scoring;

/// The methods that define an [`Objective`]. Training over `&dyn AnyObjective` is compiled once, in this crate.
pub(super) trait AnyObjective {
    fn sampling(&self) -> &Sampling;
    fn scoring(&self) -> Scoring;
    fn check(&self, step: u64) -> Result<(), Error>;
    fn check_sites(&self, terms: &Terms<'_>) -> Result<(), Error>;
    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error>;
}

impl<O: Objective> AnyObjective for O {
    fn sampling(&self) -> &Sampling {
        Objective::sampling(self)
    }

    fn scoring(&self) -> Scoring {
        Objective::scoring(self)
    }

    fn check(&self, step: u64) -> Result<(), Error> {
        Objective::check(self, step)
    }

    fn check_sites(&self, terms: &Terms<'_>) -> Result<(), Error> {
        Objective::check_sites(self, terms)
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        Objective::bound(self, terms)
    }
}
