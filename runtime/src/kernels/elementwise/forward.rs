//! Values: kept, or summed over each row.

use super::kept::{Kept, keepers};
use super::operand::{Operand, TILE, read};
use super::sums::RowSums;
use super::sweep::{Arguments, Sweep};
use crate::tensor::Flat;
use crate::tensor::parts::{Parts, share};

/// The formula of every element, in the order of rows of so many elements; its slopes go where they are kept.
pub(super) fn values<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    elements: usize,
    rows: usize,
    kept: Option<&mut Kept<N>>,
) -> Flat {
    let each = Parts::new(rows, elements, 1).each() * elements;
    let keepers = keepers(kept, each);
    Flat::written(
        rows * elements,
        each,
        keepers,
        |number, mut keeper, places| {
            let mut tile = [0.0; TILE];
            let length = places.left();
            tiles(operands, number * each, length, |at, now, arguments| {
                keeper.values(formula, arguments, at, now, &mut tile);
                places.push(&tile[..now]);
            });
        },
    )
}

/// The formula of every element that is observed, or of all, summed over each row of so many elements; its slopes go where they are
/// kept.
pub(super) fn sums<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    observed: Option<Operand<'_>>,
    elements: usize,
    out: &mut [f64],
    kept: Option<&mut Kept<N>>,
) {
    let parts = Parts::new(out.len(), elements, 1);
    let each = parts.each() * elements;
    let outs = out.chunks_mut(parts.each());
    let keepers = keepers(kept, each);
    let jobs = outs.zip(keepers).enumerate();
    share(jobs, |(number, (out, mut keeper))| {
        let length = out.len() * elements;
        let mut sums = RowSums::new(elements, out).counting(observed, number * each);
        let (mut terms, mut exact) = ([0.0; TILE], [0.0; TILE]);
        tiles(operands, number * each, length, |at, now, arguments| {
            if !keeper.is_wanted() {
                formula.sum(arguments, now, &mut sums);
            } else if formula.is_exact(elements) {
                keeper.terms(formula, arguments, at, now, &mut exact, elements);
                sums.take(&exact[..now]);
            } else {
                keeper.values(formula, arguments, at, now, &mut terms);
                sums.take(&terms[..now]);
            }
        });
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
