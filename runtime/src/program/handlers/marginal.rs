//! Marginals: the probabilities of one latent site, summed over all sites that its posterior depends on.

use super::{Draws, Handler, Then};
use crate::distribution::class::Class;
use crate::distribution::{Distribution, Draw, Listing};
use crate::error::Error;
use crate::program::Pass;
use crate::program::row_tree::Branch;
use crate::tensor::{Event, Value};

/// The most joint states that are summed out.
const MOST_STATES: usize = 4096;

impl Handler {
    /// The probabilities of the site at this place.
    pub(crate) fn marginal(site: usize, by_draws: bool) -> Self {
        Self::new(Draws::Toward { site, by_draws }, Then::Stop)
    }

    /// The site whose probabilities are wanted, and whether a site that cannot be listed may be drawn.
    fn wanted(&self) -> Option<(usize, bool)> {
        match self.draws {
            Draws::Toward { site, by_draws } => Some((site, by_draws)),
            _ => None,
        }
    }
}

impl Pass {
    /// The wanted site, or its steps.
    fn wanted(&self) -> impl Iterator<Item = usize> {
        let wanted = self.handler.wanted();
        let statement = wanted.map(|(wanted, _)| self.sites[wanted].statement);
        let places = 0..self.sites.len();
        places.filter(move |&place| statement == Some(self.sites[place].statement))
    }

    /// Whether the wanted site's posterior depends on a site.
    fn wanted_depends_on(&self, site: usize) -> bool {
        let mut wanted = self.wanted();
        wanted.any(|wanted| self.sites[wanted].says(|latent| latent.ancestors, site))
    }

    /// Keeps the probabilities of a wanted site, before it is drawn or listed.
    ///
    /// # Errors
    /// Fails if its family has none.
    fn keep_probabilities<Q: Distribution>(&mut self, site: usize, q: &Q) -> Result<(), Error> {
        let is_wanted = self.wanted().any(|wanted| wanted == site);
        let Some(latent) = self.sites[site].latent.filter(|_| is_wanted) else {
            return Ok(());
        };
        let branch = self.rows.branch(latent.parents);
        self.check(site, branch, q)?;
        let probabilities = q.probabilities(self.rows.rows(branch));
        let probabilities = probabilities.ok_or(Error::NoMarginal {
            site: self.sites[site].name,
            problem: format!(
                "{} is neither made of binary units nor a one-hot vector",
                Q::FAMILY
            ),
        })?;
        let probabilities = self.by_rows_of_data::<Q::Event>(&probabilities, branch);
        self.records[site].probabilities = Some(probabilities);
        Ok(())
    }

    /// Lists a site that the wanted one depends on, computes the probabilities of the wanted one, and draws every other.
    ///
    /// The estimator of the model is for gradients; here the family's class says whether its events are listed.
    pub(in crate::program) fn draw_for_marginal<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
    ) -> Result<(Draw<Q::Event>, Branch), Error> {
        let is_global = self.sites[site].is_global();
        if !is_global {
            self.keep_probabilities(site, q)?;
        }
        if self.wanted_depends_on(site) {
            let enumerated = self.rows.enumerated(site);
            let joint = |listing: &Listing| listing.states?.checked_mul(enumerated);
            let few = |listing: &Listing| joint(listing).is_some_and(|all| all <= MOST_STATES);
            let summed = Q::listing().filter(|_| <Q::Class as Class>::IS_SUMMED && !is_global);
            if let Some(listing) = summed.filter(few) {
                return self.list(site, q, listing, enumerated);
            }
            self.check_drawn(site, Q::FAMILY)?;
        }
        self.draw_once(site, q)
    }

    /// # Errors
    /// Fails if a site that the wanted one depends on would have to be drawn, and draws were not asked for.
    fn check_drawn(&self, site: usize, family: &'static str) -> Result<(), Error> {
        match self.handler.wanted() {
            Some((wanted, false)) => Err(Error::NoMarginal {
                site: self.sites[wanted].name,
                problem: format!(
                    "it depends on `{}`, a {family} that cannot be summed out; use `marginal_by_draws`",
                    self.sites[site].name
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The probabilities of the wanted site, for each element of each row of the data, step by step.
    ///
    /// # Errors
    /// Fails if the site was not drawn row by row.
    pub(in crate::program) fn marginal(&self, elements: usize) -> Result<Vec<f64>, Error> {
        let rows = self.rows.data_rows();
        let steps: Vec<usize> = self.wanted().collect();
        let each = elements / steps.len();
        let mut all = vec![0.0; rows * elements];
        for (at, &place) in steps.iter().enumerate() {
            let found = self.records[place].probabilities.as_deref();
            let Some(found) = found else {
                // No row runs at this step.
                if self.sites[place].step.is_some() {
                    continue;
                }
                return Err(Error::NoMarginal {
                    site: self.sites[place].statement,
                    problem: "it is global, and so not a matter of rows".into(),
                });
            };
            for (out, own) in all.chunks_mut(elements).zip(found.chunks(each)) {
                out[at * each..][..each].copy_from_slice(own);
            }
        }
        Ok(self.rows.in_data_order(&all))
    }

    /// The weighted mean of values over the rows that each row of the data has become.
    fn by_rows_of_data<E: Event>(&self, value: &Value<E>, branch: Branch) -> Vec<f64> {
        let factor = self.rows.factor_of(E::rows(value.shape()));
        let log_weights = self.rows.log_weights(branch, 1, factor);
        let mut means = vec![0.0; self.rows.data_rows() * E::ELEMENTS];
        for (row, event) in value.values().chunks(E::ELEMENTS).enumerate() {
            let weight = match &log_weights {
                None => 1.0 / factor as f64,
                Some(log_weights) => log_weights.exact()[row].exp(),
            };
            let mean = &mut means[row / factor * E::ELEMENTS..][..E::ELEMENTS];
            for (mean, &own) in mean.iter_mut().zip(event) {
                *mean += weight * f64::from(own);
            }
        }
        means
    }
}
