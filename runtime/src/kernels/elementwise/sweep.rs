//! The loops over elements, compiled for each kind of vectors.

use super::Formula;
use super::operand::{BLOCK, TILE};
use crate::kernels::simd::{Kernel, vectorised};

/// The arguments of a tile.
pub(super) type Arguments<'a, const N: usize> = [&'a [f32; TILE]; N];

/// What flows back to each operand from a tile.
pub(super) type Flows<const N: usize> = [[f32; TILE]; N];

/// A formula, tile by tile: all that is compiled for each formula by itself.
///
/// Only the first `length` numbers of a tile have a meaning, here and in what is written.
pub(super) trait Sweep<const N: usize>: Sync {
    /// The values, to be kept.
    fn values(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f32; TILE]);

    /// The values, to be summed.
    fn terms(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f64; TILE]);

    /// What flows back to every wanted operand.
    fn flows(
        &self,
        arguments: Arguments<'_, N>,
        upstream: &[f32; TILE],
        length: usize,
        wanted: [bool; N],
        out: &mut Flows<N>,
    );
}

impl<F: Formula<N>, const N: usize> Sweep<N> for F {
    fn values(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f32; TILE]) {
        run::<Self, _, N>(Values {
            formula: *self,
            arguments,
            length,
            out,
        });
    }

    fn terms(&self, arguments: Arguments<'_, N>, length: usize, out: &mut [f64; TILE]) {
        if Self::DOUBLE {
            for i in 0..length {
                out[i] = self.value(arguments.map(|a| a[i]));
            }
        } else {
            let mut single = [0.0; TILE];
            self.values(arguments, length, &mut single);
            for (out, value) in out.iter_mut().zip(single) {
                *out = f64::from(value);
            }
        }
    }

    fn flows(
        &self,
        arguments: Arguments<'_, N>,
        upstream: &[f32; TILE],
        length: usize,
        wanted: [bool; N],
        out: &mut Flows<N>,
    ) {
        let back = Back {
            formula: *self,
            arguments,
            upstream,
            length,
        };
        let alone = wanted.iter().filter(|&&w| w).count() == 1;
        match wanted.iter().position(|&w| w) {
            None => {}
            Some(0) if N == 1 || N == 2 && alone => {
                run::<Self, _, N>(One::<_, N, 0>(back, &mut out[0]));
            }
            Some(1) if N == 2 => run::<Self, _, N>(One::<_, N, 1>(back, &mut out[1])),
            _ => run::<Self, _, N>(All(back, out)),
        }
    }
}

/// Formulas in `f64` call functions that have no vector form: copies for vectors would be the same.
#[inline(always)]
fn run<F: Formula<N>, K: Kernel<Output = ()>, const N: usize>(kernel: K) {
    if F::DOUBLE {
        kernel.run();
    } else {
        vectorised(kernel);
    }
}

/// How many blocks hold so many numbers. Loops over whole blocks have no remainder, and no index to check.
#[inline(always)]
fn blocks(length: usize) -> std::ops::Range<usize> {
    0..length.div_ceil(BLOCK).min(TILE / BLOCK)
}

/// One block of every argument.
#[inline(always)]
fn block<const N: usize>(arguments: Arguments<'_, N>, number: usize) -> [&[f32; BLOCK]; N] {
    arguments.map(|argument| &argument.as_chunks().0[number])
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
            let out: &mut [f32; BLOCK] = &mut self.out.as_chunks_mut().0[number];
            for i in 0..BLOCK {
                out[i] = self.formula.value(arguments.map(|a| a[i])) as f32;
            }
        }
    }
}

struct Back<'a, F, const N: usize> {
    formula: F,
    arguments: Arguments<'a, N>,
    upstream: &'a [f32; TILE],
    length: usize,
}

/// All operands.
struct All<'a, F, const N: usize>(Back<'a, F, N>, &'a mut Flows<N>);

impl<F: Formula<N>, const N: usize> Kernel for All<'_, F, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(back, out) = self;
        for number in blocks(back.length) {
            let arguments = block(back.arguments, number);
            let [upstream] = block([back.upstream], number);
            // Written to memory of its own first, which overlaps no operand as far as the compiler knows.
            let mut flows = [[0.0; BLOCK]; N];
            for i in 0..BLOCK {
                let partials = back.formula.partials(arguments.map(|a| a[i]));
                for k in 0..N {
                    flows[k][i] = flow(upstream[i], partials[k]);
                }
            }
            for (out, flows) in out.iter_mut().zip(flows) {
                out.as_chunks_mut().0[number] = flows;
            }
        }
    }
}

/// Operand number `K` alone: the others' derivatives are not computed.
struct One<'a, F, const N: usize, const K: usize>(Back<'a, F, N>, &'a mut [f32; TILE]);

impl<F: Formula<N>, const N: usize, const K: usize> Kernel for One<'_, F, N, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(back, out) = self;
        for number in blocks(back.length) {
            let arguments = block(back.arguments, number);
            let [upstream] = block([back.upstream], number);
            let out: &mut [f32; BLOCK] = &mut out.as_chunks_mut().0[number];
            for i in 0..BLOCK {
                let partial = back.formula.partial(arguments.map(|a| a[i]), K);
                out[i] = flow(upstream[i], partial);
            }
        }
    }
}

/// What nothing depends on gets no gradient, even where the slope is infinite.
#[inline(always)]
fn flow(upstream: f32, partial: f32) -> f32 {
    if upstream == 0.0 {
        0.0
    } else {
        upstream * partial
    }
}
