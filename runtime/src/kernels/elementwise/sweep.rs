//! A formula, tile by tile, compiled for each kind of vectors.

use super::Formula;
use super::loops::{All, ExactValues, One, Tile, Values, Write};
use super::operand::TILE;
use super::sums::RowSums;
use super::wide;
use crate::kernels::pairs::Split;
use crate::tensor::simd::{Kernel, vectorised};

/// The arguments of a tile.
pub(super) type Arguments<'a, const N: usize> = [&'a [f32; TILE]; N];

/// The slopes by each operand in a tile.
pub(super) type Slopes<const N: usize> = [[f32; TILE]; N];

/// A formula, tile by tile: all that is compiled for each formula by itself.
///
/// Only the first `length` numbers of a tile have a meaning, here and in what is written.
pub trait Sweep<const N: usize>: Sync {
    /// The value of numbers.
    fn number(&self, arguments: [f32; N]) -> f32;

    /// The cost of an element, in the unit of [`Parts::weighed`](crate::tensor::parts::Parts::weighed).
    fn cost(&self) -> usize {
        1
    }

    /// Whether slopes are kept, see [`Formula::KEEPS_SLOPES`].
    fn keeps_slopes(&self) -> bool {
        false
    }

    /// See [`Formula::split`].
    fn split(&self) -> Option<Box<dyn Split>> {
        None
    }

    /// The same formula, for a backward pass.
    fn boxed(&self) -> Box<dyn Sweep<N>>;

    /// The values, to be kept.
    fn values(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f32; TILE]);

    /// Whether sums over rows of `elements` elements have more digits than `f32` values.
    fn is_exact(&self, _elements: usize) -> bool {
        false
    }

    /// The values, added to the sums of rows.
    fn sum(&self, arguments: Arguments<'_, N>, length: usize, sums: &mut RowSums<'_>) {
        sum_of_rounded(self, arguments, length, sums);
    }

    /// The partial derivatives by every wanted operand.
    fn slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        out: &mut Slopes<N>,
    );

    /// Both the values and the slopes.
    fn values_and_slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        values: &mut [f32; TILE],
        slopes: &mut Slopes<N>,
    ) {
        self.values(arguments, length, values);
        self.slopes(arguments, length, wanted, slopes);
    }

    /// The same, with the digits that sums over rows of `elements` elements need.
    fn terms_and_slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        terms: &mut [f64; TILE],
        slopes: &mut Slopes<N>,
        _elements: usize,
    ) {
        let mut values = [0.0_f32; TILE];
        self.values_and_slopes(arguments, length, wanted, &mut values, slopes);
        *terms = values.map(f64::from);
    }
}

/// Adds the values to the sums of rows, each with the digits of `f32`.
fn sum_of_rounded<S: Sweep<N> + ?Sized, const N: usize>(
    formula: &S,
    arguments: Arguments<'_, N>,
    length: usize,
    sums: &mut RowSums<'_>,
) {
    let mut terms = [0.0_f32; TILE];
    formula.values(arguments, length, &mut terms);
    sums.take(&terms[..length]);
}

impl<F: Formula<N>, const N: usize> Sweep<N> for F {
    fn number(&self, arguments: [f32; N]) -> f32 {
        self.value(arguments) as f32
    }

    fn keeps_slopes(&self) -> bool {
        F::KEEPS_SLOPES
    }

    fn split(&self) -> Option<Box<dyn Split>> {
        Formula::split(self)
    }

    fn boxed(&self) -> Box<dyn Sweep<N>> {
        Box::new(*self)
    }

    fn values(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f32; TILE]) {
        let tile = Tile::of(*self, arguments, length);
        if const { F::DOUBLE && F::WIDE } {
            return wide::values(tile, out);
        }
        run::<Self, _, N>(Values { tile, out });
    }

    fn is_exact(&self, elements: usize) -> bool {
        F::EXACT || elements >= F::EXACT_FROM
    }

    fn sum(&self, arguments: Arguments<'_, N>, length: usize, sums: &mut RowSums<'_>) {
        // No loop is compiled that would never run: inline constants say so to the compiler, here and below.
        if F::EXACT || const { F::EXACT_FROM < usize::MAX } && sums.elements() >= F::EXACT_FROM {
            let mut terms = [0.0; TILE];
            exact_terms(*self, arguments, length, sums.elements(), &mut terms);
            sums.take(&terms[..length]);
        } else {
            sum_of_rounded(self, arguments, length, sums);
        }
    }

    fn slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        out: &mut Slopes<N>,
    ) {
        if const { F::KEEPS_SLOPES && !F::WIDE } {
            self.values_and_slopes(arguments, length, wanted, &mut [0.0; TILE], out);
        } else {
            slopes::<F, N, false>(*self, arguments, length, wanted, None, out);
        }
    }

    fn values_and_slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        values: &mut [f32; TILE],
        out: &mut Slopes<N>,
    ) {
        if const { F::KEEPS_SLOPES && !F::WIDE } {
            slopes::<F, N, true>(*self, arguments, length, wanted, Some(values), out);
        } else {
            self.values(arguments, length, values);
            self.slopes(arguments, length, wanted, out);
        }
    }

    fn terms_and_slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        wanted: [bool; N],
        terms: &mut [f64; TILE],
        slopes: &mut Slopes<N>,
        elements: usize,
    ) {
        if const { F::DOUBLE && F::WIDE && F::SHORT } && !wanted[0] {
            let tile = Tile::of(*self, arguments, length);
            return wide::values_and_slopes(tile, wanted, terms, slopes);
        }
        exact_terms(*self, arguments, length, elements, terms);
        self.slopes(arguments, length, wanted, slopes);
    }
}

/// The values with the digits of sums over rows of so many elements.
fn exact_terms<F: Formula<N>, const N: usize>(
    formula: F,
    arguments: Arguments<'_, N>,
    length: usize,
    elements: usize,
    out: &mut [f64; TILE],
) {
    let tile = Tile::of(formula, arguments, length);
    if const { F::EXACT_FROM < usize::MAX } && elements >= F::EXACT_FROM {
        run::<F, _, N>(ExactValues::<_, N, true> { tile, out });
    } else if const { F::DOUBLE && F::WIDE } {
        wide::values(tile, out);
    } else if F::EXACT {
        run::<F, _, N>(ExactValues::<_, N, false> { tile, out });
    }
}

fn slopes<F: Formula<N>, const N: usize, const VALUES: bool>(
    formula: F,
    arguments: Arguments<'_, N>,
    length: usize,
    wanted: [bool; N],
    values: Option<&mut [f32; TILE]>,
    out: &mut Slopes<N>,
) {
    let tile = Tile::of(formula, arguments, length);
    if const { F::DOUBLE && F::WIDE } {
        return wide::slopes(tile, wanted, out);
    }
    let alone = is_alone(wanted);
    if const { N == 1 } || const { N == 2 } && alone && wanted[0] {
        let slopes = &mut out[0];
        run::<F, _, N>(One::<_, N, 0, VALUES>(tile, Write { slopes, values }));
    } else if const { N == 2 } && alone {
        let slopes = &mut out[1];
        run::<F, _, N>(One::<_, N, 1, VALUES>(tile, Write { slopes, values }));
    } else {
        let slopes = out;
        run::<F, _, N>(All::<_, N, VALUES>(tile, Write { slopes, values }));
    }
}

/// Whether the slopes by one operand alone are wanted.
fn is_alone<const N: usize>(wanted: [bool; N]) -> bool {
    wanted.iter().filter(|&&w| w).count() == 1
}

/// Formulas in `f64` call functions that have no vector form, if they do not say otherwise: copies for vectors would be the same.
#[inline(always)]
fn run<F: Formula<N>, K: Kernel<Output = ()>, const N: usize>(kernel: K) {
    if F::DOUBLE && !F::WIDE {
        kernel.run();
    } else {
        vectorised(kernel);
    }
}
