//! A formula of a whole lane, the last axis of an event, summed over each row.

use std::borrow::Cow;

use crate::tensor::simd::{numbers, padded, vectorised_by};
use crate::tensor::{Event, Given, Param, Rows, on_backward};

/// A formula of `N` lanes with its derivatives, for functions that are not sums over elements.
///
/// ```
/// use elbow::family::{LaneFormula, Param, lane_sum};
/// use elbow::prelude::Const;
///
/// /// The largest element.
/// #[derive(Clone, Copy)]
/// struct Most;
///
/// impl LaneFormula<1> for Most {
///     fn value(&self, [x]: [&[f32]; 1]) -> f64 {
///         x.iter().copied().map(f64::from).fold(f64::NEG_INFINITY, f64::max)
///     }
///     fn partials(&self, [x]: [&[f32]; 1], _: usize, partials: &mut [f64]) {
///         let most = self.value([x]);
///         for (partial, &x) in partials.iter_mut().zip(x) {
///             *partial = if f64::from(x) == most { 1.0 } else { 0.0 };
///         }
///     }
/// }
///
/// let x = Param::<(Const<2>, Const<3>)>::Number(1.5);
/// assert_eq!(lane_sum(Most, [&x]).as_vec(), [3.0]);
/// ```
pub trait LaneFormula<const N: usize>: Copy + 'static {
    /// The value.
    fn value(&self, lanes: [&[f32]; N]) -> f64;

    /// Writes the partial derivatives by the elements of lane number `wanted`.
    fn partials(&self, lanes: [&[f32]; N], wanted: usize, partials: &mut [f64]);

    /// [`lane_sum`] without shapes, for events and lanes of these numbers of elements. It is compiled for all shapes at once, in the
    /// formula's crate.
    #[doc(hidden)]
    fn summed(&self, given: [Given; N], sizes: [usize; 2]) -> Rows {
        summed(*self, given, sizes)
    }
}

/// The method of a [`LaneFormula`] of `N` lanes that compiles its loops once, in this crate.
macro_rules! lanes_compiled_here {
    ($n:expr) => {
        #[inline(never)]
        fn summed(
            &self,
            given: [$crate::tensor::Given; $n],
            sizes: [usize; 2],
        ) -> $crate::tensor::Rows {
            $crate::kernels::lanes::summed(*self, given, sizes)
        }
    };
}

pub(crate) use lanes_compiled_here;

/// The sizes of an event, of its last axis, and the rows of a kernel.
#[derive(Clone, Copy)]
struct Sizes {
    elements: usize,
    last: usize,
    rows: usize,
}

/// An operand, lane by lane.
struct Lanes<'a> {
    values: Cow<'a, [f32]>,
    row_stride: usize,
    /// Kernel rows that share one row of the operand.
    share: usize,
    last: usize,
}

impl<'a> Lanes<'a> {
    fn new(given: &'a Given, sizes: Sizes) -> Self {
        let Sizes {
            elements,
            last,
            rows,
        } = sizes;
        let (values, row_stride) = match given {
            Given::Number(number) => (Cow::Owned(vec![*number; elements]), 0),
            Given::Event(flat) => (Cow::Borrowed(flat.values()), 0),
            Given::Rows(flat) => (Cow::Borrowed(flat.values()), elements),
        };
        Self {
            values,
            row_stride,
            share: (rows / given.rows(elements).unwrap_or(rows).max(1)).max(1),
            last,
        }
    }

    /// The start of lane number `lane` of a row.
    fn start(&self, row: usize, lane: usize) -> usize {
        row / self.share * self.row_stride + lane * self.last
    }

    fn lane(&self, row: usize, lane: usize) -> &[f32] {
        let start = self.start(row, lane);
        &self.values[start..start + self.last]
    }
}

/// The formula of every lane, summed over each row's event in `f64`.
pub fn lane_sum<E: Event, F: LaneFormula<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Rows {
    formula.summed(params.map(Param::given), [E::ELEMENTS, E::LAST])
}

pub(crate) fn summed<F: LaneFormula<N>, const N: usize>(
    formula: F,
    given: [Given; N],
    [elements, last]: [usize; 2],
) -> Rows {
    let sizes = Sizes {
        elements,
        last,
        rows: Given::most_rows(&given, elements),
    };
    let operands = all_lanes(&given, sizes);
    let row_total = |row: usize| -> f64 {
        let lanes = 0..elements / last;
        lanes
            .map(|lane| formula.value(lane_of_each(&operands, row, lane)))
            .sum()
    };
    let out = Rows::filled(sizes.rows, |sums| {
        let sums = sums.iter_mut().enumerate();
        sums.for_each(|(row, sum)| *sum = row_total(row));
    });
    drop(operands);
    on_backward(out.flat(), move |upstream, grads| {
        for (wanted, own) in given.iter().enumerate() {
            // Nothing flows to a number.
            let Some(own) = own.flat() else { continue };
            let slopes = slopes(formula, &given, wanted, sizes, upstream);
            let pairs = grads.buffer(own).iter_mut().zip(slopes);
            pairs.for_each(|(g, slope)| *g += slope as f32);
        }
    });
    out
}

/// The gradient of operand `wanted`.
fn slopes<F: LaneFormula<N>, const N: usize>(
    formula: F,
    given: &[Given; N],
    wanted: usize,
    sizes: Sizes,
    upstream: &[f32],
) -> Vec<f64> {
    let operands = all_lanes(given, sizes);
    let mut slopes = vec![0.0; operands[wanted].values.len()];
    let mut partials = vec![0.0; sizes.last];
    for (row, &up) in upstream.iter().enumerate() {
        // A lane that nothing depends on gets no gradient, even if the slope is infinite.
        if up == 0.0 {
            continue;
        }
        for lane in 0..sizes.elements / sizes.last {
            let lanes = lane_of_each(&operands, row, lane);
            formula.partials(lanes, wanted, &mut partials);
            let start = operands[wanted].start(row, lane);
            let own = slopes[start..].iter_mut().zip(&partials);
            own.for_each(|(slope, partial)| *slope += f64::from(up) * partial);
        }
    }
    slopes
}

// What follows is compiled once for each number of lanes, not for each formula.

fn all_lanes<const N: usize>(given: &[Given; N], sizes: Sizes) -> [Lanes<'_>; N] {
    given.each_ref().map(|given| Lanes::new(given, sizes))
}

fn lane_of_each<'l, const N: usize>(
    operands: &'l [Lanes<'_>; N],
    row: usize,
    lane: usize,
) -> [&'l [f32]; N] {
    operands.each_ref().map(|operand| operand.lane(row, lane))
}

/// Elements of a lane that are computed at a time.
const BLOCK: usize = 16;

/// The sum of `f` over the elements of lanes, in vectors if `f` keeps to functions that have a vector form.
#[inline(always)]
pub(crate) fn total<const N: usize>(lanes: [&[f32]; N], f: impl Fn([f64; N]) -> f64) -> f64 {
    let mut sums = [0.0; BLOCK];
    vectorised_by(
        #[inline(always)]
        || {
            for start in (0..lanes[0].len()).step_by(BLOCK) {
                let (values, length) = block(lanes, start, &f);
                for i in 0..BLOCK {
                    sums[i] += if i < length { values[i] } else { 0.0 };
                }
            }
        },
    );
    sums.iter().sum()
}

/// Writes `f` of each element of lanes, as [`total`] computes it.
#[inline(always)]
pub(crate) fn each<const N: usize>(
    lanes: [&[f32]; N],
    out: &mut [f64],
    f: impl Fn([f64; N]) -> f64,
) {
    vectorised_by(
        #[inline(always)]
        || {
            for start in (0..lanes[0].len()).step_by(BLOCK) {
                let (values, length) = block(lanes, start, &f);
                out[start..start + length].copy_from_slice(&values[..length]);
            }
        },
    );
}

/// `f` of the elements from number `start` on, and how many there are.
#[inline(always)]
fn block<const N: usize>(
    lanes: [&[f32]; N],
    start: usize,
    f: &impl Fn([f64; N]) -> f64,
) -> ([f64; BLOCK], usize) {
    let length = BLOCK.min(lanes[0].len() - start);
    let own: [[f64; BLOCK]; N] = padded(lanes.map(|lane| &lane[start..start + length]));
    let mut values = [0.0; BLOCK];
    #[expect(clippy::needless_range_loop, reason = "one index for all")]
    for i in 0..BLOCK {
        values[i] = f(numbers(own.each_ref(), i));
    }
    (values, length)
}
