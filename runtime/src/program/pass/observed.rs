//! Sites with given values: observations of an inference program.

use super::{Mode, Pass, Term};
use crate::distribution::Distribution;
use crate::error::Error;
use crate::program::explain::Choice;
use crate::support::{Support, first};
use crate::tensor::{Batch, Event, Value, untaped};

impl Pass {
    /// Scores an observed site. In a run for predictions, returns its mean.
    ///
    /// # Errors
    /// Where an observation is outside the family's support, a parameter out of its domain, or a
    /// mean is wanted of a family that has none.
    pub fn observe<P: Distribution>(
        &mut self,
        site: &'static str,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Option<Batch<P::Event>>, Error> {
        self.check(site, p)?;
        self.check_support::<P>(site, value)?;
        if self.mode == Mode::Predict {
            let mean = p.mean(self.rows()).ok_or(Error::NoMean {
                site,
                family: P::FAMILY,
            })?;
            self.check_mean::<P>(site, &mean)?;
            return Ok(Some(untaped(&mean)));
        }
        value.note_unlearned();
        if let Some(choices) = &mut self.choices {
            choices.push(Choice::observed::<P>(site));
        }
        self.terms.push(Term {
            site,
            is_divergence: false,
            rows: p.log_prob(value),
            branch: self.branches.current(),
        });
        Ok(None)
    }

    /// # Errors
    /// With the first row whose mean is infinite, or beyond what `f32` can hold.
    fn check_mean<P: Distribution>(
        &self,
        site: &'static str,
        mean: &Value<P::Event>,
    ) -> Result<(), Error> {
        let elements = mean.values();
        match first(elements, f32::is_finite) {
            None => Ok(()),
            Some(at) => Err(Error::MeanBeyond {
                site,
                row: self.data_row(at / P::Event::ELEMENTS, self.rows()),
                element: at % P::Event::ELEMENTS,
                family: P::FAMILY,
            }),
        }
    }

    pub(super) fn check_support<P: Distribution>(
        &self,
        site: &'static str,
        value: &Value<P::Event>,
    ) -> Result<(), Error> {
        let elements = value.values();
        match P::Support::first_outside(elements, P::Event::LAST) {
            None => Ok(()),
            Some(at) => Err(Error::Observation {
                site,
                row: self.place.first_row + at / P::Event::ELEMENTS,
                element: at % P::Event::ELEMENTS,
                value: elements[at],
                family: P::FAMILY,
                expected: P::Support::description(),
            }),
        }
    }
}
