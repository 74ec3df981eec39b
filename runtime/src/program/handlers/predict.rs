//! Means: of the observed sites under one draw of each latent, or of the latents themselves.

use super::{Draws, Handler, Then};
use crate::distribution::{Distribution, Draw};
use crate::error::Error;
use crate::program::Pass;
use crate::program::row_tree::{Branch, Rise};
use crate::tensor::{Batch, Event, Var, first, untaped};

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

    /// The modes of the latent sites, or of the sites of a generative model.
    pub(crate) fn mode() -> Self {
        Self::new(Draws::Modes, Then::Stop)
    }
}

impl Pass {
    /// The mean of a latent site, in place of its draw.
    ///
    /// # Errors
    /// As [`predicted`](Self::predicted).
    pub(in crate::program) fn mean_for_draw<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
    ) -> Result<Draw<Q::Event>, Error> {
        let branch = self.rows.expand(site, 1, Rise::Draws)?;
        self.check(site, branch, q)?;
        let mean = self.predicted(site, q, branch)?;
        Ok(Draw::of(Var::from(mean)))
    }

    /// The mode of a latent site, in place of its draw.
    ///
    /// # Errors
    /// Fails if its family has no mode. Returns the first row that has none.
    pub(in crate::program) fn mode_for_draw<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
    ) -> Result<Draw<Q::Event>, Error> {
        let branch = self.rows.expand(site, 1, Rise::Draws)?;
        self.check(site, branch, q)?;
        Ok(Draw::of(Var::from(self.most_probable(site, q, branch)?)))
    }

    /// The mode of a site.
    ///
    /// # Errors
    /// As [`mode_for_draw`](Self::mode_for_draw).
    pub(in crate::program) fn most_probable<Q: Distribution>(
        &self,
        site: usize,
        q: &Q,
        branch: Branch,
    ) -> Result<Batch<Q::Event>, Error> {
        let rows = self.rows_of(site, branch);
        let no_mode = |place| Error::NoMode {
            site: self.sites[site].name,
            family: Q::FAMILY,
            place,
        };
        let mode = q.mode(rows).ok_or_else(|| no_mode(None))?;
        let Some(at) = first(mode.values(), f32::is_finite) else {
            return Ok(untaped(mode));
        };
        let elements = Q::Event::ELEMENTS;
        let row = self.rows.data_row(at / elements, rows);
        Err(no_mode(Some((row, at % elements))))
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
        let (site, family) = (self.sites[site].name, P::FAMILY);
        let mean = p.mean(rows).ok_or(Error::NoMean { site, family })?;
        match first(mean.values(), f32::is_finite) {
            None => Ok(untaped(mean)),
            Some(at) => Err(Error::MeanBeyond {
                site,
                row: self.rows.data_row(at / P::Event::ELEMENTS, rows),
                element: at % P::Event::ELEMENTS,
                family,
            }),
        }
    }
}
