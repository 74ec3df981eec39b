//! Some rows of equal length, one after another or with the same number of all rows together.

use std::ops::Range;

use super::GROUP;
use crate::tensor::simd::vectorised_by;

/// Puts these numbers of each row together with those of the others: all rows' first, then all rows' second, and so on.
pub(super) fn together(rows: &[f32], lanes: usize, numbers: Range<usize>, out: &mut [f32]) {
    let (length, first) = (rows.len() / lanes, numbers.start);
    let out = &mut out[..numbers.len() * lanes];
    if lanes != GROUP {
        for (row, own) in rows.chunks_exact(length).enumerate() {
            let places = out[row..].iter_mut().step_by(lanes);
            places
                .zip(&own[numbers.clone()])
                .for_each(|(out, x)| *out = *x);
        }
        return;
    }
    vectorised_by(
        #[inline(always)]
        || {
            let (tiles, rest) = out.as_chunks_mut::<{ GROUP * GROUP }>();
            for (tile, out) in tiles.iter_mut().enumerate() {
                let mut own = [[0.0; GROUP]; GROUP];
                for (row, own) in own.iter_mut().enumerate() {
                    *own = *at(rows, row * length + first + tile * GROUP);
                }
                for number in 0..GROUP {
                    for row in 0..GROUP {
                        out[number * GROUP + row] = own[row][number];
                    }
                }
            }
            let done = tiles.len() * GROUP;
            for (number, out) in rest.chunks_exact_mut(GROUP).enumerate() {
                for (row, out) in out.iter_mut().enumerate() {
                    *out = rows[row * length + first + done + number];
                }
            }
        },
    );
}

/// Adds numbers that are together to those numbers of each row.
pub(super) fn add_apart(own: &[f32], numbers: Range<usize>, rows: &mut [f32], lanes: usize) {
    let (length, first) = (rows.len() / lanes, numbers.start);
    if lanes != GROUP {
        for (row, out) in rows.chunks_exact_mut(length).enumerate() {
            let places = own[row..].iter().step_by(lanes);
            out[numbers.clone()]
                .iter_mut()
                .zip(places)
                .for_each(|(out, x)| *out += x);
        }
        return;
    }
    vectorised_by(
        #[inline(always)]
        || {
            let (tiles, rest) = own.as_chunks::<{ GROUP * GROUP }>();
            for (tile, own) in tiles.iter().enumerate() {
                let mut turned = [[0.0; GROUP]; GROUP];
                for number in 0..GROUP {
                    for row in 0..GROUP {
                        turned[row][number] = own[number * GROUP + row];
                    }
                }
                for (row, turned) in turned.iter().enumerate() {
                    let start = row * length + first + tile * GROUP;
                    let out = &mut rows[start..start + GROUP];
                    out.iter_mut().zip(turned).for_each(|(out, x)| *out += x);
                }
            }
            let done = tiles.len() * GROUP;
            for (number, own) in rest.chunks_exact(GROUP).enumerate() {
                for (row, own) in own.iter().enumerate() {
                    rows[row * length + first + done + number] += own;
                }
            }
        },
    );
}

/// The next numbers from a place on.
#[inline(always)]
fn at(numbers: &[f32], place: usize) -> &[f32; GROUP] {
    let own = numbers[place..].first_chunk();
    own.expect("numbers of a row")
}
