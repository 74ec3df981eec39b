//! Sums over rows, in `f64` however many terms they have.

use super::operand::{Operand, Reader, TILE, segments};
use crate::tensor::simd::{Kernel, vectorised};

/// Partial sums that are taken side by side.
const LANES: usize = 16;

/// Sums the elements of each row in `f64`, as they come.
///
/// Element `e` goes to partial sum `e mod 16`, and these are added in pairs; rows of fewer are summed from the first to the
/// last. The order does not depend on how the elements are cut into tiles, nor on the machine.
pub struct RowSums<'a> {
    elements: usize,
    lanes: [f64; LANES],
    out: std::slice::IterMut<'a, f64>,
    done: usize,
    counted: Option<Box<Counted<'a>>>,
}

/// Which elements count, and how many were taken.
struct Counted<'a> {
    observed: Reader<'a>,
    taken: usize,
}

impl Counted<'_> {
    /// The next elements, with zeros in place of those that do not count, whatever they are.
    fn only<T: Copy + Into<f64>>(&mut self, values: &[T]) -> [f64; TILE] {
        let observed = self.observed.read(self.taken, values.len());
        self.taken += values.len();
        let mut kept = [0.0; TILE];
        for (kept, (&value, &observed)) in kept.iter_mut().zip(values.iter().zip(observed)) {
            if observed != 0.0 {
                *kept = value.into();
            }
        }
        kept
    }
}

impl<'a> RowSums<'a> {
    /// Sums of rows of so many elements, one for each place of `out`.
    pub(in crate::kernels) fn new(elements: usize, out: &'a mut [f64]) -> Self {
        Self {
            elements,
            lanes: [0.0; LANES],
            out: out.iter_mut(),
            done: 0,
            counted: None,
        }
    }

    /// The same, of the elements that count: those that are observed, from number `start` of all rows on. They are taken by tiles.
    pub(super) fn counting(self, observed: Option<Operand<'a>>, start: usize) -> Self {
        let counted = observed.map(|observed| {
            Box::new(Counted {
                observed: observed.reader(),
                taken: start,
            })
        });
        Self { counted, ..self }
    }

    /// The elements of each row.
    pub(super) fn elements(&self) -> usize {
        self.elements
    }

    /// Takes the next elements, in `f32` or `f64`.
    pub(in crate::kernels) fn take<T: Copy + Into<f64>>(&mut self, values: &[T]) {
        match &mut self.counted {
            None => vectorised(Take { sums: self, values }),
            Some(counted) => {
                let kept = counted.only(values);
                let values = &kept[..values.len()];
                vectorised(Take { sums: self, values });
            }
        }
    }

    #[inline(always)]
    fn add<T: Copy + Into<f64>>(&mut self, element: usize, values: &[T]) {
        let first = element % LANES;
        let aligned = if first == 0 {
            0
        } else {
            (LANES - first).min(values.len())
        };
        let (head, rest) = values.split_at(aligned);
        for (lane, &value) in self.lanes[first..].iter_mut().zip(head) {
            *lane += value.into();
        }
        let (whole, tail) = rest.as_chunks::<LANES>();
        let mut lanes = self.lanes;
        for chunk in whole {
            for i in 0..LANES {
                lanes[i] += chunk[i].into();
            }
        }
        for (lane, &value) in lanes.iter_mut().zip(tail) {
            *lane += value.into();
        }
        self.lanes = lanes;
    }

    /// Takes elements of rows that have fewer than there are partial sums: these are summed in their order.
    #[inline(always)]
    fn take_short_rows<T: Copy + Into<f64>>(&mut self, values: &[T]) {
        let lacking = (self.elements - self.done) % self.elements;
        let (head, rest) = values.split_at(lacking.min(values.len()));
        let mut begun = self.lanes[0];
        head.iter().for_each(|&value| begun += value.into());
        let rows = rest.chunks_exact(self.elements);
        let tail = rows.remainder();
        if !head.is_empty() && head.len() == lacking {
            if let Some(out) = self.out.next() {
                *out = begun;
            }
            begun = 0.0;
        }
        // In this order: what the second lacks is not taken from the first.
        for (row, out) in rows.zip(self.out.by_ref()) {
            let mut sum = 0.0;
            row.iter().for_each(|&value| sum += value.into());
            *out = sum;
        }
        tail.iter().for_each(|&value| begun += value.into());
        self.lanes[0] = begun;
        self.done = (self.done + values.len()) % self.elements;
    }

    /// Ends a row.
    #[inline(always)]
    fn finish(&mut self) {
        let lanes = self.lanes;
        let eight: [f64; 8] = std::array::from_fn(|i| lanes[i] + lanes[i + 8]);
        let four: [f64; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
        let sum = (four[0] + four[2]) + (four[1] + four[3]);
        if let Some(out) = self.out.next() {
            *out = sum;
        }
        self.lanes = [0.0; LANES];
    }
}

struct Take<'s, 'a, T> {
    sums: &'s mut RowSums<'a>,
    values: &'s [T],
}

impl<T: Copy + Into<f64>> Kernel for Take<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { sums, values } = self;
        let elements = sums.elements;
        if elements < LANES {
            return sums.take_short_rows(values);
        }
        segments(
            sums.done,
            values.len(),
            elements,
            // Outside of the copies for vectors it would be compiled for the oldest processors.
            #[inline(always)]
            |_, element, range| {
                let end = element + range.len();
                sums.add(element, &values[range]);
                if end == elements {
                    sums.finish();
                }
            },
        );
        sums.done = (sums.done + values.len()) % elements;
    }
}
