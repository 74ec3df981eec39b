//! What the plate of a site means: its rows, its noise, its part of the objective.
//!
//! A draw of a global site has one row for each particle. It is spread over the rows of the data where it is read for
//! them. Its divergence counts once, and the objective is in nats per row of data: so every row bears an equal part of
//! it, `1/N` of the whole data set's `N` rows. The mean over a minibatch then estimates the objective of the whole
//! data set (Hoffman, Blei, Wang and Paisley, "Stochastic variational inference", 2013).

use super::Pass;
use crate::distribution::Distribution;
use crate::error::{Error, Fault};
use crate::estimator::{Gradient, Plan, Scoring, Settings};
use crate::noise::Stream;
use crate::program::handlers::{Draws, Notes};
use crate::program::row_tree::Branch;
use crate::program::table::Plate;
use crate::tensor::{Event, Rows, check_room, tiled};

impl Pass {
    /// The rows of a draw of a site.
    pub(super) fn rows_of(&self, site: usize, branch: Branch) -> usize {
        match self.sites[site].plate {
            Plate::Rows => self.rows.rows(branch),
            Plate::Global => self.rows.particles_drawn(),
        }
    }

    /// The noise of a site; of its own for each row, or shared by the states that the row is among.
    pub(super) fn noise(&self, site: usize, branch: Branch, own: bool) -> Stream {
        self.rows.noise(self.key, site, branch, own)
    }

    /// A site's term for the rows of the data, of one for each of its rows.
    pub(super) fn shared(&self, site: usize, rows: Rows) -> Rows {
        match self.sites[site].plate {
            Plate::Rows => rows,
            Plate::Global => {
                let data_rows = self.rows.data_rows();
                let settings = self.handler.settings();
                let said = settings.and_then(|settings| settings.data_size);
                tiled(&rows, data_rows) * (1.0 / said.unwrap_or(data_rows) as f64)
            }
        }
    }

    /// Checks that there is room for the rows of a site, or for those that read it, and a distribution's parameters.
    pub(super) fn check<D: Distribution>(
        &self,
        site: usize,
        branch: Branch,
        distribution: &D,
    ) -> Result<(), Error> {
        let rows = self.rows.rows(branch);
        check_room(self.sites[site].name, rows, D::Event::ELEMENTS)?;
        let checked = distribution.check(self.rows_of(site, branch));
        checked.map_err(|fault| self.parameter_error(site, branch, D::FAMILY, fault))
    }

    /// A parameter's fault; its row is told as one of the data.
    pub(super) fn parameter_error(
        &self,
        site: usize,
        branch: Branch,
        family: &'static str,
        mut fault: Fault,
    ) -> Error {
        if let Some(row) = fault.row_mut() {
            *row = match self.sites[site].plate {
                Plate::Rows => self.rows.data_row(*row, self.rows.rows(branch)),
                // Its rows are particles, of which the user knows nothing.
                Plate::Global => 0,
            };
        }
        Error::Parameter {
            site: self.sites[site].name,
            family,
            fault,
            step: self.key.step,
        }
    }

    /// What is asked of the estimator of a site, under the settings of all.
    pub(super) fn settings_of(&self, site: usize, all: Settings) -> Settings {
        let is_global = self.sites[site].is_global();
        Settings {
            is_global,
            enumerated: match is_global {
                true => all.enumerated,
                false => self.rows.enumerated(site),
            },
            ..all
        }
    }

    /// # Errors
    /// Where a global site is drawn for an objective that cannot have one, or that does not say how many rows share it.
    pub(super) fn check_plate(&self, site: usize) -> Result<(), Error> {
        if !self.sites[site].is_global() {
            return Ok(());
        }
        self.check_weights(site)?;
        self.check_data_size(site)
    }

    /// A training loss by importance weights is one of rows: of a minibatch they would say nothing about the whole.
    fn check_weights(&self, site: usize) -> Result<(), Error> {
        match self.handler.scoring() {
            Some(Scoring::Weights { .. } | Scoring::WakePhase) => Err(Error::Global {
                site: self.sites[site].name,
                problem: "the importance weight of a row has no draw of it to itself".into(),
                instead: "the plain `Elbo`, whose terms add up over the rows",
            }),
            _ => Ok(()),
        }
    }

    /// A batch that is taken for the whole data set gives a posterior that is too wide, and nothing shows it.
    ///
    /// # Errors
    /// Where a loss is wanted, and how many rows the whole data set has is not said.
    fn check_data_size(&self, site: usize) -> Result<(), Error> {
        match self.handler.draws {
            Draws::Planned(settings)
                if settings.data_size.is_none() && self.handler.notes != Notes::Choices => {}
            _ => return Ok(()),
        }
        Err(Error::Global {
            site: self.sites[site].name,
            problem: "the objective does not say how many rows that has, of which each bears a part of its divergence"
                .into(),
            instead: "`.data_size(n)` with the rows of the whole data set, or `.whole_data()` if each program holds all of it",
        })
    }

    /// A global site has one draw a particle, which no row can be paid for alone.
    ///
    /// # Errors
    /// Where the estimator of a global site wants more rows or their costs.
    pub(super) fn check_plan<Q: Distribution>(
        &self,
        site: usize,
        plan: &Plan<Q>,
    ) -> Result<(), Error> {
        let does = match plan.gradient {
            _ if !self.sites[site].is_global() => return Ok(()),
            Gradient::States(_) => "would list its states, each beside all that the rows draw",
            Gradient::Score(_) => "compares the rows of one draw each",
            Gradient::Path { .. } | Gradient::Relaxed { .. } | Gradient::Through(_) => {
                return Ok(());
            }
        };
        Err(Error::Global {
            site: self.sites[site].name,
            problem: format!("{} {does}", (plan.label)()),
            instead: "`via Pathwise` for a continuous family, or `via ReinMax`, `via Relaxed { .. }` or `via StraightThrough` for a `Bernoulli` or `OneHotCategorical`",
        })
    }
}
