//! Densities that are zero outside their support: `−∞` there, and no slope.
//!
//! A formula is restricted [element by element](within), a density of whole events [row by row](within_support).

use std::marker::PhantomData;

use super::elementwise::{Formula, compiled_here, map, rows_of};
use super::real::Real;
use crate::draw::into_rows;
use crate::support::Support;
use crate::tensor::Event;
use crate::tensor::Param;
use crate::tensor::contribution;
use crate::tensor::{Rows, Value, constant};

/// A set of numbers.
pub(crate) trait Set: Copy + Send + Sync + 'static {
    /// Whether a number lies outside. For NaN either answer will do: neither −∞ nor NaN passes for a density.
    fn excludes(x: f64) -> bool;
}

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident: |$x:ident| $excludes:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Set for $name {
            #[inline(always)]
            fn excludes($x: f64) -> bool {
                $excludes
            }
        }
    )*};
}

sets! {
    /// The finite numbers.
    Finite: |x| x.is_infinite();
    /// The finite numbers of zero and above.
    FromZero: |x| x < 0.0 || x == f64::INFINITY;
    /// The finite numbers above zero.
    AboveZero: |x| x <= 0.0 || x == f64::INFINITY;
    /// From zero to one.
    ClosedUnit: |x| !(0.0..=1.0).contains(&x);
    /// Between zero and one.
    OpenUnit: |x| x <= 0.0 || x >= 1.0;
    /// The whole numbers of zero and above.
    Whole: |x| x < 0.0 || x == f64::INFINITY || x - x.floor() > 0.0;
    /// Zero and one.
    Bits: |x| x != 0.0 && x != 1.0;
}

/// The formula where its first argument is in the set, and −∞ outside.
#[derive(Clone, Copy)]
pub(crate) struct Within<S, F>(F, PhantomData<S>);

/// The formula where its first argument is in `S`, and −∞ outside.
pub(crate) fn within<S: Set, F>(formula: F) -> Within<S, F> {
    Within(formula, PhantomData)
}

impl<S: Set, F: Formula<N>, const N: usize> Formula<N> for Within<S, F> {
    const DOUBLE: bool = F::DOUBLE;
    const EXACT: bool = F::EXACT;
    const EXACT_FROM: usize = F::EXACT_FROM;
    const KEEPS_SLOPES: bool = F::KEEPS_SLOPES;

    #[inline(always)]
    fn eval<R: Real>(&self, arguments: [R; N]) -> R {
        if S::excludes(arguments[0].value()) {
            R::constant(f64::NEG_INFINITY)
        } else {
            self.0.eval(arguments)
        }
    }

    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if S::excludes(arguments[0].into()) {
            f64::NEG_INFINITY
        } else {
            self.0.value(arguments)
        }
    }

    #[inline(always)]
    fn exact(&self, arguments: [f32; N]) -> f64 {
        if S::excludes(arguments[0].into()) {
            f64::NEG_INFINITY
        } else {
            self.0.exact(arguments)
        }
    }
}

/// A log-density of whole events, and −∞ of those outside `S`. In their place `log_prob` gets events of this number alone,
/// at which it must be finite.
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

/// A number in place of what is outside.
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
