//! Where gradients flow to.

use std::slice::ChunksMut;

use super::operand::segments;
use crate::tensor::simd::{Kernel, vectorised};

/// What happens to what stands in the place of a gradient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    /// It is added to.
    Add,
    /// It is lost.
    Replace,
    /// It is the slope, and multiplied.
    Scale,
}

/// Adds up what flows back to one operand from one part of the rows.
pub(super) enum Sink<'a> {
    /// Nowhere.
    Nothing,
    /// Every kernel row has a row of the operand: the elements of the part's rows.
    Rows(&'a mut [f32], Write),
    /// Blocks of kernel rows share one: the part's rows of the operand.
    Shared {
        gradient: &'a mut [f32],
        share: usize,
        /// The sum of a block, as far as it has come; as many terms as particles: in `f64`.
        sums: Vec<f64>,
    },
    /// All rows share one event: its sum over the part, as many terms as rows: in `f64`.
    Event(&'a mut [f64]),
    /// Rows all over the kernel share one: the sums of all rows of the operand over the part.
    Periodic {
        sums: &'a mut [f64],
        /// The part's first row.
        first: usize,
        share: usize,
    },
}

/// The sinks of one operand, part by part.
pub(super) enum Sinks<'a> {
    Nothing,
    Rows {
        gradient: ChunksMut<'a, f32>,
        share: usize,
        elements: usize,
        write: Write,
    },
    Event(ChunksMut<'a, f64>),
    Periodic {
        sums: ChunksMut<'a, f64>,
        /// The first row of the next part.
        first: usize,
        /// The rows of a part.
        each: usize,
        share: usize,
    },
}

impl<'a> Sinks<'a> {
    /// That of the next part.
    pub(super) fn next(&mut self) -> Sink<'a> {
        let next = match self {
            Self::Nothing => None,
            Self::Event(sums) => sums.next().map(Sink::Event),
            Self::Periodic {
                sums,
                first,
                each,
                share,
            } => {
                let (own, share) = (*first, *share);
                *first += *each;
                sums.next().map(|sums| Sink::Periodic {
                    sums,
                    first: own,
                    share,
                })
            }
            Self::Rows {
                gradient,
                share: 1,
                write,
                ..
            } => gradient.next().map(|gradient| Sink::Rows(gradient, *write)),
            Self::Rows {
                gradient,
                share,
                elements,
                ..
            } => gradient.next().map(|gradient| Sink::Shared {
                gradient,
                share: *share,
                sums: vec![0.0; *elements],
            }),
        };
        next.unwrap_or(Sink::Nothing)
    }
}

impl Sink<'_> {
    /// Takes what flows back from these elements of rows of so many elements, of which the first is number `start` of the
    /// part: what flows back to each, times its slope.
    pub(super) fn take(&mut self, start: usize, elements: usize, upstream: &[f32], slopes: &[f32]) {
        let length = slopes.len();
        match self {
            Self::Nothing => {}
            Self::Rows(gradient, write) => {
                let to = &mut gradient[start..start + length];
                match write {
                    Write::Add => add(to, upstream, slopes),
                    Write::Replace => vectorised(Replace {
                        to,
                        upstream,
                        slopes,
                    }),
                    Write::Scale => vectorised(Scale { to, upstream }),
                }
            }
            Self::Event(sums) => segments(start, length, elements, |_, element, range| {
                let sums = &mut sums[element..element + range.len()];
                add(sums, &upstream[range.clone()], &slopes[range]);
            }),
            Self::Periodic { sums, first, share } => {
                let period = sums.len() / elements;
                segments(start, length, elements, |row, element, range| {
                    let own = (*first + row) / *share % period * elements + element;
                    let sums = &mut sums[own..own + range.len()];
                    add(sums, &upstream[range.clone()], &slopes[range]);
                });
            }
            Self::Shared {
                gradient,
                share,
                sums,
            } => segments(start, length, elements, |row, element, range| {
                let end = element + range.len();
                let own = &mut sums[element..end];
                add(own, &upstream[range.clone()], &slopes[range]);
                if end == elements && (row + 1) % *share == 0 {
                    let own = row / *share * elements;
                    settle(&mut gradient[own..own + elements], sums);
                }
            }),
        }
    }
}

/// Adds finished sums to a gradient and starts again.
pub(super) fn settle(gradient: &mut [f32], sums: &mut [f64]) {
    for (gradient, sum) in gradient.iter_mut().zip(sums) {
        *gradient += *sum as f32;
        *sum = 0.0;
    }
}

fn add<T: Copy + std::ops::AddAssign + From<f32>>(to: &mut [T], upstream: &[f32], slopes: &[f32]) {
    vectorised(Add {
        to,
        upstream,
        slopes,
    });
}

struct Add<'a, T> {
    to: &'a mut [T],
    upstream: &'a [f32],
    slopes: &'a [f32],
}

impl<T: Copy + std::ops::AddAssign + From<f32>> Kernel for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let flows = self.upstream.iter().zip(self.slopes);
        for (to, (&upstream, &slope)) in self.to.iter_mut().zip(flows) {
            *to += T::from(flow(upstream, slope));
        }
    }
}

struct Replace<'a> {
    to: &'a mut [f32],
    upstream: &'a [f32],
    slopes: &'a [f32],
}

impl Kernel for Replace<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let flows = self.upstream.iter().zip(self.slopes);
        for (to, (&upstream, &slope)) in self.to.iter_mut().zip(flows) {
            *to = flow(upstream, slope);
        }
    }
}

struct Scale<'a> {
    to: &'a mut [f32],
    upstream: &'a [f32],
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, &upstream) in self.to.iter_mut().zip(self.upstream) {
            *to = flow(upstream, *to);
        }
    }
}

/// What nothing depends on gets no gradient, even where the slope is infinite; and what does not move passes none on, even
/// where what reads it has an infinite slope there.
#[inline(always)]
fn flow(upstream: f32, slope: f32) -> f32 {
    if upstream == 0.0 || slope == 0.0 {
        0.0
    } else {
        upstream * slope
    }
}
