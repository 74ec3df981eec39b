//! Whether the terms of a pass are numbers to descend by.

use super::{Pass, Rise, Term};
use crate::error::Error;

impl Pass {
    /// # Errors
    /// With the sites whose terms are NaN or infinite.
    pub(crate) fn check_finite(&self) -> Result<(), Error> {
        self.check_terms(f64::is_finite)?;
        self.check_relaxed()
    }

    /// A loss and its gradients are single numbers: a term that is none has no place in it.
    ///
    /// # Errors
    /// With the sites whose terms are NaN, or beyond what `f32` can hold.
    pub(crate) fn check_single(&self) -> Result<(), Error> {
        self.check_terms(|v| (v as f32).is_finite())?;
        self.check_relaxed()
    }

    /// A weight of zero is legal: its logarithm is −∞.
    ///
    /// # Errors
    /// With the sites whose terms are NaN.
    pub(crate) fn check_not_nan(&self) -> Result<(), Error> {
        self.check_terms(|v| !v.is_nan())
    }

    fn check_terms(&self, legal: impl Fn(f64) -> bool) -> Result<(), Error> {
        let sites: Vec<_> = self
            .terms
            .iter()
            .filter_map(|term| {
                let own = term.rows.exact();
                own.iter().position(|&v| !legal(v))?;
                // A state that is never drawn has no weight, whatever its term.
                let weights = self.counting_rows(term);
                let counts = |at: usize| match &weights {
                    None => true,
                    Some(weights) => weights.exact()[at] != f64::NEG_INFINITY,
                };
                let at = (0..own.len()).find(|&at| !legal(own[at]) && counts(at))?;
                Some((term.site, self.data_row(at, own.len())))
            })
            .collect();
        if sites.is_empty() {
            return Ok(());
        }
        Err(Error::NotFinite {
            step: self.key.step,
            sites,
        })
    }

    /// The objective does not count a relaxed draw, but its gradient does.
    ///
    /// # Errors
    /// With the first term that is NaN or infinite at one.
    fn check_relaxed(&self) -> Result<(), Error> {
        match self.terms.iter().find_map(|term| self.at_relaxed(term)) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    fn at_relaxed(&self, term: &Term) -> Option<Error> {
        let own = term.rows.exact();
        own.iter().position(|v| !v.is_finite())?;
        let fine = self.factor(own.len());
        let levels = || {
            let named = self.branches.named(term.branch);
            named.filter(|(_, level)| level.factor <= fine)
        };
        let weightless = |rise: Rise, at: usize| {
            let mut of_rise = levels().filter(|(_, level)| level.rise == rise);
            let found = of_rise.find(|(_, level)| level.is_weightless(at, own.len()))?;
            Some(found.0)
        };
        let mut asked = (0..own.len())
            .filter(|&at| !own[at].is_finite() && weightless(Rise::States, at).is_none());
        let (at, drawn) = asked.find_map(|at| Some((at, weightless(Rise::Draws, at)?)))?;
        Some(Error::NotFiniteBetween {
            step: self.key.step,
            site: term.site,
            row: self.data_row(at, own.len()),
            drawn,
        })
    }
}
