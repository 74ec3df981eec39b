//! Exact enumeration: no draw, all states.

use super::{Divergence, Estimator, Gradient, MOST_ROWS, Plan, Settings};
use crate::distribution::Draw;
use crate::distribution::{Distribution, Finite, Listing};
use crate::error::Error;
use crate::tensor::{Event, Value, constant, tile};

/// Every state of the site is a row, weighted by its probability: `E_q f(z) = Σ_z q(z) f(z)`, which is differentiated
/// directly. It has no variance and no bias. The cost grows with the number of states.
#[doc(alias("marginalise", "config_enumerate"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Enumerate;

impl<Q: Finite> Estimator<Q> for Enumerate {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let gradient = Gradient::states();
        let states = gradient.rows();
        Ok(Plan {
            name: "Enumerate",
            label: Box::new(move || format!("enumerated ({states} states)")),
            reason: "summing over few states costs little and has no variance",
            bias: "exact",
            gradient,
        })
    }
}

impl Listing {
    /// This many rows, in blocks of all states, which are in memory once.
    pub(crate) fn all<E: Event>(&self, rows: usize) -> Draw<E> {
        let states = self.states.unwrap_or(1);
        let mut values = vec![0.0; states * E::ELEMENTS];
        for (state, event) in values.chunks_mut(E::ELEMENTS.max(1)).enumerate() {
            (self.write)(state, event);
        }
        let listed: Value<E> = constant(values, E::plated(states));
        listed.note_unlearned();
        let shape = E::plated(rows);
        Draw::of(tile(&listed, E::ELEMENTS, 1, rows / states, shape))
    }

    /// The number of states of a site beside `enumerated` joint states of other sites.
    ///
    /// # Errors
    /// Fails if they are too many to be listed.
    pub(crate) fn few<Q: Distribution>(
        &self,
        site: &'static str,
        enumerated: usize,
    ) -> Result<usize, Error> {
        let joint = |own: &usize| own.checked_mul(enumerated);
        let few = |own: &usize| joint(own).is_some_and(|all| all <= MOST_ROWS);
        self.states.filter(few).ok_or(Error::TooManyStates {
            site: Some(site),
            family: Q::FAMILY,
            elements: Q::Event::ELEMENTS,
            log2_states: self.log2_states + (enumerated as f64).log2(),
            most: MOST_ROWS,
        })
    }
}

impl<Q: Finite, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Enumerate {}
