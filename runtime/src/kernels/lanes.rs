//! A formula of a whole lane, the last axis of an event, summed over each row.

use std::borrow::Cow;

use super::elementwise::common_rows;
use super::gradient::{buffer, on_backward};
use crate::param::Param;
use crate::shape::Event;
use crate::var::Rows;

/// A formula of `N` lanes with its derivatives, for what is no sum over elements.
///
/// ```
/// use elbow::kernels::lanes::{LaneFormula, lane_sum};
/// use elbow::{Param, prelude::Const};
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
}

/// An operand, lane by lane.
struct Lanes<'a> {
    values: Cow<'a, [f32]>,
    row_stride: usize,
    /// Kernel rows that share one row of the operand.
    share: usize,
}

impl<'a> Lanes<'a> {
    fn new<E: Event>(param: &'a Param<E>, rows: usize) -> Self {
        let (values, row_stride) = match param {
            Param::Number(number) => (Cow::Owned(vec![*number; E::ELEMENTS]), 0),
            Param::Event(_) => (Cow::Borrowed(param.values()), 0),
            Param::Rows(_) => (Cow::Borrowed(param.values()), E::ELEMENTS),
        };
        Self {
            values,
            row_stride,
            share: (rows / param.rows().unwrap_or(rows).max(1)).max(1),
        }
    }

    /// Where lane number `lane` of a row starts.
    fn start<E: Event>(&self, row: usize, lane: usize) -> usize {
        row / self.share * self.row_stride + lane * E::LAST
    }

    fn lane<E: Event>(&self, row: usize, lane: usize) -> &[f32] {
        let start = self.start::<E>(row, lane);
        &self.values[start..start + E::LAST]
    }
}

/// The formula of every lane, summed over each row's event in `f64`.
pub fn lane_sum<E: Event, F: LaneFormula<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Rows {
    let rows = common_rows(params);
    let operands = params.map(|p| Lanes::new(p, rows));
    let row_total = |row: usize| -> f64 {
        let lanes = 0..E::ELEMENTS / E::LAST;
        lanes
            .map(|lane| formula.value(operands.each_ref().map(|o| o.lane::<E>(row, lane))))
            .sum()
    };
    let out = Rows::filled(rows, |sums| {
        let sums = sums.iter_mut().enumerate();
        sums.for_each(|(row, sum)| *sum = row_total(row));
    });
    let saved = params.map(Param::clone);
    on_backward(out.var(), move |upstream, grads| {
        for wanted in 0..N {
            let Some(slopes) = slopes(formula, &saved, wanted, rows, upstream) else {
                continue;
            };
            let gradient = match &saved[wanted] {
                Param::Number(_) => continue,
                Param::Event(event) => buffer(grads, event),
                Param::Rows(own) => buffer(grads, own),
            };
            let pairs = gradient.iter_mut().zip(slopes);
            pairs.for_each(|(g, slope)| *g += slope as f32);
        }
    });
    out
}

/// What flows back to operand `wanted`; nothing to a number.
fn slopes<E: Event, F: LaneFormula<N>, const N: usize>(
    formula: F,
    params: &[Param<E>; N],
    wanted: usize,
    rows: usize,
    upstream: &[f32],
) -> Option<Vec<f64>> {
    if matches!(params[wanted], Param::Number(_)) {
        return None;
    }
    let operands = params.each_ref().map(|p| Lanes::new(p, rows));
    let mut slopes = vec![0.0; operands[wanted].values.len()];
    let mut partials = vec![0.0; E::LAST];
    for (row, &up) in upstream.iter().enumerate() {
        // What nothing depends on gets no gradient, even where the slope is infinite.
        if up == 0.0 {
            continue;
        }
        for lane in 0..E::ELEMENTS / E::LAST {
            let lanes = operands.each_ref().map(|o| o.lane::<E>(row, lane));
            formula.partials(lanes, wanted, &mut partials);
            let start = operands[wanted].start::<E>(row, lane);
            let own = slopes[start..].iter_mut().zip(&partials);
            own.for_each(|(slope, partial)| *slope += f64::from(up) * partial);
        }
    }
    Some(slopes)
}
