//! The plate of a site: its rows, its noise, its part of the objective.
//!
//! A draw of a global site has one row for each particle. It is spread over the rows of the data when they read it.
//! Its divergence counts once for the whole data set, and the objective is in nats per row. So every row carries `1/N` of it;
//! `N` is the number of rows of the whole data set. The mean over a minibatch then estimates the objective of the whole
//! data set (Hoffman, Blei, Wang and Paisley, "Stochastic variational inference", 2013).

use super::Pass;
use crate::distribution::Distribution;
use crate::error::{Error, Fault};
use crate::estimator::{Gradient, Plan, Scoring, Settings};
use crate::noise::Stream;
use crate::program::handlers::{Draws, Notes};
use crate::program::row_tree::Branch;
use crate::program::table::Plate;
use crate::tensor::unknown::{Unknown, unknown};
use crate::tensor::{Event, Flat, Plated, Rows, Var, check_room, part, tiled};

impl Pass {
    /// The rows of a draw of a site.
    pub(in crate::program) fn rows_of(&self, site: usize, branch: Branch) -> usize {
        match self.sites[site].plate {
            Plate::Rows => self.rows.rows(branch),
            Plate::Global => self.rows.particles_drawn(),
        }
    }

    /// The noise of a site. Each row has its own, or shares it with the other states of an enumerated site.
    pub(super) fn noise(&self, site: usize, branch: Branch, own: bool) -> Stream {
        self.rows.noise(self.key, site, branch, own)
    }

    /// A site's term for the rows of the data, from its term for its own rows.
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

    /// The term of a step in all rows: zero in those that it does not run for. A divergence that no row has a part in is one number for all.
    pub(super) fn in_all_rows(&self, site: usize, rows: Rows) -> Rows {
        let (running, all) = (self.rows.running(), self.rows.data_rows());
        match self.sites[site].step {
            Some(_) if running != all => {
                let rows = rows.spread(rows.len().max(running));
                self.rows.in_all_rows(&rows, running)
            }
            _ => rows,
        }
    }

    /// Those of a given step's rows that it runs for.
    pub(super) fn running_rows<P: Plated>(&self, site: usize, value: Var<P>) -> Var<P> {
        let (running, all) = (self.rows.running(), self.rows.data_rows());
        if self.sites[site].step.is_none() || running == all {
            return value;
        }
        let cut = |all: &Flat| part(all, 0..running * P::Event::ELEMENTS);
        let flat = cut(value.flat());
        self.masks.carry(value.flat(), &flat, cut);
        Var::of(flat, P::Event::plated(running))
    }

    /// Checks that there is room for the rows of a site, or for those that read it, and a distribution's parameters.
    pub(in crate::program) fn check<D: Distribution>(
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

    /// A parameter's fault, with its row counted in the data.
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
                // Its rows are particles, which the user did not write.
                Plate::Global => 0,
            };
        }
        let fault = self.explained(fault);
        Error::Parameter {
            site: self.sites[site].name,
            family,
            fault,
            step: self.key.step,
        }
    }

    /// The same fault, with the number that names no row of a table if the parameter is NaN because of one.
    fn explained(&self, fault: Fault) -> Fault {
        let Fault::Domain {
            parameter,
            row,
            value,
            ..
        } = fault
        else {
            return fault;
        };
        // A number that is NaN itself is no index but for some other reason.
        let is_here =
            |note: &Unknown| !note.value.is_nan() && self.rows.data_row(note.row, note.rows) == row;
        match unknown(is_here).filter(|_| value.is_nan()) {
            Some(Unknown { value, size, .. }) => Fault::Index {
                parameter,
                row,
                value,
                size,
            },
            None => fault,
        }
    }

    /// The settings for the estimator of a site, from those for all sites.
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
    /// Fails if a global site is drawn for an objective that cannot have one, or that does not give the number of rows that share
    /// it.
    pub(super) fn check_plate(&self, site: usize) -> Result<(), Error> {
        if !self.sites[site].is_global() {
            return Ok(());
        }
        self.check_weights(site)?;
        self.check_data_size(site)
    }

    /// Importance weights for training are per row. Those of a minibatch would tell nothing about the whole data set.
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

    /// If a batch is taken for the whole data set, the posterior is too wide, and nothing shows it.
    ///
    /// # Errors
    /// Fails if a loss is wanted, and the number of rows of the whole data set is not set.
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

    /// A global site has one draw a particle. All rows share it, so it cannot be paid row by row.
    ///
    /// # Errors
    /// Fails if the estimator of a global site wants more rows or their costs.
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
