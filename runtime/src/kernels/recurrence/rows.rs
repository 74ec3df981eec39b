//! Rows of numbers side by side.

use std::iter::repeat_with;

/// Writes a row again and again.
pub(super) fn repeat(row: &[f32], out: &mut [f32]) {
    for out in out.chunks_exact_mut(row.len().max(1)) {
        out.copy_from_slice(row);
    }
}

/// Adds number by number.
pub(super) fn add(sums: &mut [f32], parts: &[f32]) {
    let pairs = sums.iter_mut().zip(parts);
    pairs.for_each(|(sum, part)| *sum += part);
}

/// Rows of this many numbers, and then nothing.
pub(super) fn rows_of(values: &[f32], each: usize) -> impl Iterator<Item = &[f32]> {
    values
        .chunks(each.max(1))
        .chain(repeat_with(Default::default))
}

/// The same for writing.
pub(super) fn rows_mut(values: &mut [f32], each: usize) -> impl Iterator<Item = &mut [f32]> {
    let rows = values.chunks_mut(each.max(1));
    rows.chain(repeat_with(Default::default))
}
