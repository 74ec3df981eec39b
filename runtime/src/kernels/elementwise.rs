//! A scalar formula over every element of its operands, in one pass.

use dfdx::shapes::HasShape;

use super::gradient::{buffer, on_backward};
use super::real::{Dual, Real};
use crate::param::Param;
use crate::shape::Event;
use crate::var::{Rows, constant};

/// A formula of `N` scalar arguments, written once for every kind of number.
///
/// ```
/// use elbow::kernels::elementwise::Formula;
/// use elbow::kernels::real::Real;
///
/// /// The squared distance of two numbers.
/// #[derive(Clone, Copy)]
/// struct SquaredDistance;
///
/// impl Formula<2> for SquaredDistance {
///     fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
///         (a - b).square()
///     }
/// }
///
/// assert_eq!(SquaredDistance.eval([3.0_f64, 1.0]), 4.0);
/// assert_eq!(SquaredDistance.partials([3.0, 1.0]), [4.0, -4.0]);
/// ```
pub trait Formula<const N: usize>: Copy + 'static {
    /// Whether steps in between need the digits of `f64`, as differences of log-gammas do.
    const DOUBLE: bool = false;

    /// The value.
    fn eval<R: Real>(&self, arguments: [R; N]) -> R;

    /// The value, as kernels compute it.
    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if Self::DOUBLE {
            self.eval(arguments.map(f64::from))
        } else {
            f64::from(self.eval(arguments))
        }
    }

    /// The partial derivatives by each argument; by default from dual numbers.
    #[inline(always)]
    fn partials(&self, arguments: [f32; N]) -> [f32; N] {
        if Self::DOUBLE {
            let arguments = Dual::arguments(arguments.map(f64::from));
            self.eval(arguments)
                .partials()
                .map(|partial| partial as f32)
        } else {
            self.eval(Dual::arguments(arguments)).partials()
        }
    }

    /// The partial derivative by one argument, for formulas that can give it alone.
    #[inline(always)]
    fn partial(&self, arguments: [f32; N], wanted: usize) -> f32 {
        self.partials(arguments)[wanted]
    }
}

/// How a kernel walks an operand: how far a step along the rows and along the event takes it.
struct Operand<'a> {
    values: &'a [f32],
    row_stride: usize,
    element_stride: usize,
    /// Kernel rows that share one row of the operand.
    share: usize,
}

impl<'a> Operand<'a> {
    fn new<E: Event>(param: &'a Param<E>, rows: usize) -> Self {
        let (row_stride, element_stride) = match param {
            Param::Number(_) => (0, 0),
            Param::Event(_) => (0, 1),
            Param::Rows(_) => (E::ELEMENTS, 1),
        };
        Self {
            values: param.values(),
            row_stride,
            element_stride,
            share: rows / param.rows().unwrap_or(rows).max(1),
        }
    }

    /// Where a row starts in the operand's values.
    #[inline(always)]
    fn offset(&self, row: usize) -> usize {
        row / self.share.max(1) * self.row_stride
    }
}

/// The rows that a kernel over these operands has: the most that any has of its own, or one.
pub fn common_rows<E: Event, const N: usize>(params: [&Param<E>; N]) -> usize {
    params.iter().filter_map(|p| p.rows()).max().unwrap_or(1)
}

/// The formula of every element, summed over each row's event in `f64`.
///
/// Rows of an operand are shared by blocks of kernel rows, see [`Param`].
///
/// ```
/// # use elbow::kernels::{elementwise::{Formula, row_sum}, real::Real};
/// # use elbow::{Param, prelude::Const};
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
    let rows = common_rows(params);
    let operands = params.map(|p| Operand::new(p, rows));
    let sums = (0..rows)
        .map(|row| {
            let at = std::array::from_fn::<_, N, _>(|i| operands[i].offset(row));
            let mut sum = 0.0_f64;
            for element in 0..E::ELEMENTS {
                sum += formula.value(arguments(&operands, &at, element));
            }
            sum as f32
        })
        .collect();
    let out: Rows = constant(sums, (rows,));
    let saved = params.map(Param::clone);
    on_backward(&out, move |upstream, grads| {
        for wanted in 0..N {
            accumulate(formula, &saved, wanted, rows, |row, _| upstream[row], grads);
        }
    });
    out
}

/// The formula of every element. A number where all operands are numbers, one event where none has
/// rows of its own, and otherwise one event for each row.
pub fn map<E: Event, F: Formula<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Param<E> {
    let rows = common_rows(params);
    let operands = params.map(|p| Operand::new(p, rows));
    if params.iter().all(|p| matches!(p, Param::Number(_))) {
        return Param::Number(formula.value(arguments(&operands, &[0; N], 0)) as f32);
    }
    let mut values = Vec::with_capacity(rows * E::ELEMENTS);
    for row in 0..rows {
        let at = std::array::from_fn::<_, N, _>(|i| operands[i].offset(row));
        let value = |e| formula.value(arguments(&operands, &at, e)) as f32;
        values.extend((0..E::ELEMENTS).map(value));
    }
    let saved = params.map(Param::clone);
    let backward = move |upstream: &[f32], grads: &mut super::gradient::Grads| {
        for wanted in 0..N {
            let gradient = |row: usize, element: usize| upstream[row * E::ELEMENTS + element];
            accumulate(formula, &saved, wanted, rows, gradient, grads);
        }
    };
    if params.iter().any(|p| p.rows().is_some()) {
        let out = constant(values, E::plated(rows));
        on_backward(&out, backward);
        Param::Rows(out)
    } else {
        let out = constant(values, E::default());
        on_backward(&out, backward);
        Param::Event(out)
    }
}

#[inline(always)]
fn arguments<const N: usize>(
    operands: &[Operand<'_>; N],
    at: &[usize; N],
    element: usize,
) -> [f32; N] {
    std::array::from_fn(|i| operands[i].values[at[i] + element * operands[i].element_stride])
}

/// Adds to the gradient of operand `wanted` what flows back to it.
fn accumulate<E: Event, F: Formula<N>, const N: usize>(
    formula: F,
    params: &[Param<E>; N],
    wanted: usize,
    rows: usize,
    upstream: impl Fn(usize, usize) -> f32,
    grads: &mut super::gradient::Grads,
) {
    match &params[wanted] {
        Param::Number(_) => {}
        Param::Event(event) => {
            // A part from every row: so many additions need the digits of f64.
            let mut sums = vec![0.0_f64; E::ELEMENTS];
            let add = |at: usize, part| sums[at] += f64::from(part);
            parts(formula, params, wanted, rows, upstream, add);
            let gradient = buffer(grads, event).iter_mut();
            gradient.zip(sums).for_each(|(g, sum)| *g += sum as f32);
        }
        Param::Rows(own) => {
            let gradient = buffer(grads, own);
            let add = |at: usize, part| gradient[at] += part;
            parts(formula, params, wanted, rows, upstream, add);
        }
    }
}

/// Calls `add` with every part that flows back to operand `wanted`, and where to.
#[inline(always)]
fn parts<E: Event, F: Formula<N>, const N: usize>(
    formula: F,
    params: &[Param<E>; N],
    wanted: usize,
    rows: usize,
    upstream: impl Fn(usize, usize) -> f32,
    mut add: impl FnMut(usize, f32),
) {
    let operands = params.each_ref().map(|p| Operand::new(p, rows));
    for row in 0..rows {
        let at = std::array::from_fn::<_, N, _>(|i| operands[i].offset(row));
        for element in 0..E::ELEMENTS {
            let up = upstream(row, element);
            // What nothing depends on gets no gradient, even where the slope is infinite.
            if up != 0.0 {
                let partial = formula.partial(arguments(&operands, &at, element), wanted);
                let place = at[wanted] + element * operands[wanted].element_stride;
                add(place, up * partial);
            }
        }
    }
}

/// The rows of a value, as a parameter that kernels can read.
pub fn rows_of<E: Event>(value: &crate::var::Value<E>) -> Param<E> {
    use dfdx::tensor_ops::ReshapeTo;
    let _ = value.shape();
    Param::Rows(value.clone().contiguous())
}
