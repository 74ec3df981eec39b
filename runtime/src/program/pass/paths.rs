//! Draws that stand in for their densities: the gradient of a weight flows only through the draw.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Pass;
use crate::distribution::{Distribution, Draw};
use crate::error::Error;
use crate::estimator::{Plan, Scoring};
use crate::program::ledger::Path;
use crate::program::row_tree::Branch;
use crate::tensor::Event;

impl Pass {
    /// Whether the draws of a plan should stand in for their densities if they can.
    pub(super) fn is_doubly<Q: Distribution>(&self, plan: &Plan<Q>) -> bool {
        let weighs = matches!(self.handler.scoring(), Some(Scoring::Weights { .. }));
        weighs && plan.gradient.is_reparameterised()
    }

    /// The draw. The objective will scale its gradient.
    pub(super) fn await_scales<E: Event>(
        &mut self,
        site: usize,
        branch: Branch,
        draw: &Draw<E>,
    ) -> Draw<E> {
        let scales = Rc::new(OnceCell::<Vec<f32>>::new());
        self.ledger.await_scales(Path {
            site,
            branch,
            factor: self.rows.factor_of(E::rows(draw.value().shape())),
            stands_in: false,
            scales: Rc::clone(&scales),
        });
        draw.with_scaled_gradient(move |row| scales.get().map_or(1.0, |scales| scales[row]))
    }

    /// Whether the log-ratio of a site is differentiated only by its draw.
    ///
    /// # Errors
    /// Fails if that is demanded but wrong.
    pub(super) fn is_by_path(
        &mut self,
        site: usize,
        is_reparameterised: bool,
    ) -> Result<bool, Error> {
        if !is_reparameterised {
            return Ok(false);
        }
        let required = match self.handler.scoring() {
            Some(Scoring::Terms {
                sticking_the_landing,
            }) => return Ok(sticking_the_landing),
            Some(Scoring::Weights { is_doubly_required }) => is_doubly_required,
            Some(Scoring::WakePhase) | None => return Ok(false),
        };
        // The draw must move the weight only through this density. If all states of a reader are listed, its mass cancels from
        // the weight.
        let readers = self.sites[site]
            .latent
            .map_or(&[][..], |latent| latent.readers);
        match readers.iter().find(|&&reader| !self.rows.is_listed(reader)) {
            Some(&reader) if required => Err(Error::ReadByGuide {
                site: self.sites[site].name,
                reader: self.sites[reader].name,
            }),
            Some(_) => Ok(false),
            None => {
                self.ledger.let_stand_in(site);
                Ok(true)
            }
        }
    }
}
