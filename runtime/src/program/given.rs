//! Joint values of a generative model that are given to be scored.

use super::Partial;
use super::steps::{InTime, Steps, of_batch};
use crate::error::Error;
use crate::tensor::{Batch, Event};

/// A joint value, and masks of what is observed of it.
#[derive(Debug)]
pub struct Given<'a, J> {
    values: &'a J,
    observed: Option<&'a J>,
}

impl<J> Clone for Given<'_, J> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<J> Copy for Given<'_, J> {}

impl<'a, J> Given<'a, J> {
    /// A value of which all is observed.
    pub fn whole(values: &'a J) -> Self {
        Self {
            values,
            observed: None,
        }
    }

    /// A value that is observed where the other is 1.
    pub fn partly(values: &'a J, observed: &'a J) -> Self {
        Self {
            values,
            observed: Some(observed),
        }
    }

    /// The value.
    pub fn values(self) -> &'a J {
        self.values
    }

    /// The value of one site at a step.
    ///
    /// # Errors
    /// As [`Partial::new`].
    pub fn step<E: InTime<N>, const N: usize>(
        self,
        site: impl Fn(&J) -> &Batch<E::Whole>,
        _: Steps<N>,
        at: usize,
    ) -> Result<Partial<E>, Error> {
        let whole = self.of::<E::Whole>(site)?;
        Ok(whole.each(|own| of_batch::<E, N>(own, at)))
    }

    /// The value of one site.
    ///
    /// # Errors
    /// As [`Partial::new`].
    pub fn of<E: Event>(self, site: impl Fn(&J) -> &Batch<E>) -> Result<Partial<E>, Error> {
        let whole = |joint: &J| Partial::whole(site(joint).clone());
        match self.observed {
            None => Ok(whole(self.values)),
            Some(observed) => Partial::new(whole(self.values), whole(observed)),
        }
    }
}
