//! Prediction: one draw of each latent, and the means of the observed sites under it.

use super::{Draws, Handler, Then};
use crate::distribution::Distribution;
use crate::error::Error;
use crate::program::Pass;
use crate::program::row_tree::Branch;
use crate::tensor::{Batch, Event, first, untaped};

impl Handler {
    /// The means of the observed sites.
    pub(crate) fn predict() -> Self {
        Self::new(Draws::Plain, Then::Means)
    }
}

impl Pass {
    /// The mean of an observed site.
    ///
    /// # Errors
    /// Fails if its family has no mean. Returns the first row whose mean is infinite, or beyond the range of `f32`.
    pub(in crate::program) fn predicted<P: Distribution>(
        &self,
        site: &'static str,
        p: &P,
        branch: Branch,
    ) -> Result<Batch<P::Event>, Error> {
        let rows = self.rows.rows(branch);
        let family = P::FAMILY;
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
