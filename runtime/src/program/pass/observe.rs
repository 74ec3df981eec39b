//! Sites with given values: observations of an inference program.

use super::Pass;
use crate::distribution::Distribution;
use crate::error::Error;
use crate::program::explain::Choice;
use crate::program::handlers::{Notes, Then};
use crate::program::ledger::Term;
use crate::support::Support;
use crate::tensor::{Batch, Event, Value};

impl Pass {
    /// Scores an observed site. In a run for predictions, returns its mean.
    ///
    /// # Errors
    /// Fails if an observation is outside the family's support, if a parameter is out of its domain, or if a mean is wanted and
    /// the family has none.
    pub fn observe<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Option<Batch<P::Event>>, Error> {
        let branch = self.rows.branch(self.sites[site].parents);
        self.check(site, branch, p)?;
        self.check_support::<P>(site, value)?;
        let name = self.sites[site].name;
        if let Then::Means = self.handler.then {
            return self.predicted(name, p, branch).map(Some);
        }
        value.note_unlearned();
        if self.handler.notes == Notes::Choices {
            self.records[site].choice = Some(Choice::observed::<P>(self.sites[site].statement));
        }
        self.ledger.enter(Term {
            site: self.sites[site].statement,
            step: self.sites[site].step,
            is_divergence: false,
            rows: self.in_all_rows(site, p.log_prob(value)),
            place: site,
            branch,
        });
        Ok(None)
    }

    /// # Errors
    /// Returns the first value that is outside the family's support.
    pub(super) fn check_support<P: Distribution>(
        &self,
        site: usize,
        value: &Value<P::Event>,
    ) -> Result<(), Error> {
        let elements = value.values();
        match P::Support::first_outside(elements, P::Event::LAST) {
            None => Ok(()),
            Some(at) => Err(Error::Observation {
                site: self.sites[site].name,
                row: self
                    .rows
                    .data_row(at / P::Event::ELEMENTS, P::Event::rows(value.shape())),
                element: at % P::Event::ELEMENTS,
                value: elements[at],
                family: P::FAMILY,
                expected: P::Support::description(),
                advice: P::Support::advice(elements[at]),
            }),
        }
    }
}
