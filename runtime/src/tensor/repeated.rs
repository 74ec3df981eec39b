//! Rows that stand for more rows than are in memory.
//!
//! A variable that was computed before a draw has fewer rows than what is computed after it; the states of an enumerated
//! site are the same for every row. Nothing is copied until an operation asks for all rows. Layers, activations and formulas
//! do not: they compute each row in memory once, or read it in place.

use std::cell::OnceCell;

use super::flat::Flat;
use super::gradient::on_backward_to;
use super::scratch::Scratch;

/// How rows are repeated: each row `copies` times in turn, and all of that `times` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeat {
    /// The elements of a row.
    pub(crate) elements: usize,
    pub(crate) copies: usize,
    pub(crate) times: usize,
}

/// Repeated rows.
pub(crate) struct Repeated {
    own: Flat,
    how: Repeat,
    /// All rows, once they were asked for.
    all: OnceCell<Scratch>,
}

impl Repeat {
    /// How many rows each row stands for.
    pub(crate) fn factor(self) -> usize {
        self.copies * self.times
    }

    /// The same of rows with this many elements.
    pub(crate) fn of_rows(self, elements: usize) -> Self {
        Self { elements, ..self }
    }

    /// One repetition in the place of two, the first of which is this.
    fn then(self, after: Self) -> Option<Self> {
        let Self {
            elements,
            copies,
            times,
        } = after;
        (self.elements == elements && (copies == 1 || times == 1)).then(|| Self {
            elements,
            copies: self.copies * copies,
            times: self.times * times,
        })
    }

    /// Repeats rows. What flows back to them is summed in `f64`, since there may be as many terms as rows of data.
    pub(crate) fn apply(self, own: &Flat) -> Flat {
        let (source, how) = match own.repeated() {
            Some((source, before)) => match before.then(self) {
                Some(both) => (source, both),
                None => (own, self),
            },
            None => (own, self),
        };
        let out = Flat::repeating(Repeated {
            own: source.clone(),
            how,
            all: OnceCell::new(),
        });
        on_backward_to(&out, source, move |upstream, gradient| {
            how.sum(upstream, gradient);
        });
        out
    }

    /// Writes all rows, of those in memory.
    pub(crate) fn write(self, rows: &[f32], out: &mut [f32]) {
        let (elements, copies) = (self.elements.max(1), self.copies.max(1));
        for block in out.chunks_mut((rows.len() * copies).max(1)) {
            let copied = block.chunks_mut(elements * copies);
            for (row, copied) in rows.chunks(elements).zip(copied) {
                copied
                    .chunks_mut(elements)
                    .for_each(|copy| copy.copy_from_slice(row));
            }
        }
    }

    /// Adds to the gradient of the rows what flows back to all of their copies.
    pub(crate) fn sum(self, upstream: &[f32], gradient: &mut [f32]) {
        let (elements, copies) = (self.elements.max(1), self.copies.max(1));
        let mut sums = vec![0.0_f64; gradient.len()];
        for block in upstream.chunks((gradient.len() * copies).max(1)) {
            let copied = block.chunks(elements * copies);
            for (sums, copied) in sums.chunks_mut(elements).zip(copied) {
                for copy in copied.chunks(elements) {
                    let pairs = sums.iter_mut().zip(copy);
                    pairs.for_each(|(sum, &u)| *sum += f64::from(u));
                }
            }
        }
        let pairs = gradient.iter_mut().zip(sums);
        pairs.for_each(|(g, sum)| *g += sum as f32);
    }
}

impl Repeated {
    pub(super) fn source(&self) -> (&Flat, Repeat) {
        (&self.own, self.how)
    }

    pub(super) fn len(&self) -> usize {
        self.own.len() * self.how.factor()
    }

    /// All rows.
    pub(super) fn all(&self) -> &[f32] {
        self.all.get_or_init(|| {
            let mut all = Scratch::new(self.len());
            self.how.write(self.own.values(), &mut all);
            all
        })
    }
}

/// A copy of all rows, to which gradients flow back.
#[cfg(test)]
pub(crate) fn copied(all: &Flat) -> Flat {
    let out = Flat::of(all.values().to_vec());
    on_backward_to(&out, all, |upstream, gradient| {
        let pairs = gradient.iter_mut().zip(upstream);
        pairs.for_each(|(g, u)| *g += u);
    });
    out
}

#[cfg(test)]
mod tests {
    use dfdx::shapes::Const;

    use super::{Repeat, copied};
    use crate::tensor::tape::record;
    use crate::tensor::{Batch, Flat, Var, constant, tensor};

    fn repeat(copies: usize, times: usize) -> Repeat {
        Repeat {
            elements: 2,
            copies,
            times,
        }
    }

    #[test]
    fn rows_are_repeated_in_blocks_and_what_flows_back_is_summed() {
        let rows: Batch<(Const<2>,)> = tensor(vec![1.0, 2.0, 3.0, 4.0], (2, Const));
        let weights: Vec<f32> = (0..24).map(|w| w as f32).collect();
        let (sum, recording) = record(|| -> Var<()> {
            let tiled = repeat(2, 3).apply(Var::from(&rows).flat());
            let tiled: Var<(usize, Const<2>)> = Var::of(tiled, (12, Const));
            assert_eq!(
                tiled.as_vec(),
                [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0].repeat(3)
            );
            let weights: Var<(usize, Const<2>)> = constant(weights, (12, Const));
            (tiled * weights).sum()
        });
        let gradients = recording.backward(&sum);
        // Element 0 of row 0 is at 0, 2, 8, 10, 16 and 18.
        assert_eq!(gradients.get(&rows).as_vec(), [54.0, 60.0, 78.0, 84.0]);
    }

    /// Many rows, in parts that threads share: read in place, and from a copy.
    #[test]
    fn rows_read_in_place_give_and_get_what_copies_do() {
        let of = |rows: usize, seed: usize| -> Batch<(Const<2>,)> {
            let numbers = (0..2 * rows).map(|i| ((i * 7919 + seed) % 1000) as f32 / 1000.0 - 0.5);
            tensor(numbers.collect(), (rows, Const))
        };
        for how in [repeat(2, 2000), repeat(6000, 1), repeat(1, 4000)] {
            let own = of(12_000 / how.factor() + 1, 3);
            let rows = (12_000 / how.factor() + 1) * how.factor();
            let other = of(rows, 11);
            let run = |in_place: bool| {
                let (sum, recording) = record(|| -> Var<()> {
                    let source = Var::from(&own).square();
                    let all = how.apply(source.flat());
                    let all = match in_place {
                        true => all,
                        false => copied(&all),
                    };
                    let all: Var<(usize, Const<2>)> = Var::of(all, (rows, Const));
                    (all * Var::from(&other)).exp().sum()
                });
                let gradients = recording.backward(&sum);
                let by_own = gradients.get(&own).as_vec();
                (sum.number(), by_own, gradients.get(&other).as_vec())
            };
            let ((value, by_own, by_other), (copied, own_copied, other_copied)) =
                (run(true), run(false));
            assert!((value - copied).abs() <= 1e-6 * value.abs());
            assert_eq!(by_other, other_copied, "{how:?}");
            for (found, expected) in by_own.iter().zip(own_copied) {
                let close = (found - expected).abs() <= 1e-5 * expected.abs().max(1.0);
                assert!(close, "{how:?}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn repeating_twice_is_repeating_once_or_by_all_rows() {
        let own = Flat::of(vec![1.0, 2.0, 3.0, 4.0]);
        for first in [repeat(1, 3), repeat(2, 1), repeat(2, 3)] {
            for second in [repeat(1, 2), repeat(4, 1), repeat(2, 2)] {
                let once = first.apply(&own);
                let copied = Flat::of(once.values().to_vec());
                let (twice, expected) = (second.apply(&once), second.apply(&copied));
                assert_eq!(twice.values(), expected.values(), "{first:?} {second:?}");
            }
        }
    }
}
