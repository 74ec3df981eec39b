//! Slopes that are computed along with the values, and kept for the backward pass.

use super::operand::{Operand, TILE};
use super::sweep::{Arguments, Slopes, Sweep};
use crate::tensor::scratch::Scratch;

/// The slopes by each wanted operand, one for every element of every row.
pub(super) struct Kept<const N: usize> {
    wanted: [bool; N],
    slopes: [Scratch; N],
}

impl<const N: usize> Kept<N> {
    /// Room for so many of each.
    pub(super) fn new(wanted: [bool; N], length: usize) -> Self {
        let room = |wanted| Scratch::new(if wanted { length } else { 0 });
        Self {
            wanted,
            slopes: wanted.map(room),
        }
    }

    /// Takes the slopes by one operand out; it then counts as not wanted.
    pub(super) fn take(&mut self, number: usize) -> Scratch {
        self.wanted[number] = false;
        std::mem::take(&mut self.slopes[number])
    }

    /// The slopes, to be read as operands with this many elements a row.
    pub(super) fn operands(&self, elements: usize) -> [Operand<'_>; N] {
        std::array::from_fn(|number| match self.wanted[number] {
            true => Operand::of_elements(&self.slopes[number], elements),
            false => Operand::ZERO,
        })
    }
}

/// Where the slopes of one part of the rows are kept; nowhere, if nobody wants them.
pub(super) struct Keeper<'a, const N: usize> {
    wanted: [bool; N],
    slopes: [&'a mut [f32]; N],
    tile: Slopes<N>,
}

/// One for every part of so many elements, without end.
pub(super) fn keepers<const N: usize>(
    kept: Option<&mut Kept<N>>,
    each: usize,
) -> impl Iterator<Item = Keeper<'_, N>> {
    let wanted = kept.as_ref().map_or([false; N], |kept| kept.wanted);
    let mut slopes = kept.map(|kept| {
        let slopes = kept.slopes.each_mut();
        slopes.map(|slopes| slopes.chunks_mut(each))
    });
    std::iter::repeat_with(move || Keeper {
        wanted,
        slopes: std::array::from_fn(|number| {
            let own = slopes.as_mut().and_then(|slopes| slopes[number].next());
            own.unwrap_or_default()
        }),
        tile: [[0.0; TILE]; N],
    })
}

impl<const N: usize> Keeper<'_, N> {
    /// Whether there is anything to keep.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.contains(&true)
    }

    /// The values of a tile that starts at element `at` of the part. Its slopes are kept.
    pub(super) fn values(
        &mut self,
        formula: &dyn Sweep<N>,
        arguments: Arguments<'_, N>,
        at: usize,
        length: usize,
        out: &mut [f32; TILE],
    ) {
        if !self.is_wanted() {
            return formula.values(arguments, length, out);
        }
        formula.values_and_slopes(arguments, length, self.wanted, out, &mut self.tile);
        self.keep(at, length);
    }

    /// The same, with the digits that sums over rows of `elements` elements need.
    pub(super) fn terms(
        &mut self,
        formula: &dyn Sweep<N>,
        arguments: Arguments<'_, N>,
        at: usize,
        length: usize,
        out: &mut [f64; TILE],
        elements: usize,
    ) {
        let tile = &mut self.tile;
        formula.terms_and_slopes(arguments, length, self.wanted, out, tile, elements);
        self.keep(at, length);
    }

    fn keep(&mut self, at: usize, length: usize) {
        for (number, slopes) in self.slopes.iter_mut().enumerate() {
            if self.wanted[number] {
                slopes[at..at + length].copy_from_slice(&self.tile[number][..length]);
            }
        }
    }
}
