//! A scalar formula over every element of its operands, in one pass forward and one backward.
//!
//! Elements are read, computed and written tile by tile, in `f32` on whole vectors or, for formulas that say so,
//! in `f64`. Sums over rows and over what rows share are taken in `f64`: a million terms are right to 10⁻⁶ of the sum of
//! their sizes. Large operands are cut into parts of rows that two threads share. How, depends on the sizes
//! alone, and no sum crosses a part before the parts are added in order: the digits are the same on any
//! number of threads. Backward, all operands' derivatives are computed together, and none for operands that nothing
//! learned is behind.

mod backward;
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
use self::kept::Kept;
use self::operand::Operand;
pub(super) use self::operand::{share, stored};
pub(crate) use self::quantile::{Quantile, implicit};
use self::repeated::{alike, row_of};
pub(super) use self::sums::RowSums;
pub(crate) use self::sweep::Sweep;
use super::pairs::{self, Split};
use super::real::{Dual, Real};
use crate::tensor::tape::note_unlearned;
use crate::tensor::{Event, Flat, Given, Param, Rows, Value, is_wanted, on_backward};

/// A formula of `N` scalar arguments, written once for every kind of number.
///
/// Kernels compute it in loops that become vector instructions where everything that `eval` calls is
/// `#[inline(always)]`, as `eval` itself should be. Branches on [`Real::value`] become selections, so both sides are
/// computed. Without the attribute a formula is as right, and slower.
///
/// ```
/// use elbow::family::{Formula, Real};
///
/// /// The squared distance of two numbers.
/// #[derive(Clone, Copy)]
/// struct SquaredDistance;
///
/// impl Formula<2> for SquaredDistance {
///     #[inline(always)]
///     fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
///         (a - b).square()
///     }
/// }
///
/// assert_eq!(SquaredDistance.eval([3.0_f64, 1.0]), 4.0);
/// assert_eq!(SquaredDistance.partials([3.0, 1.0]), [4.0, -4.0]);
/// ```
pub trait Formula<const N: usize>: Copy + Send + Sync + 'static {
    /// Whether steps in between need the digits of `f64`, as differences of log-gammas do.
    const DOUBLE: bool = false;

    /// Whether [`value`](Self::value) has more digits than `f32`, and sums over rows are to keep them: where terms grow with the square
    /// of their arguments, rounding each leaves little of what is compared.
    const EXACT: bool = Self::DOUBLE;

    /// Sums over rows of at least so many elements are of [`exact`](Self::exact) values. The roundings of many like terms do not
    /// cancel: those of 100,000 pixels come to a hundredth of a nat.
    const EXACT_FROM: usize = usize::MAX;

    /// Whether slopes are computed along with the values, where a gradient will be wanted, and kept until then. That
    /// takes memory for as many numbers as there are elements for each operand, and pays where values and slopes are made of the
    /// same exponentials.
    const KEEPS_SLOPES: bool = false;

    /// Whether [`ordinary`](Self::ordinary) keeps to functions that have a vector form in `f64`: arithmetic, `exp`, `ln`, `ln_1p`,
    /// `sqrt`, `abs`, `sigmoid`, `softplus`, `ln_gamma`, `digamma`, `exp_m1`, the Bessel functions, and `sin` and `cos` of numbers up to
    /// 10¹⁵ in size. A formula with [`DOUBLE`](Self::DOUBLE) is then computed in vectors.
    const WIDE: bool = false;

    /// The value.
    fn eval<R: Real>(&self, arguments: [R; N]) -> R;

    /// Whether [`ordinary`](Self::ordinary) is as accurate at these arguments as [`eval`](Self::eval), to 10⁻⁹ nats. In vectors
    /// all elements are computed as if they were ordinary. Those that are not are then computed again, each by itself.
    #[inline(always)]
    fn is_ordinary(&self, _arguments: [f32; N]) -> bool {
        true
    }

    /// The value where it needs no care: a formula that takes another way for extreme arguments says the common way here, so
    /// that vectors take no other.
    #[inline(always)]
    fn ordinary<R: Real>(&self, arguments: [R; N]) -> R {
        self.eval(arguments)
    }

    /// Whether [`short`](Self::short) is to be used where an element [is short](Self::is_short). The others are computed together.
    #[doc(hidden)]
    const SHORT: bool = false;

    /// Whether there is a shorter way than [`ordinary`](Self::ordinary) for these arguments, which is as accurate.
    #[doc(hidden)]
    #[inline(always)]
    fn is_short(&self, _arguments: [f32; N]) -> bool {
        false
    }

    /// The `VALUES` of many elements, and their `SLOPES` by every argument but the first. Those of elements that are not short have
    /// no meaning.
    #[doc(hidden)]
    #[inline(always)]
    fn short<const VALUES: bool, const SLOPES: bool, const W: usize>(
        &self,
        _arguments: [&[f64; W]; N],
    ) -> ([f64; W], [[f64; W]; N]) {
        ([0.0; W], [[0.0; W]; N])
    }

    /// The value, as kernels compute it.
    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if Self::DOUBLE {
            self.eval(doubled(arguments))
        } else {
            f64::from(self.eval(arguments))
        }
    }

    /// The value with the digits of `f64`, for long rows; a formula may compute it by functions that become vector
    /// instructions.
    #[inline(always)]
    fn exact(&self, arguments: [f32; N]) -> f64 {
        self.eval(doubled(arguments))
    }

    /// The partial derivatives by each argument; by default from dual numbers.
    #[inline(always)]
    fn partials(&self, arguments: [f32; N]) -> [f32; N] {
        if Self::DOUBLE {
            let arguments = Dual::arguments(doubled(arguments));
            rounded(self.eval(arguments).partials())
        } else {
            self.eval(Dual::arguments(arguments)).partials()
        }
    }

    /// The partial derivative by one argument, for formulas that can give it alone.
    #[inline(always)]
    fn partial(&self, arguments: [f32; N], wanted: usize) -> f32 {
        self.partials(arguments)[wanted]
    }

    /// The formula in parts, if it is linear in its first argument.
    #[doc(hidden)]
    fn split(&self) -> Option<Box<dyn Split>> {
        None
    }

    /// [`map`] without shapes, of events of so many elements: compiled where the formula is, for all shapes.
    #[doc(hidden)]
    fn mapped(&self, given: [Given; N], elements: usize) -> Given {
        mapped(self, given, elements)
    }

    /// [`row_sum`] without shapes.
    #[doc(hidden)]
    fn summed(&self, given: [Given; N], elements: usize) -> Rows {
        summed(self, given, elements)
    }
}

#[inline(always)]
fn rounded<const N: usize>(numbers: [f64; N]) -> [f32; N] {
    let mut rounded = [0.0; N];
    for i in 0..N {
        rounded[i] = numbers[i] as f32;
    }
    rounded
}

// Loops, because `array::map` is not sure to be inlined.
#[inline(always)]
fn doubled<const N: usize>(numbers: [f32; N]) -> [f64; N] {
    let mut doubled = [0.0; N];
    for i in 0..N {
        doubled[i] = f64::from(numbers[i]);
    }
    doubled
}

/// The methods of a [`Formula`] of `N` arguments by which its loops are compiled once, in this crate.
macro_rules! compiled_here {
    ($n:expr) => {
        #[inline(never)]
        fn mapped(
            &self,
            given: [$crate::tensor::Given; $n],
            elements: usize,
        ) -> $crate::tensor::Given {
            $crate::kernels::elementwise::mapped(self, given, elements)
        }

        #[inline(never)]
        fn summed(
            &self,
            given: [$crate::tensor::Given; $n],
            elements: usize,
        ) -> $crate::tensor::Rows {
            $crate::kernels::elementwise::summed(self, given, elements)
        }
    };
}

pub(crate) use compiled_here;

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
    if let Some(sums) = pairs::summed(|| formula.split(), &given, elements) {
        return sums;
    }
    let rows = Given::most_rows(&given, elements);
    let mut follow = Follow::new(formula, given, rows, elements);
    let Follow { given, kept, .. } = &mut follow;
    let operands = given
        .each_ref()
        .map(|own| Operand::new(own, rows, elements));
    let out = Rows::filled(rows, |sums| {
        forward::sums::<N>(formula, operands, elements, sums, kept.as_mut());
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
            let sizes = [rows, elements];
            backward::accumulate::<N>(&mut source, &given, wanted, sizes, upstream, grads);
        });
    }
}

/// The rows of a value, as a parameter that kernels can read.
pub fn rows_of<E: Event>(value: &Value<E>) -> Param<E> {
    Param::Rows(value.clone())
}
