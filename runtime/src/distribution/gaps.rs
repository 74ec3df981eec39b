//! Scoring data that are observed in part.

use super::Distribution;
use crate::support::Support;
use crate::tensor::{Event, Flat, Rows, Value, constant, counting, weighted};

/// What of an event may be missing from [`Partial`](crate::prelude::Partial) data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// Single elements. The log-density is a [`row_sum`](crate::family::row_sum) over the elements of the value that `log_prob` was given,
    /// with the value itself as its first operand. Such a sum leaves out what is not observed.
    Elements,
    /// Whole events: a row is observed or not. So it is for every family that does not say otherwise.
    Events,
}

/// A value of which some elements are not observed, as a family scores it. In their places are numbers of the family's support, which
/// count for nothing.
pub(crate) struct Observation<'a, E: Event> {
    value: Value<E>,
    observed: &'a Flat,
    /// An element that is observed, if the numbers in the gaps are those that stand there.
    source: Option<usize>,
    /// The weight of each row, if some row is not observed at all.
    rows: Option<Vec<f64>>,
}

impl<'a, E: Event> Observation<'a, E> {
    /// A value with zeros in its gaps, where `observed` is 0. It has as many numbers.
    ///
    /// # Errors
    /// Returns the first element that is missing from an event that can be missing only as a whole.
    pub(crate) fn of<P: Distribution<Event = E>>(
        value: &Value<E>,
        observed: &'a Flat,
    ) -> Result<Self, usize> {
        let events = || observed.values().chunks(E::ELEMENTS.max(1));
        let is_any = |event: &[f32]| event.iter().any(|&o| o != 0.0);
        if P::GAPS == Gaps::Events {
            for (row, event) in events().enumerate().filter(|(_, event)| is_any(event)) {
                if let Some(missing) = event.iter().position(|&o| o == 0.0) {
                    return Err(row * E::ELEMENTS + missing);
                }
            }
        }
        let weights: Vec<f64> = events()
            .map(|event| f64::from(u8::from(is_any(event))))
            .collect();
        let (value, source) = filled::<P>(value, observed);
        Ok(Self {
            value,
            observed,
            source,
            rows: weights.contains(&0.0).then_some(weights),
        })
    }

    /// The first element that is outside the family's support.
    pub(crate) fn first_outside<P: Distribution<Event = E>>(&self) -> Option<usize> {
        let at = P::Support::first_outside(self.value.values(), E::LAST)?;
        let is_observed = self.observed.values()[at] != 0.0;
        if is_observed { Some(at) } else { self.source }
    }

    /// The log-density of what is observed in each row, which is 0 where nothing is. None if the family says [`Gaps::Elements`] and does
    /// not leave them out.
    pub(crate) fn log_prob<P: Distribution<Event = E>>(&self, p: &P) -> Option<Rows> {
        let rows = match P::GAPS {
            Gaps::Events => p.log_prob(&self.value),
            Gaps::Elements => {
                counting(self.value.flat(), self.observed, || p.log_prob(&self.value))?
            }
        };
        let Some(weights) = &self.rows else {
            return Some(rows);
        };
        let rows = rows.spread(rows.len().max(weights.len()));
        let times = rows.len() / weights.len().max(1);
        let each = weights.iter().flat_map(|&w| std::iter::repeat_n(w, times));
        Some(weighted(&rows, each.collect()))
    }
}

/// The value with numbers of the support in its gaps, and where these stand in the data if they come from there.
fn filled<P: Distribution>(
    value: &Value<P::Event>,
    observed: &Flat,
) -> (Value<P::Event>, Option<usize>) {
    let elements = P::Event::ELEMENTS.max(1);
    let (event, source) = match inside::<P>() {
        Some(event) => (event, None),
        None => match observed.values().iter().position(|&o| o != 0.0) {
            // A set of the user's own that has none of the usual numbers: it has those that are observed.
            Some(at) if P::GAPS == Gaps::Events => {
                let start = at / elements * elements;
                let event = value.values()[start..start + elements].to_vec();
                (event, Some(at))
            }
            Some(at) => (vec![value.values()[at]; elements], Some(at)),
            None => return (value.clone(), None),
        },
    };
    if event.iter().all(|&number| number == 0.0) {
        return (value.clone(), source);
    }
    let gaps = event.iter().cycle();
    let numbers = value.values().iter().zip(observed.values()).zip(gaps);
    let numbers = numbers.map(|((&x, &o), &gap)| if o == 0.0 { gap } else { x });
    let filled = constant(numbers.collect(), *value.shape());
    filled.note_unlearned();
    (filled, source)
}

/// An event of the support, if one of the usual ones is.
fn inside<P: Distribution>() -> Option<Vec<f32>> {
    let (elements, last) = (P::Event::ELEMENTS, P::Event::LAST.max(1));
    let first = |at: usize| f32::from(u8::from(at.is_multiple_of(last)));
    let usual: [&dyn Fn(usize) -> f32; 5] =
        [&|_| 0.0, &|_| 0.5, &|_| 1.0, &first, &|_| 1.0 / last as f32];
    let mut events = usual
        .iter()
        .map(|number| (0..elements).map(number).collect());
    events.find(|event: &Vec<f32>| P::Support::first_outside(event, last).is_none())
}
