//! Sites of the generative model on its own. They are drawn, or scored if their values are given.

use super::Pass;
use crate::distribution::Distribution;
use crate::error::Error;
use crate::program::Partial;
use crate::program::ledger::Term;
use crate::tensor::{Event, Rows, Value};

impl Pass {
    /// Draws a site of the generative model, or scores what is observed of the value that is given for it.
    ///
    /// # Errors
    /// Fails if a parameter is out of its domain, or if a given value is outside the family's support.
    pub fn generate<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        given: Option<Result<Partial<P::Event>, Error>>,
    ) -> Result<Value<P::Event>, Error> {
        self.check(site, None, p)?;
        let Some(given) = given.transpose()? else {
            let draw = p.sample(self.rows_of(site, None), &self.noise(site, None, false));
            draw.note(&self.noted);
            return Ok(draw.value());
        };
        let value = self.data(&given);
        self.check_given(site, P::Event::rows(value.shape()))?;
        let value = self.running_rows(site, value);
        let rows = match self.masks.of(value.flat()) {
            None => {
                self.check_support::<P>(site, &value)?;
                p.log_prob(&value)
            }
            Some(observed) => {
                let partly = self.partly::<P>(site, &value, &observed)?;
                self.partly_scored(site, p, &partly)?
            }
        };
        self.ledger.enter(Term {
            site: self.sites[site].statement,
            step: self.sites[site].step,
            is_divergence: false,
            rows: self.in_all_rows(site, self.shared(site, rows)),
            place: site,
            branch: None,
        });
        Ok(value)
    }

    /// # Errors
    /// Fails if a global site is given more or fewer than one row.
    fn check_given(&self, site: usize, rows: usize) -> Result<(), Error> {
        if !self.sites[site].is_global() || rows == 1 {
            return Ok(());
        }
        Err(Error::Global {
            site: self.sites[site].name,
            problem: format!("{rows} rows are given for it"),
            instead: "one row: it is one draw for all of them",
        })
    }

    /// The sum of all terms, for each data row.
    ///
    /// # Errors
    /// Returns the first site whose log-density is NaN or infinite, with its first such row.
    pub(in crate::program) fn log_joint(&self) -> Result<Rows, Error> {
        let data_rows = self.rows.data_rows();
        let mut total = vec![0.0_f64; data_rows];
        for term in self.terms() {
            let own = term.rows.exact();
            if let Some(at) = own.iter().position(|v| !v.is_finite()) {
                return Err(Error::LogDensity {
                    site: self.sites[term.place].name,
                    row: self.rows.data_row(at, own.len()),
                    value: own[at],
                });
            }
            for (row, sum) in total.iter_mut().enumerate() {
                *sum += own[row * own.len() / data_rows];
            }
        }
        let total = self.rows.in_data_order(&total);
        Ok(Rows::filled(data_rows, |rows| rows.copy_from_slice(&total)))
    }
}
