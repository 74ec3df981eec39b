//! Loops over the elements of a tile, block by block.

use super::Formula;
use super::operand::{BLOCK, TILE};
use super::sweep::{Arguments, Slopes};
use crate::tensor::simd::{Kernel, numbers};

/// The blocks of a tile that has `length` numbers. Loops over whole blocks have no remainder, and no index to check.
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

/// The values.
pub(super) struct Values<'a, F, const N: usize> {
    pub(super) tile: Tile<'a, F, N>,
    pub(super) out: &'a mut [f32; TILE],
}

impl<F: Formula<N>, const N: usize> Kernel for Values<'_, F, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for number in blocks(self.tile.length) {
            let arguments = block(self.tile.arguments, number);
            // Written to memory of their own first, which overlaps no operand as far as the compiler knows.
            let mut values = [0.0; BLOCK];
            #[expect(clippy::needless_range_loop, reason = "one index for all")]
            for i in 0..BLOCK {
                values[i] = self.tile.formula.value(numbers(arguments, i)) as f32;
            }
            self.out.as_chunks_mut().0[number] = values;
        }
    }
}

/// The values, before they are rounded.
pub(super) struct ExactValues<'a, F, const N: usize, const LONG: bool> {
    pub(super) tile: Tile<'a, F, N>,
    pub(super) out: &'a mut [f64; TILE],
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

impl<'a, F, const N: usize> Tile<'a, F, N> {
    pub(super) fn of(formula: F, arguments: Arguments<'a, N>, length: usize) -> Self {
        Self {
            formula,
            arguments,
            length,
        }
    }
}

/// Where the slopes go. `VALUES` tells the compiler whether the values are wanted too.
pub(super) struct Write<'a, S, const VALUES: bool> {
    pub(super) slopes: &'a mut S,
    pub(super) values: Option<&'a mut [f32; TILE]>,
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
pub(super) struct All<'a, F, const N: usize, const VALUES: bool>(
    pub(super) Tile<'a, F, N>,
    pub(super) Write<'a, Slopes<N>, VALUES>,
);

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
pub(super) struct One<'a, F, const N: usize, const K: usize, const VALUES: bool>(
    pub(super) Tile<'a, F, N>,
    pub(super) Write<'a, [f32; TILE], VALUES>,
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
