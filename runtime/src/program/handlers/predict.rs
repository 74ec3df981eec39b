//! Means: of the observed sites under one draw of each latent, or of the latents themselves.

use super::{Draws, Handler, Then};
use crate::distribution::{Distribution, Draw};
use crate::error::Error;
use crate::program::Pass;
use crate::program::posterior::no_mean;
use crate::program::row_tree::{Branch, Rise};
use crate::tensor::{Batch, Var, untaped};

impl Handler {
    /// The means of the observed sites.
    pub(crate) fn predict() -> Self {
        Self::new(Draws::Plain, Then::Means)
    }

    /// The means of the latent sites.
    pub(crate) fn encode() -> Self {
        Self::new(Draws::Means, Then::Stop)
    }

    /// What the guides say of the latent sites.
    pub(crate) fn posterior() -> Self {
        Self::new(Draws::Summaries, Then::Stop)
    }

    /// The modes of the latent sites.
    pub(crate) fn mode() -> Self {
        Self::new(Draws::Modes, Then::Stop)
    }
}

impl Pass {
    /// A point of a latent site, such as its mean, in place of its draw.
    ///
    /// # Errors
    /// As `point`.
    pub(in crate::program) fn point_for_draw<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
        point: impl FnOnce(&Self, usize, &Q, Branch) -> Result<Batch<Q::Event>, Error>,
    ) -> Result<Draw<Q::Event>, Error> {
        let branch = self.rows.expand(site, 1, Rise::Draws)?;
        self.check(site, branch, q)?;
        Ok(Draw::of(Var::from(point(self, site, q, branch)?)))
    }

    /// The mode of a site.
    ///
    /// # Errors
    /// Fails if its family has no mode. Returns the first row that has none.
    pub(in crate::program) fn likeliest<P: Distribution>(
        &self,
        site: usize,
        p: &P,
        branch: Branch,
    ) -> Result<Batch<P::Event>, Error> {
        let rows = self.rows_of(site, branch);
        let mode = self.finite::<P::Event>(p.mode(rows), rows);
        mode.map(untaped).map_err(|place| Error::NoMode {
            site: self.sites[site].name,
            family: P::FAMILY,
            place,
        })
    }

    /// The mean of a site.
    ///
    /// # Errors
    /// Fails if its family has no mean. Returns the first row whose mean is infinite, or beyond the range of `f32`.
    pub(in crate::program) fn predicted<P: Distribution>(
        &self,
        site: usize,
        p: &P,
        branch: Branch,
    ) -> Result<Batch<P::Event>, Error> {
        let rows = self.rows_of(site, branch);
        let mean = self.finite::<P::Event>(p.mean(rows), rows);
        mean.map(untaped)
            .map_err(|missing| no_mean(self.sites[site].name, P::FAMILY, missing))
    }
}
