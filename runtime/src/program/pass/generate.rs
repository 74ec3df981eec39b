//! Sites of the generative model on its own. They are drawn unless their values are given. Given values may be scored.

use super::Pass;
use crate::distribution::Distribution;
use crate::error::Error;
use crate::program::Partial;
use crate::program::handlers::{Draws, Then};
use crate::program::ledger::Term;
use crate::tensor::{Event, Flat, Rows, Value, Var};

/// The rows of a site that are not given whole.
#[derive(Clone, Debug, Default)]
pub(super) enum Open {
    /// All of them.
    #[default]
    All,
    /// Those marked among the rows that run.
    Some(Vec<bool>),
    /// None.
    None,
}

impl Open {
    /// `true` if this row, counted among those that run, is open. A row that runs no more is not.
    fn holds(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::Some(rows) => rows.get(row).copied().unwrap_or(false),
            Self::None => false,
        }
    }
}

impl Pass {
    /// Draws a site of the generative model, or takes the value that is given for it: scores what is observed of it if terms are wanted,
    /// and else draws what is not.
    ///
    /// # Errors
    /// Fails if a parameter is out of its domain, if a given value is outside the family's support, or if something is drawn that
    /// the site depends on.
    pub fn generate<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        given: Option<Partial<P::Event>>,
    ) -> Result<Value<P::Event>, Error> {
        self.check(site, None, p)?;
        let Some(given) = given else {
            return self.generated(site, p);
        };
        let value = self.data(&given);
        self.check_given(site, P::Event::rows(value.shape()))?;
        let value = self.running_rows(site, value);
        match self.handler.then {
            Then::Score(_) => self.enter_given(site, p, &value)?,
            Then::Stop | Then::Means => return self.completed(site, p, value),
        }
        Ok(value)
    }

    /// A draw of a site, or its mean or its mode.
    fn generated<P: Distribution>(&mut self, site: usize, p: &P) -> Result<Value<P::Event>, Error> {
        if let Draws::Means = self.handler.draws {
            let mean = self.predicted(site, p, None)?;
            return Ok(Var::from(mean));
        }
        if let Draws::Modes = self.handler.draws {
            let mode = self.most_probable(site, p, None)?;
            return Ok(Var::from(mode));
        }
        let draw = p.sample(self.rows_of(site, None), &self.noise(site, None, false));
        draw.note(&self.noted);
        Ok(draw.value())
    }

    /// A given value whose gaps are filled in.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    fn completed<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        value: Value<P::Event>,
    ) -> Result<Value<P::Event>, Error> {
        let Some(observed) = self.masks.of(value.flat()) else {
            self.check_support::<P>(site, &value)?;
            self.check_known(site, P::Event::rows(value.shape()), |_| true)?;
            self.records[site].open = Open::None;
            return Ok(value);
        };
        self.partly::<P>(site, &value, &observed)?;
        let masks: Vec<&[f32]> = observed.values().chunks(P::Event::ELEMENTS).collect();
        self.check_known(site, masks.len(), |row| masks[row].contains(&1.0))?;
        let open = masks.iter().map(|mask| mask.contains(&0.0)).collect();
        self.records[site].open = Open::Some(open);
        let drawn = self.generated(site, p)?;
        let pairs = value.values().iter().zip(drawn.values());
        let all = pairs.zip(observed.values());
        let filled = all.map(|((&x, &gap), &o)| if o == 0.0 { gap } else { x });
        Ok(Var::of(Flat::of(filled.collect()), *value.shape()))
    }

    /// Checks that whatever a site depends on is given, in each row that has values of the site.
    ///
    /// # Errors
    /// Returns the first row in which it is not.
    fn check_known(
        &self,
        site: usize,
        rows: usize,
        has_values: impl Fn(usize) -> bool,
    ) -> Result<(), Error> {
        for &parent in self.sites[site].parents {
            // All rows share the one row of a global site.
            let of = |row| {
                if self.sites[parent].is_global() {
                    0
                } else {
                    row
                }
            };
            let is_open =
                |&row: &usize| self.records[parent].open.holds(of(row)) && has_values(row);
            if let Some(row) = (0..rows).find(is_open) {
                return Err(Error::DrawnAbove {
                    site: self.sites[site].name,
                    row: self.rows.data_row(row, rows),
                    drawn: self.sites[parent].name,
                });
            }
        }
        Ok(())
    }

    /// Enters the log-density of what is observed of a given value.
    ///
    /// # Errors
    /// Fails if the value is outside the family's support.
    fn enter_given<P: Distribution>(
        &mut self,
        site: usize,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<(), Error> {
        let rows = match self.masks.of(value.flat()) {
            None => {
                self.check_support::<P>(site, value)?;
                p.log_prob(value)
            }
            Some(observed) => {
                let partly = self.partly::<P>(site, value, &observed)?;
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
        Ok(())
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
