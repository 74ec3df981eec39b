//! A scalar formula over every element of its operands, in one pass forward and one backward.
//!
//! Elements are read, computed and written tile by tile, in `f32` on whole vectors or, for formulas that say so,
//! in `f64`. Sums over rows and over what rows share are taken in `f64`: a million terms are right to 10⁻⁶ of the sum of
//! their sizes. Large operands are cut into parts of rows that two threads share. How, depends on the sizes
//! alone, and no sum crosses a part before the parts are added in order: the digits are the same on any
//! number of threads. Backward, all operands' derivatives are computed together, and none for operands that nothing
//! learned is behind.

mod backward;
mod formula;
mod forward;
mod kept;
mod loops;
mod operand;
mod quantile;
mod repeated;
mod sink;
mod sums;
mod sweep;
mod wide;

use self::backward::Source;
pub use self::formula::Formula;
pub(crate) use self::formula::compiled_here;
use self::kept::Kept;
use self::operand::Operand;
pub(super) use self::operand::{share, stored};
pub(crate) use self::quantile::{Quantile, implicit};
use self::repeated::{alike, row_of};
pub(super) use self::sums::RowSums;
pub(crate) use self::sweep::Sweep;
use super::pairs;
use crate::tensor::tape::note_unlearned;
use crate::tensor::{Event, Flat, Given, Param, Rows, Value, counted, is_wanted, on_backward};

/// The elements from which on a row is long: the roundings of fewer like terms of a nat add up to less than 10⁻⁴ nats.
pub(crate) const LONG: usize = 1024;

/// The formula of every element, summed over each row's event in `f64`.
///
/// Rows of an operand are shared by blocks of kernel rows, see [`Param`].
///
/// ```
/// # use elbow::family::{Formula, Param, Real, row_sum};
/// # use elbow::prelude::Const;
/// # #[derive(Clone, Copy)] struct Square;
/// impl Formula<1> for Square {
///     fn eval<R: Real>(&self, [x]: [R; 1]) -> R { x.square() }
/// }
/// let threes = Param::<(Const<4>,)>::Number(3.0);
/// assert_eq!(row_sum(Square, [&threes]).as_vec(), [36.0]);
/// ```
pub fn row_sum<E: Event, F: Formula<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Rows {
    formula.summed(params.map(Param::given), E::ELEMENTS)
}

/// The formula of every element. A number where all operands are numbers, one event where none has
/// rows of its own, and otherwise one event for each row.
pub fn map<E: Event, F: Formula<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Param<E> {
    Param::of(formula.mapped(params.map(Param::given), E::ELEMENTS))
}

// A formula is an object from here on: what follows is compiled once for each number of arguments, not for each formula.

pub(crate) fn summed<const N: usize>(
    formula: &dyn Sweep<N>,
    given: [Given; N],
    elements: usize,
) -> Rows {
    let observed = counted(given.first().and_then(Given::flat));
    if let Some(sums) = pairs::summed(|| formula.split(), &given, observed.as_ref(), elements) {
        return sums;
    }
    let rows = Given::most_rows(&given, elements);
    let mut follow = Follow::new(formula, given, rows, elements);
    follow.observed = observed.map(Given::Rows);
    let Follow {
        given,
        kept,
        observed,
        ..
    } = &mut follow;
    let operands = given
        .each_ref()
        .map(|own| Operand::new(own, rows, elements));
    let observed = observed
        .as_ref()
        .map(|own| Operand::new(own, rows, elements));
    let out = Rows::filled(rows, |sums| {
        forward::sums::<N>(formula, operands, observed, elements, sums, kept.as_mut());
    });
    follow.record(out.flat(), |gradient, elements| {
        Operand::of_rows(gradient, elements)
    });
    out
}

pub(crate) fn mapped<const N: usize>(
    formula: &dyn Sweep<N>,
    given: [Given; N],
    elements: usize,
) -> Given {
    if given.iter().all(|own| matches!(own, Given::Number(_))) {
        return Given::Number(formula.number(given.map(|own| own.values()[0])));
    }
    if let Some((rows, how)) = alike(&given, elements) {
        // All operands are repeated alike: so is the result.
        return match mapped(formula, rows, elements) {
            Given::Rows(out) => Given::Rows(how.apply(&out)),
            other => other,
        };
    }
    let elements = row_of(&given, elements);
    let has_rows = given.iter().any(|own| matches!(own, Given::Rows(_)));
    let rows = Given::most_rows(&given, elements);
    let mut follow = Follow::new(formula, given, rows, elements);
    let Follow { given, kept, .. } = &mut follow;
    let operands = given
        .each_ref()
        .map(|own| Operand::new(own, rows, elements));
    let out = forward::values(formula, operands, elements, rows, kept.as_mut());
    follow.record(&out, |gradient, elements| {
        Operand::of_elements(gradient, elements)
    });
    if has_rows {
        Given::Rows(out)
    } else {
        Given::Event(out)
    }
}

/// What the backward pass will need.
struct Follow<'a, const N: usize> {
    formula: &'a dyn Sweep<N>,
    given: [Given; N],
    /// The elements of the sums that count, if not all do.
    observed: Option<Given>,
    wanted: [bool; N],
    rows: usize,
    elements: usize,
    kept: Option<Kept<N>>,
}

impl<'a, const N: usize> Follow<'a, N> {
    fn new(formula: &'a dyn Sweep<N>, given: [Given; N], rows: usize, elements: usize) -> Self {
        let wanted = given
            .each_ref()
            .map(|own| own.flat().is_some_and(is_wanted));
        let keeps = formula.keeps_slopes() && wanted.contains(&true);
        Self {
            formula,
            given,
            observed: None,
            wanted,
            rows,
            elements,
            kept: keeps.then(|| Kept::new(wanted, rows * elements)),
        }
    }

    /// Records what flows back from `out`, whose gradient is read as `upstream` says.
    fn record(self, out: &Flat, upstream: for<'g> fn(&'g [f32], usize) -> Operand<'g>) {
        let Self {
            formula,
            given,
            observed,
            wanted,
            rows,
            elements,
            kept,
        } = self;
        if !wanted.contains(&true) {
            return note_unlearned(out);
        }
        let mut source = match kept {
            Some(kept) => Source::Kept(kept),
            None => Source::Formula(formula.boxed()),
        };
        on_backward(out, move |gradient, grads| {
            let upstream = upstream(gradient, elements);
            let observed = observed
                .as_ref()
                .map(|own| Operand::new(own, rows, elements));
            let sizes = [rows, elements];
            backward::accumulate::<N>(
                &mut source,
                &given,
                wanted,
                sizes,
                upstream,
                observed,
                grads,
            );
        });
    }
}

/// The rows of a value, as a parameter that kernels can read.
pub fn rows_of<E: Event>(value: &Value<E>) -> Param<E> {
    Param::Rows(value.clone())
}
