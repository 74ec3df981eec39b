//! Checks that the terms of a run are finite.

use super::Outcome;
use crate::error::Error;
use crate::program::ledger::Term;
use crate::program::row_tree::Rise;

impl Outcome<'_> {
    /// # Errors
    /// Returns the sites whose terms are NaN or infinite.
    pub(crate) fn check_finite(&self) -> Result<(), Error> {
        self.check_terms(f64::is_finite)?;
        self.check_beside()
    }

    /// A loss and its gradients are in single precision, so terms must be within its range.
    ///
    /// # Errors
    /// Returns the sites whose terms are NaN, or beyond the range of `f32`.
    pub(crate) fn check_single(&self) -> Result<(), Error> {
        self.check_terms(|v| (v as f32).is_finite())?;
        self.check_beside()
    }

    /// A weight of zero is legal: its logarithm is −∞.
    ///
    /// # Errors
    /// Returns the sites whose terms are NaN.
    pub(crate) fn check_not_nan(&self) -> Result<(), Error> {
        self.check_terms(|v| !v.is_nan())
    }

    /// Whether a row of a term counts. A state that is never drawn does not.
    pub(super) fn counting_rows(&self, term: &Term) -> impl Fn(usize) -> bool + use<> {
        let fine = self.rows.factor_of(term.rows.len());
        let weights = self.rows.log_weights(term.branch, 1, fine);
        move |at| {
            let weights = weights.as_ref();
            weights.is_none_or(|weights| weights.exact()[at] != f64::NEG_INFINITY)
        }
    }

    fn check_terms(&self, legal: impl Fn(f64) -> bool) -> Result<(), Error> {
        let sites: Vec<_> = self
            .terms()
            .iter()
            .filter_map(|term| {
                let own = term.rows.exact();
                own.iter().position(|&v| !legal(v))?;
                let counts = self.counting_rows(term);
                let at = (0..own.len()).find(|&at| !legal(own[at]) && counts(at))?;
                Some((
                    self.sites[term.place].name,
                    self.rows.data_row(at, own.len()),
                ))
            })
            .collect();
        if sites.is_empty() {
            return Ok(());
        }
        Err(Error::NotFinite {
            step: self.step,
            sites,
        })
    }

    /// The objective does not count the values beside a draw, but its gradient does.
    ///
    /// # Errors
    /// Returns the first term that is NaN or infinite at one of them.
    fn check_beside(&self) -> Result<(), Error> {
        match self.terms().iter().find_map(|term| self.beside(term)) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    fn beside(&self, term: &Term) -> Option<Error> {
        let own = term.rows.exact();
        own.iter().position(|v| !v.is_finite())?;
        let weightless = |rise, at| self.rows.weightless(term.branch, rise, at, own.len());
        let mut asked = (0..own.len())
            .filter(|&at| !own[at].is_finite() && weightless(Rise::States, at).is_none());
        let (at, drawn) = asked.find_map(|at| Some((at, weightless(Rise::Draws, at)?)))?;
        Some(Error::NotFiniteBetween {
            step: self.step,
            site: self.sites[term.place].name,
            row: self.rows.data_row(at, own.len()),
            drawn: self.sites[drawn].name,
        })
    }
}
