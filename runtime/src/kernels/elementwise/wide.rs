//! Formulas in vectors of `f64`. Elements that are not ordinary are then computed again, each by itself: no element's digits
//! depend on its neighbours.

use std::marker::PhantomData;

use super::Formula;
use super::loops::{Tile, block, blocks};
use super::operand::{BLOCK, TILE};
use super::sweep::Slopes;
use crate::kernels::real::{Dual, Real, Wide};
use crate::tensor::simd::{Kernel, numbers, vectorised};

/// The values of a tile.
pub(super) fn values<F: Formula<N>, T: Written, const N: usize>(
    tile: Tile<'_, F, N>,
    out: &mut [T; TILE],
) {
    if const { !F::SHORT } {
        return vectorised(Each::<_, T, Value, N>(tile, out, PhantomData));
    }
    let mut long = Long::new();
    vectorised(Short::<_, _, N, true, false> {
        tile,
        values: Some(&mut *out),
        slopes: None,
        long: &mut long,
    });
    long.values(tile.formula, out);
}

/// The slopes in a tile by every wanted operand. The others' are not computed.
pub(super) fn slopes<F: Formula<N>, const N: usize>(
    tile: Tile<'_, F, N>,
    wanted: [bool; N],
    out: &mut Slopes<N>,
) {
    if const { !F::SHORT } || wanted[0] {
        return long_slopes(tile, wanted, out);
    }
    let mut long = Long::new();
    vectorised(Short::<_, f64, N, false, true> {
        tile,
        values: None,
        slopes: Some(&mut *out),
        long: &mut long,
    });
    long.slopes(tile.formula, wanted, out);
}

/// Both the values and the slopes of a formula that has a shorter way.
pub(super) fn values_and_slopes<F: Formula<N>, T: Written, const N: usize>(
    tile: Tile<'_, F, N>,
    wanted: [bool; N],
    values: &mut [T; TILE],
    slopes: &mut Slopes<N>,
) {
    let mut long = Long::new();
    vectorised(Short::<_, _, N, true, true> {
        tile,
        values: Some(&mut *values),
        slopes: Some(&mut *slopes),
        long: &mut long,
    });
    long.values(tile.formula, values);
    long.slopes(tile.formula, wanted, slopes);
}

fn long_slopes<F: Formula<N>, const N: usize>(
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

/// The elements of a tile that are not short, one after another: as few as there are take vectors of their own.
struct Long<const N: usize> {
    arguments: [[f32; TILE]; N],
    places: [usize; TILE],
    count: usize,
}

impl<const N: usize> Long<N> {
    fn new() -> Self {
        Self {
            arguments: [[1.0; TILE]; N],
            places: [0; TILE],
            count: 0,
        }
    }

    /// Takes the elements of a block that are not short, which are few.
    #[cold]
    #[inline(never)]
    fn take<F: Formula<N>>(&mut self, tile: Tile<'_, F, N>, number: usize) {
        let places = number * BLOCK..tile.length.min((number + 1) * BLOCK);
        for place in places {
            let arguments = numbers(tile.arguments, place);
            if !tile.formula.is_short(arguments) {
                for (own, argument) in self.arguments.iter_mut().zip(arguments) {
                    own[self.count] = argument;
                }
                self.places[self.count] = place;
                self.count += 1;
            }
        }
    }

    fn tile<F: Formula<N>>(&self, formula: F) -> Tile<'_, F, N> {
        Tile::of(formula, self.arguments.each_ref(), self.count)
    }

    /// Puts their values into their places.
    fn values<F: Formula<N>, T: Written>(&self, formula: F, out: &mut [T; TILE]) {
        if self.count > 0 {
            let mut computed = [T::ZERO; TILE];
            let tile = self.tile(formula);
            vectorised(Each::<_, T, Value, N>(tile, &mut computed, PhantomData));
            self.put_back(&computed, out);
        }
    }

    /// Puts their slopes into their places.
    fn slopes<F: Formula<N>>(&self, formula: F, wanted: [bool; N], out: &mut Slopes<N>) {
        if self.count > 0 {
            let mut computed = [[0.0; TILE]; N];
            long_slopes(self.tile(formula), wanted, &mut computed);
            for (computed, out) in computed.iter().zip(out) {
                self.put_back(computed, out);
            }
        }
    }

    fn put_back<T: Copy>(&self, computed: &[T; TILE], out: &mut [T; TILE]) {
        for (&place, &value) in self.places[..self.count].iter().zip(computed) {
            out[place] = value;
        }
    }
}

/// One block of every argument, and whether all of its elements are short.
#[inline(always)]
fn short_block<F: Formula<N>, const N: usize>(
    tile: Tile<'_, F, N>,
    number: usize,
) -> ([[f64; BLOCK]; N], bool) {
    let arguments = block(tile.arguments, number);
    let mut own = [[0.0; BLOCK]; N];
    for k in 0..N {
        for i in 0..BLOCK {
            own[k][i] = f64::from(arguments[k][i]);
        }
    }
    let mut is_short = true;
    for i in 0..BLOCK {
        is_short &= tile.formula.is_short(numbers(arguments, i));
    }
    (own, is_short)
}

/// The shorter way. The elements for which it is not right are collected.
struct Short<'a, 'b, F, T, const N: usize, const VALUES: bool, const SLOPES: bool> {
    tile: Tile<'a, F, N>,
    values: Option<&'b mut [T; TILE]>,
    slopes: Option<&'b mut Slopes<N>>,
    long: &'b mut Long<N>,
}

impl<F: Formula<N>, T: Written, const N: usize, const VALUES: bool, const SLOPES: bool> Kernel
    for Short<'_, '_, F, T, N, VALUES, SLOPES>
{
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let tile = self.tile;
        for number in blocks(tile.length) {
            let (arguments, is_short) = short_block(tile, number);
            let arguments = arguments.each_ref();
            let (values, slopes) = tile.formula.short::<VALUES, SLOPES, BLOCK>(arguments);
            if VALUES && let Some(out) = &mut self.values {
                let out: &mut [T; BLOCK] = &mut out.as_chunks_mut().0[number];
                for i in 0..BLOCK {
                    out[i] = T::rounded(values[i]);
                }
            }
            if SLOPES && let Some(out) = &mut self.slopes {
                for (out, slopes) in out.iter_mut().zip(&slopes) {
                    let out: &mut [f32; BLOCK] = &mut out.as_chunks_mut().0[number];
                    for i in 0..BLOCK {
                        out[i] = slopes[i] as f32;
                    }
                }
            }
            if !is_short {
                self.long.take(tile, number);
            }
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
