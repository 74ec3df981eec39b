//! Draws whose distribution depends on parameters, one element after another.

use std::ops::Range;

use super::{RowRng, Stream, unlearned};
use crate::kernels::formula::finite;
use crate::tensor::parts::Parts;
use crate::tensor::simd::{numbers, padded, vectorised_by};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Event, Flat, Param, Places};

/// Elements that are drawn before they are finished together.
const TILE: usize = 64;

/// What a draw costs, as [`Parts::weighed`] takes it.
const COST: usize = 16;

impl Stream {
    /// Numbers whose distribution depends on parameters, for every element of `rows` events. They are kept within the finite
    /// numbers of `f32`.
    ///
    /// They are constants. The caller adds their gradient by the parameters.
    pub fn plate_given<E: Event, const N: usize>(
        &self,
        rows: usize,
        params: [&Param<E>; N],
        draw: impl Fn(&mut RowRng, [f64; N]) -> f64 + Sync,
    ) -> Param<E> {
        self.plate_finished(rows, params, |rng, given| [draw(rng, given)], |[x], _| x)
    }

    /// The same for numbers that take two steps: `draw` needs the generator, and `finish` is computed in vectors if it keeps to
    /// functions that have a vector form. Both should be `#[inline(always)]`.
    pub(crate) fn plate_finished<E: Event, const N: usize, const K: usize>(
        &self,
        rows: usize,
        params: [&Param<E>; N],
        draw: impl Fn(&mut RowRng, [f64; N]) -> [f64; K] + Sync,
        finish: impl Fn([f64; K], [f64; N]) -> f64 + Sync,
    ) -> Param<E> {
        let params = unrecorded(|| params.map(|p| Param::<E>::Rows(p.expand(rows))));
        let given = params.each_ref().map(Param::values);
        let drawing = Drawing {
            stream: self,
            given,
            per_row: E::ELEMENTS,
            draw,
            finish,
        };
        unlearned(drawing.rows(rows))
    }
}

/// Draws for rows of so many elements.
struct Drawing<'a, D, F, const N: usize> {
    stream: &'a Stream,
    given: [&'a [f32]; N],
    per_row: usize,
    draw: D,
    finish: F,
}

impl<D, F, const N: usize, const K: usize> Drawing<'_, D, F, N>
where
    D: Fn(&mut RowRng, [f64; N]) -> [f64; K] + Sync,
    F: Fn([f64; K], [f64; N]) -> f64 + Sync,
{
    fn rows(&self, rows: usize) -> Flat {
        let per_row = self.per_row;
        let parts = Parts::weighed(rows, per_row, 1, COST);
        let each = parts.each() * per_row;
        // Each row has its own generator, so it does not matter which thread draws it.
        Flat::written(rows * per_row, each, parts.ranges(), |_, rows, places| {
            vectorised_by(
                #[inline(always)]
                || self.part(rows, places),
            );
        })
    }

    #[inline(always)]
    fn part(&self, rows: Range<usize>, places: &mut Places<'_>) {
        let mut row = RowOf {
            stream: self.stream,
            per_row: self.per_row,
            next: rows.start,
            left: 0,
            rng: self.stream.row(rows.start),
        };
        let end = rows.end * self.per_row;
        for start in (rows.start * self.per_row..end).step_by(TILE) {
            let length = TILE.min(end - start);
            places.push(&self.tile(&mut row, start, length)[..length]);
        }
    }

    /// The elements from number `start` on, counted through all rows.
    #[inline(always)]
    fn tile(&self, row: &mut RowOf<'_>, start: usize, length: usize) -> [f32; TILE] {
        let given: [[f64; TILE]; N] =
            padded(self.given.map(|values| &values[start..start + length]));
        let given = given.each_ref();
        let mut raw = [[1.0; TILE]; K];
        #[expect(clippy::needless_range_loop, reason = "one index for all")]
        for i in 0..length {
            let drawn = (self.draw)(row.generator(), numbers(given, i));
            for k in 0..K {
                raw[k][i] = drawn[k];
            }
        }
        let raw = raw.each_ref();
        let mut out = [0.0; TILE];
        #[expect(clippy::needless_range_loop, reason = "one index for all")]
        for i in 0..TILE {
            out[i] = finite((self.finish)(numbers(raw, i), numbers(given, i))) as f32;
        }
        out
    }
}

/// The generator of the row that an element is in.
struct RowOf<'a> {
    stream: &'a Stream,
    per_row: usize,
    /// The next row.
    next: usize,
    /// The elements that this row still has.
    left: usize,
    rng: RowRng,
}

impl RowOf<'_> {
    /// That of the next element.
    #[inline(always)]
    fn generator(&mut self) -> &mut RowRng {
        if self.left == 0 {
            self.rng = self.stream.row(self.next);
            self.next += 1;
            self.left = self.per_row;
        }
        self.left -= 1;
        &mut self.rng
    }
}
