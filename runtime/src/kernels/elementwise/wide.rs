//! Formulas in vectors of `f64`. Elements that are not ordinary are then computed again, each by itself: no element's digits
//! depend on its neighbours.

use std::marker::PhantomData;

use super::Formula;
use super::operand::{BLOCK, TILE};
use super::sweep::{Slopes, Tile, block, blocks, numbers};
use crate::kernels::real::{Dual, Real, Wide};
use crate::tensor::simd::{Kernel, vectorised};

/// The values of a tile.
pub(super) fn values<F: Formula<N>, T: Written, const N: usize>(
    tile: Tile<'_, F, N>,
    out: &mut [T; TILE],
) {
    vectorised(Each::<_, T, Value, N>(tile, out, PhantomData));
}

/// The slopes in a tile by every wanted operand. The others' are not computed.
pub(super) fn slopes<F: Formula<N>, const N: usize>(
    tile: Tile<'_, F, N>,
    wanted: [bool; N],
    out: &mut Slopes<N>,
) {
    const { assert!(N <= 5, "there is no loop for slopes by a sixth operand") };
    for (number, out) in out.iter_mut().enumerate() {
        match number {
            _ if !wanted[number] => {}
            0 => slope::<F, N, 0>(tile, out),
            1 => slope::<F, N, 1>(tile, out),
            2 => slope::<F, N, 2>(tile, out),
            3 => slope::<F, N, 3>(tile, out),
            _ => slope::<F, N, 4>(tile, out),
        }
    }
}

fn slope<F: Formula<N>, const N: usize, const K: usize>(
    tile: Tile<'_, F, N>,
    out: &mut [f32; TILE],
) {
    if const { K < N } {
        vectorised(Each::<_, f32, Slope<K>, N>(tile, out, PhantomData));
    }
}

/// What is computed of every element.
trait Computed {
    /// In vectors.
    fn ordinary<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64;
    /// Where the element is not ordinary.
    fn other<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64;
}

/// The value.
struct Value;

impl Computed for Value {
    #[inline(always)]
    fn ordinary<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64 {
        formula.ordinary(Wide::arguments(arguments)).value()
    }
    fn other<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64 {
        formula.value(arguments)
    }
}

/// The slope by argument number `K`.
struct Slope<const K: usize>;

impl<const K: usize> Computed for Slope<K> {
    #[inline(always)]
    fn ordinary<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64 {
        let varying = Dual::<1, _>::varying(Wide::arguments(arguments), K);
        let [slope] = formula.ordinary(varying).partials();
        slope.value()
    }
    fn other<F: Formula<N>, const N: usize>(formula: F, arguments: [f32; N]) -> f64 {
        f64::from(formula.partial(arguments, K))
    }
}

/// A number that is kept.
pub(super) trait Written: Copy {
    const ZERO: Self;
    fn rounded(value: f64) -> Self;
}

impl Written for f32 {
    const ZERO: Self = 0.0;
    #[inline(always)]
    fn rounded(value: f64) -> Self {
        value as f32
    }
}

impl Written for f64 {
    const ZERO: Self = 0.0;
    #[inline(always)]
    fn rounded(value: f64) -> Self {
        value
    }
}

/// A number for each element of a tile.
struct Each<'a, F, T, C, const N: usize>(Tile<'a, F, N>, &'a mut [T; TILE], PhantomData<C>);

impl<F: Formula<N>, T: Written, C: Computed, const N: usize> Kernel for Each<'_, F, T, C, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(tile, out, _) = self;
        let mut is_ordinary = true;
        for number in blocks(tile.length) {
            let arguments = block(tile.arguments, number);
            // Written to memory of their own first, which overlaps no operand as far as the compiler knows.
            let mut computed = [T::ZERO; BLOCK];
            #[expect(clippy::needless_range_loop, reason = "one index for all")]
            for i in 0..BLOCK {
                computed[i] = T::rounded(C::ordinary(tile.formula, numbers(arguments, i)));
            }
            for i in 0..BLOCK {
                is_ordinary &= tile.formula.is_ordinary(numbers(arguments, i));
            }
            out.as_chunks_mut().0[number] = computed;
        }
        if !is_ordinary {
            again::<F, T, C, N>(tile, out);
        }
    }
}

/// Computes the elements that are not ordinary.
#[cold]
#[inline(never)]
fn again<F: Formula<N>, T: Written, C: Computed, const N: usize>(
    tile: Tile<'_, F, N>,
    out: &mut [T; TILE],
) {
    for (i, out) in out[..tile.length].iter_mut().enumerate() {
        let arguments = numbers(tile.arguments, i);
        if !tile.formula.is_ordinary(arguments) {
            *out = T::rounded(C::other(tile.formula, arguments));
        }
    }
}
