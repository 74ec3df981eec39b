//! Values: kept, or summed over each row.

use super::operand::{Operand, TILE, read};
use super::sums::RowSums;
use super::sweep::{Arguments, Sweep};
use crate::kernels::parts::{Parts, share};

/// The formula of every element, in the order of rows of so many elements.
pub(super) fn values<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    elements: usize,
    out: &mut [f32],
) {
    let parts = Parts::new(out.len() / elements, elements, 1);
    let each = parts.each() * elements;
    let part = |number: usize, out: &mut [f32]| {
        tiles(operands, number * each, out.len(), |at, now, arguments| {
            let out = &mut out[at..];
            match out.first_chunk_mut() {
                Some(tile) => formula.values(arguments, now, tile),
                None => {
                    let mut tile = [0.0; TILE];
                    formula.values(arguments, now, &mut tile);
                    out.copy_from_slice(&tile[..now]);
                }
            }
        });
    };
    share(out.chunks_mut(each).enumerate(), |(number, out)| {
        part(number, out)
    });
}

/// The formula of every element, summed over each row of so many elements.
pub(super) fn sums<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    elements: usize,
    out: &mut [f32],
) {
    let parts = Parts::new(out.len(), elements, 1);
    let part = |number: usize, out: &mut [f32]| {
        let start = number * parts.each() * elements;
        let length = out.len() * elements;
        let mut sums = RowSums::new(elements, out);
        let mut terms = [0.0; TILE];
        tiles(operands, start, length, |_, now, arguments| {
            formula.terms(arguments, now, &mut terms);
            sums.take(&terms[..now]);
        });
    };
    share(out.chunks_mut(parts.each()).enumerate(), |(number, out)| {
        part(number, out)
    });
}

/// Calls `take(at, now, arguments)` for each tile of the `length` elements from number `start` on.
#[inline(always)]
fn tiles<const N: usize>(
    operands: [Operand<'_>; N],
    start: usize,
    length: usize,
    mut take: impl FnMut(usize, usize, Arguments<'_, N>),
) {
    let mut readers = operands.map(Operand::reader);
    for at in (0..length).step_by(TILE) {
        let now = TILE.min(length - at);
        take(at, now, read(&mut readers, start + at, now));
    }
}
