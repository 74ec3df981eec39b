//! The loops over elements, compiled for each kind of vectors.

use super::Formula;
use super::operand::{BLOCK, TILE};
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

    /// What an element costs, as [`Parts::weighed`](crate::tensor::parts::Parts::weighed) takes it.
    fn cost(&self) -> usize {
        1
    }

    /// Whether slopes are kept, see [`Formula::KEEPS_SLOPES`].
    fn keeps_slopes(&self) -> bool;

    /// See [`Formula::split`].
    fn split(&self) -> Option<Box<dyn Split>> {
        None
    }

    /// The same formula, for a backward pass.
    fn boxed(&self) -> Box<dyn Sweep<N>>;

    /// The values, to be kept.
    fn values(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f32; TILE]);

    /// Whether sums over rows of so many elements are of more digits than the values kept.
    fn is_exact(&self, elements: usize) -> bool;

    /// The values, added to the sums of rows.
    fn sum(&self, arguments: Arguments<'_, N>, length: usize, sums: &mut RowSums<'_>);

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
    );
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
        if const { F::DOUBLE && F::WIDE } {
            let tile = Tile {
                formula: *self,
                arguments,
                length,
            };
            return wide::values(tile, out);
        }
        run::<Self, _, N>(Values {
            formula: *self,
            arguments,
            length,
            out,
        });
    }

    fn is_exact(&self, elements: usize) -> bool {
        F::EXACT || elements >= F::EXACT_FROM
    }

    fn sum(&self, arguments: Arguments<'_, N>, length: usize, sums: &mut RowSums<'_>) {
        // No loop is compiled that would never run: inline constants say so to the compiler, here and below.
        if const { F::EXACT_FROM < usize::MAX } && sums.elements() >= F::EXACT_FROM {
            exact_sum::<F, N, true>(*self, arguments, length, sums);
        } else if F::EXACT {
            exact_sum::<F, N, false>(*self, arguments, length, sums);
        } else {
            let mut terms = [0.0_f32; TILE];
            self.values(arguments, length, &mut terms);
            sums.take(&terms[..length]);
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
}

fn exact_sum<F: Formula<N>, const N: usize, const LONG: bool>(
    formula: F,
    arguments: Arguments<'_, N>,
    length: usize,
    sums: &mut RowSums<'_>,
) {
    let mut terms = [0.0_f64; TILE];
    let out = &mut terms;
    let tile = Tile {
        formula,
        arguments,
        length,
    };
    if const { F::DOUBLE && F::WIDE } {
        wide::values(tile, out);
    } else {
        run::<F, _, N>(ExactValues::<_, N, LONG> { tile, out });
    }
    sums.take(&terms[..length]);
}

fn slopes<F: Formula<N>, const N: usize, const VALUES: bool>(
    formula: F,
    arguments: Arguments<'_, N>,
    length: usize,
    wanted: [bool; N],
    values: Option<&mut [f32; TILE]>,
    out: &mut Slopes<N>,
) {
    let tile = Tile {
        formula,
        arguments,
        length,
    };
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

/// How many blocks hold so many numbers. Loops over whole blocks have no remainder, and no index to check.
#[inline(always)]
pub(super) fn blocks(length: usize) -> std::ops::Range<usize> {
    0..length.div_ceil(BLOCK).min(TILE / BLOCK)
}

/// One block of every argument.
#[inline(always)]
pub(super) fn block<const N: usize>(
    arguments: Arguments<'_, N>,
    number: usize,
) -> [&[f32; BLOCK]; N] {
    arguments.map(|argument| &argument.as_chunks().0[number])
}

/// Number `i` of every argument.
#[inline(always)]
pub(super) fn numbers<const N: usize, const SIZE: usize>(
    arguments: [&[f32; SIZE]; N],
    i: usize,
) -> [f32; N] {
    let mut numbers = [0.0; N];
    for k in 0..N {
        numbers[k] = arguments[k][i];
    }
    numbers
}

struct Values<'a, F, const N: usize> {
    formula: F,
    arguments: Arguments<'a, N>,
    length: usize,
    out: &'a mut [f32; TILE],
}

impl<F: Formula<N>, const N: usize> Kernel for Values<'_, F, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for number in blocks(self.length) {
            let arguments = block(self.arguments, number);
            // Written to memory of their own first, which overlaps no operand as far as the compiler knows.
            let mut values = [0.0; BLOCK];
            #[expect(clippy::needless_range_loop, reason = "one index for all")]
            for i in 0..BLOCK {
                values[i] = self.formula.value(numbers(arguments, i)) as f32;
            }
            self.out.as_chunks_mut().0[number] = values;
        }
    }
}

/// The values, before they are rounded.
struct ExactValues<'a, F, const N: usize, const LONG: bool> {
    tile: Tile<'a, F, N>,
    out: &'a mut [f64; TILE],
}

impl<F: Formula<N>, const N: usize, const LONG: bool> ExactValues<'_, F, N, LONG> {
    #[inline(always)]
    fn term(&self, arguments: [f32; N]) -> f64 {
        if LONG {
            self.tile.formula.exact(arguments)
        } else {
            self.tile.formula.value(arguments)
        }
    }
}

impl<F: Formula<N>, const N: usize, const LONG: bool> Kernel for ExactValues<'_, F, N, LONG> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if F::DOUBLE {
            // Functions without a vector form: none is computed for places without a meaning.
            for i in 0..self.tile.length {
                self.out[i] = self.term(numbers(self.tile.arguments, i));
            }
            return;
        }
        for number in blocks(self.tile.length) {
            let arguments = block(self.tile.arguments, number);
            // Written to memory of their own first, which overlaps no operand as far as the compiler knows.
            let mut terms = [0.0; BLOCK];
            #[expect(clippy::needless_range_loop, reason = "one index for all")]
            for i in 0..BLOCK {
                terms[i] = self.term(numbers(arguments, i));
            }
            self.out.as_chunks_mut().0[number] = terms;
        }
    }
}

/// A formula on a tile.
#[derive(Clone, Copy)]
pub(super) struct Tile<'a, F, const N: usize> {
    pub(super) formula: F,
    pub(super) arguments: Arguments<'a, N>,
    pub(super) length: usize,
}

/// Where the slopes go, and the values if they are wanted along with them: `VALUES` says so to the compiler.
struct Write<'a, S, const VALUES: bool> {
    slopes: &'a mut S,
    values: Option<&'a mut [f32; TILE]>,
}

impl<S, const VALUES: bool> Write<'_, S, VALUES> {
    #[inline(always)]
    fn values(&mut self, number: usize, block: [f32; BLOCK]) {
        if VALUES && let Some(values) = &mut self.values {
            values.as_chunks_mut().0[number] = block;
        }
    }
}

/// The slopes by all operands.
struct All<'a, F, const N: usize, const VALUES: bool>(Tile<'a, F, N>, Write<'a, Slopes<N>, VALUES>);

impl<F: Formula<N>, const N: usize, const VALUES: bool> Kernel for All<'_, F, N, VALUES> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(tile, mut write) = self;
        for number in blocks(tile.length) {
            let arguments = block(tile.arguments, number);
            // Written to memory of their own first, which overlaps no operand as far as the compiler knows.
            let mut slopes = [[0.0; BLOCK]; N];
            let mut values = [0.0; BLOCK];
            for i in 0..BLOCK {
                let own = numbers(arguments, i);
                let partials = tile.formula.partials(own);
                for k in 0..N {
                    slopes[k][i] = partials[k];
                }
                if VALUES {
                    values[i] = tile.formula.value(own) as f32;
                }
            }
            for (out, slopes) in write.slopes.iter_mut().zip(slopes) {
                out.as_chunks_mut().0[number] = slopes;
            }
            write.values(number, values);
        }
    }
}

/// The slopes by operand number `K` alone: the others' are not computed.
struct One<'a, F, const N: usize, const K: usize, const VALUES: bool>(
    Tile<'a, F, N>,
    Write<'a, [f32; TILE], VALUES>,
);

impl<F: Formula<N>, const N: usize, const K: usize, const VALUES: bool> Kernel
    for One<'_, F, N, K, VALUES>
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(tile, mut write) = self;
        for number in blocks(tile.length) {
            let arguments = block(tile.arguments, number);
            let mut slopes = [0.0; BLOCK];
            let mut values = [0.0; BLOCK];
            for i in 0..BLOCK {
                let own = numbers(arguments, i);
                slopes[i] = tile.formula.partial(own, K);
                if VALUES {
                    values[i] = tile.formula.value(own) as f32;
                }
            }
            write.slopes.as_chunks_mut().0[number] = slopes;
            write.values(number, values);
        }
    }
}
