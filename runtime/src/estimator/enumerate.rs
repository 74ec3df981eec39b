//! Exact enumeration: no draw, all states.

use super::{Description, Divergence, Estimator, MOST_ROWS, Settings};
use crate::distribution::{Distribution, Finite};
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::tensor::{Event, Rows, constant};

/// Every state of the site is a row, weighted by its probability: `E_q f(z) = Σ_z q(z) f(z)`,
/// differentiated as it stands. No variance, no bias; the cost grows with the states.
#[doc(alias("marginalise", "TraceEnum_ELBO", "config_enumerate"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Enumerate;

/// So many rows, which are blocks of all states.
pub(crate) fn all_states<E: Event>(
    rows: usize,
    states: usize,
    write: fn(usize, &mut [f32]),
) -> Draw<E> {
    let mut values = vec![0.0; rows * E::ELEMENTS];
    for (row, event) in values.chunks_mut(E::ELEMENTS).enumerate() {
        write(row % states, event);
    }
    Draw::of(constant(values, E::plated(rows)))
}

impl<Q: Finite> Estimator<Q> for Enumerate {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        let states = Q::states().and_then(|own| own.checked_mul(settings.enumerated));
        match states {
            Some(states) if states <= MOST_ROWS => Ok(()),
            _ => Err(Error::TooManyStates {
                site: None,
                family: Q::FAMILY,
                elements: Q::Event::ELEMENTS,
                log2_states: Q::log2_states() + (settings.enumerated as f64).log2(),
                most: MOST_ROWS,
            }),
        }
    }

    fn rows(&self, _: &Settings) -> usize {
        Q::states().unwrap_or(1)
    }

    fn is_exact(&self, _: &Settings) -> bool {
        true
    }

    fn draw(&self, _: &Q, rows: usize, _: &Stream, settings: &Settings) -> Draw<Q::Event> {
        let states = Estimator::<Q>::rows(self, settings);
        all_states(rows, states, Q::write_state)
    }

    fn log_weights(&self, q: &Q, draw: &Draw<Q::Event>, _: &Settings) -> Option<Rows> {
        Some(q.log_prob_of(draw))
    }

    fn describe(&self, settings: &Settings) -> Description {
        let states = Estimator::<Q>::rows(self, settings);
        Description {
            estimator: format!("enumerated ({states} states)"),
            reason: "summing over few states costs little and has no variance",
            bias: "exact",
            rows: states,
        }
    }
}

impl<Q: Finite, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Enumerate {}
