//! Sites with given values: observations of an inference program.

use super::Pass;
use crate::distribution::{Distribution, Observation};
use crate::error::Error;
use crate::program::explain::Choice;
use crate::program::handlers::{Notes, Then};
use crate::program::ledger::Term;
use crate::program::row_tree::Branch;
use crate::support::Support;
use crate::tensor::{Batch, Event, Flat, Rows, Value};

impl Pass {
    /// Scores what is observed of a site. In a run for predictions, returns its mean.
    ///
    /// # Errors
    /// Fails if an observation is outside the family's support, if a parameter is out of its domain, if a part of an event is missing
    /// that the family scores as a whole, or if a mean is wanted and the family has none.
    pub fn observe<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Option<Batch<P::Event>>, Error> {
        let branch = self.rows.branch(self.sites[site].parents);
        if let Then::Means = self.handler.then {
            self.scored(site, branch, p, value, |_| Ok(()))?;
            let mean = self.predicted(site, p, branch)?;
            // The steps of a site are put back in the order of the data together.
            let is_step = self.sites[site].step.is_some();
            return Ok(Some(if is_step { mean } else { self.restored(mean) }));
        }
        let rows = self.log_likelihood(site, branch, p, value)?;
        if self.handler.notes == Notes::Choices {
            let has_gaps = self.masks.of(value.flat()).is_some();
            let statement = self.sites[site].statement;
            self.records[site].choice = Some(Choice::observed::<P>(statement, has_gaps));
        }
        self.enter_observed(site, branch, rows);
        Ok(None)
    }

    /// The log-likelihood of each row.
    ///
    /// # Errors
    /// As [`observe`](Self::observe).
    pub(super) fn log_likelihood<P: Distribution>(
        &self,
        site: usize,
        branch: Branch,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Rows, Error> {
        self.scored(site, branch, p, value, |partly| {
            value.note_unlearned();
            match partly {
                None => Ok(p.log_prob(value)),
                Some(partly) => self.partly_scored(site, p, &partly),
            }
        })
    }

    /// Checks a value, and scores it.
    fn scored<P: Distribution, T>(
        &self,
        site: usize,
        branch: Branch,
        p: &P,
        value: &Value<P::Event>,
        score: impl FnOnce(Option<Observation<'_, P::Event>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.check(site, branch, p)?;
        match self.masks.of(value.flat()) {
            None => {
                self.check_support::<P>(site, value)?;
                score(None)
            }
            Some(observed) => score(Some(self.partly::<P>(site, value, &observed)?)),
        }
    }

    /// Enters the log-likelihood of an observed site.
    pub(super) fn enter_observed(&mut self, site: usize, branch: Branch, rows: Rows) {
        self.ledger.enter(Term {
            site: self.sites[site].statement,
            step: self.sites[site].step,
            is_divergence: false,
            rows: self.in_all_rows(site, rows),
            place: site,
            branch,
        });
    }

    /// A value with gaps, checked.
    ///
    /// # Errors
    /// Returns the first event that is missing in part at a family of whole events, or the first value that is outside the support.
    pub(super) fn partly<'m, P: Distribution>(
        &self,
        site: usize,
        value: &Value<P::Event>,
        observed: &'m Flat,
    ) -> Result<Observation<'m, P::Event>, Error> {
        let elements = P::Event::ELEMENTS;
        let partly = Observation::of::<P>(value, observed).map_err(|at| Error::InPart {
            site: self.sites[site].name,
            row: self
                .rows
                .data_row(at / elements, P::Event::rows(value.shape())),
            element: at % elements,
            family: P::FAMILY,
        })?;
        match partly.first_outside::<P>() {
            None => Ok(partly),
            Some(at) => Err(self.outside::<P>(site, value, at)),
        }
    }

    /// # Errors
    /// Fails if the family counts what is missing, though it says that it does not.
    pub(super) fn partly_scored<P: Distribution>(
        &self,
        site: usize,
        p: &P,
        partly: &Observation<'_, P::Event>,
    ) -> Result<Rows, Error> {
        partly.log_prob(p).ok_or(Error::GapsCount {
            site: self.sites[site].name,
            family: P::FAMILY,
        })
    }

    /// # Errors
    /// Returns the first value that is outside the family's support.
    pub(super) fn check_support<P: Distribution>(
        &self,
        site: usize,
        value: &Value<P::Event>,
    ) -> Result<(), Error> {
        match P::Support::first_outside(value.values(), P::Event::LAST) {
            None => Ok(()),
            Some(at) => Err(self.outside::<P>(site, value, at)),
        }
    }

    /// The error of element number `at`, which is outside the family's support.
    fn outside<P: Distribution>(&self, site: usize, value: &Value<P::Event>, at: usize) -> Error {
        let found = value.values()[at];
        Error::Observation {
            site: self.sites[site].name,
            row: self
                .rows
                .data_row(at / P::Event::ELEMENTS, P::Event::rows(value.shape())),
            element: at % P::Event::ELEMENTS,
            value: found,
            family: P::FAMILY,
            expected: P::Support::description(),
            advice: P::Support::advice(found),
        }
    }
}
