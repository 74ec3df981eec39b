//! Sites of the generative model on its own: drawn, or scored where they are given.

use super::{Pass, Term};
use crate::distribution::Distribution;
use crate::distribution::Draw;
use crate::error::Error;
use crate::tensor::{Batch, Event, Rows, Value};

impl Pass {
    /// Draws a site of the generative model, or scores the value that is given for it.
    ///
    /// # Errors
    /// Where a parameter is out of its domain, or a given value outside the family's support.
    pub fn generate<P: Distribution>(
        &mut self,
        site: &'static str,
        p: &P,
        given: Option<&Batch<P::Event>>,
    ) -> Result<Value<P::Event>, Error> {
        let Some(given) = given else {
            self.check(site, p)?;
            let noise = self.noise(site, false);
            return Ok(self.generated(&p.sample(self.rows(), &noise)));
        };
        let value = self.data(given);
        let rows = P::Event::rows(value.shape());
        if rows == 0 {
            return Err(Error::NoRows { site });
        }
        if self.data_rows == 0 {
            self.data_rows = rows;
        }
        if rows != self.data_rows {
            return Err(Error::RowCounts {
                site: self
                    .terms
                    .first()
                    .map_or("the covariates", |term| term.site),
                rows: self.data_rows,
                other: site,
                other_rows: rows,
            });
        }
        self.check(site, p)?;
        self.check_support::<P>(site, &value)?;
        self.terms.push(Term {
            site,
            is_divergence: false,
            rows: p.log_prob(&value),
            branch: None,
        });
        Ok(value)
    }

    /// The value of a draw from the generative model.
    pub(super) fn generated<E: Event>(&self, draw: &Draw<E>) -> Value<E> {
        draw.note(&self.noted);
        draw.value()
    }

    /// The sum of all terms, for each data row.
    ///
    /// # Errors
    /// With the first site, and its first row, whose log-density is NaN or infinite.
    pub(in crate::program) fn log_joint(&self) -> Result<Rows, Error> {
        let mut total = vec![0.0_f64; self.data_rows];
        for term in &self.terms {
            let own = term.rows.exact();
            if let Some(at) = own.iter().position(|v| !v.is_finite()) {
                return Err(Error::LogDensity {
                    site: term.site,
                    row: self.data_row(at, own.len()),
                    value: own[at],
                });
            }
            for (row, sum) in total.iter_mut().enumerate() {
                *sum += own[row * own.len() / self.data_rows];
            }
        }
        Ok(Rows::filled(self.data_rows, |rows| {
            rows.copy_from_slice(&total)
        }))
    }
}
