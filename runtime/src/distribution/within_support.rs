//! Densities of whole events that are zero outside their support.

use crate::kernels::elementwise::{Formula, compiled_here, map, rows_of};
use crate::kernels::real::Real;
use crate::support::Support;
use crate::tensor::{Event, Param, Rows, Value, constant, contribution, into_rows};

/// A log-density of whole events that is −∞ outside `S`. In place of the events outside, `log_prob` gets events filled with
/// this number, at which it must be finite.
pub(crate) fn within_support<S: Support, E: Event>(
    value: &Value<E>,
    inside: f32,
    log_prob: impl FnOnce(&Value<E>) -> Rows,
) -> Rows {
    let value = rows_of::<E>(value);
    if S::first_outside(value.values(), E::LAST).is_none() {
        return log_prob(&into_rows(value));
    }
    let is_outside = |event: &[f32]| {
        S::first_outside(event, E::LAST).is_some() && !event.iter().any(|x| x.is_nan())
    };
    let events = value.values().chunks(E::ELEMENTS);
    let outside: Vec<f32> = events.map(|event| f32::from(is_outside(event))).collect();
    let rows = outside.len();
    let by_element = outside
        .iter()
        .flat_map(|&o| std::iter::repeat_n(o, E::ELEMENTS));
    let by_element = Param::<E>::Rows(constant(by_element.collect(), E::plated(rows)));
    let share = |&o: &f32| if o > 0.0 { f32::NEG_INFINITY } else { 0.0 };
    let shares = Rows::from(constant(outside.iter().map(share).collect(), (rows,)));
    let scored = log_prob(&into_rows(map(Replaced(inside), [&value, &by_element])));
    contribution(&shares, &scored)
}

/// This number in place of the events outside.
#[derive(Clone, Copy)]
struct Replaced(f32);
impl Formula<2> for Replaced {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [x, outside]: [R; 2]) -> R {
        if outside.value() > 0.0 {
            R::constant(self.0.into())
        } else {
            x
        }
    }
}
