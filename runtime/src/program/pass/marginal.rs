//! Draws on the way to the probabilities of one latent site.

use super::{Mode, Pass};
use crate::distribution::Draw;
use crate::distribution::class::Class;
use crate::distribution::{Distribution, Listing};
use crate::error::Error;
use crate::program::Latent;
use crate::tensor::{Event, Value};

/// At most so many joint states of what a site depends on are summed out.
const MOST_STATES: usize = 4096;

impl Pass {
    /// The site whose probabilities are wanted, and whether what cannot be listed may be drawn.
    pub(super) fn wanted(&self) -> Option<(&'static str, bool)> {
        match self.mode {
            Mode::Marginal { site, draws } => Some((site, draws)),
            _ => None,
        }
    }

    /// Whether the wanted site's posterior depends on a site.
    fn wanted_depends_on(&self, site: &str) -> bool {
        let wanted = self.wanted().map(|(wanted, _)| wanted);
        let mut latents = self.latents.iter();
        latents.any(|latent| Some(latent.name) == wanted && latent.ancestors.contains(&site))
    }

    /// Lists a site that the wanted one depends on, computes the probabilities of the wanted one, and draws every other.
    ///
    /// The estimator of the model is for gradients; here the family's class says whether its events are listed.
    pub(super) fn draw_for_marginal<Q: Distribution>(
        &mut self,
        site: &'static Latent,
        q: &Q,
    ) -> Result<Draw<Q::Event>, Error> {
        if self.wanted_depends_on(site.name) {
            let enumerated = self.enumerated(site);
            let joint = |listing: &Listing| listing.states?.checked_mul(enumerated);
            let few = |listing: &Listing| joint(listing).is_some_and(|all| all <= MOST_STATES);
            let summed = Q::listing().filter(|_| <Q::Class as Class>::IS_SUMMED);
            if let Some(listing) = summed.filter(few) {
                return self.list(site, q, listing, enumerated);
            }
            self.check_drawn(site.name, Q::FAMILY)?;
        }
        let draw = self.draw_once(site, q)?;
        if self.wanted().is_some_and(|(wanted, _)| wanted == site.name) {
            let probabilities = q.probabilities(self.rows()).ok_or(Error::NoMarginal {
                site: site.name,
                problem: format!(
                    "{} is neither made of binary units nor a one-hot vector",
                    Q::FAMILY
                ),
            })?;
            self.marginal = Some(self.by_rows_of_data::<Q::Event>(&probabilities));
        }
        Ok(draw)
    }

    /// # Errors
    /// Where a site that the wanted one depends on would have to be drawn, and draws were not asked for.
    pub(super) fn check_drawn(
        &self,
        site: &'static str,
        family: &'static str,
    ) -> Result<(), Error> {
        match self.wanted() {
            Some((wanted, false)) if self.wanted_depends_on(site) => Err(Error::NoMarginal {
                site: wanted,
                problem: format!(
                    "it depends on `{site}`, a {family} that cannot be summed out; use `marginal_by_draws`"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The probabilities of the wanted site, for each element of each row of the data.
    ///
    /// # Errors
    /// Where the site was not drawn row by row.
    pub(in crate::program) fn marginal(&self, site: &'static str) -> Result<&[f64], Error> {
        self.marginal.as_deref().ok_or_else(|| Error::NoMarginal {
            site,
            problem: "it is global, and so not a matter of rows".into(),
        })
    }

    /// The mean of values over the rows that each row of the data has become, by their weights.
    fn by_rows_of_data<E: Event>(&self, value: &Value<E>) -> Vec<f64> {
        let factor = self.factor(E::rows(value.shape()));
        let log_weights = self.log_weights(self.branches.current(), 1, factor);
        let mut means = vec![0.0; self.data_rows * E::ELEMENTS];
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
