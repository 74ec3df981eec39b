//! Divergences that cost nothing below a floor.

use super::Terms;
use crate::error::Error;
use crate::program::Term;

/// The floors, by site.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FreeBits(Vec<(String, f32)>);

impl FreeBits {
    /// With this floor for a site, which replaces an earlier one.
    pub(super) fn with(mut self, site: String, nats: f32) -> Self {
        self.0.retain(|(own, _)| *own != site);
        self.0.push((site, nats));
        self
    }

    /// The floor of a site.
    pub(super) fn of(&self, site: &str) -> Option<f32> {
        let own = self.0.iter().find(|(name, _)| name == site);
        own.map(|&(_, nats)| nats)
    }

    /// # Errors
    /// Fails if a floor is negative or not finite.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.0.iter().find(|(_, n)| !(*n >= 0.0 && n.is_finite())) {
            None => Ok(()),
            Some((site, nats)) => Err(Error::FreeBits {
                site: site.clone(),
                nats: *nats,
            }),
        }
    }

    /// # Errors
    /// Returns the first name that is not a latent site's.
    pub(super) fn check_sites(&self, terms: &Terms<'_>) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let is_latent = |term: &&Term| term.is_divergence;
        let mut latents: Vec<_> = terms
            .each()
            .iter()
            .filter(is_latent)
            .map(|t| t.site)
            .collect();
        let mut named = Vec::new();
        latents.retain(|site| {
            !named.contains(site) && {
                named.push(*site);
                true
            }
        });
        let unknown = self
            .0
            .iter()
            .find(|(name, _)| !latents.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some((site, _)) => Err(Error::NoSuchLatent {
                setting: "the free bits",
                site: site.clone(),
                latents,
            }),
        }
    }
}
