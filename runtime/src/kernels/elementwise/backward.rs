//! Gradients: what flows back to all operands, in one pass.

use std::ops::Range;

use super::kept::Kept;
use super::operand::{self, Operand, TILE, read};
use super::sink::{Sink, Sinks, Write, settle};
use super::sweep::Sweep;
use crate::tensor::parts::{Parts, share};
use crate::tensor::scratch::Scratch;
use crate::tensor::{Given, Grads};

/// Where slopes come from.
pub(super) enum Source<const N: usize> {
    /// The forward pass, which kept them.
    Kept(Kept<N>),
    /// The formula, which computes them from its operands.
    Formula(Box<dyn Sweep<N>>),
}

/// Adds to the operands' gradients what flows back to them from the elements that are observed, or from all.
pub(super) fn accumulate<const N: usize>(
    source: &mut Source<N>,
    given: &[Given; N],
    wanted: [bool; N],
    [rows, elements]: [usize; 2],
    upstream: Operand<'_>,
    observed: Option<Operand<'_>>,
    grads: &mut Grads<'_>,
) {
    // No row, no part: there is no sum to give back.
    if rows == 0 {
        return;
    }
    let shares = given
        .each_ref()
        .map(|own| operand::share(own, rows, elements));
    let periods = given.each_ref().map(|own| operand::period(own, elements));
    let is_periodic = (0..N).any(|i| wanted[i] && periods[i] < usize::MAX);
    let cost = match source {
        Source::Kept(_) => 1,
        Source::Formula(formula) => formula.cost(),
    };
    let together = block(shares, rows, is_periodic);
    let parts = Parts::weighed(rows, elements, together, cost);
    let sizes = |i: usize| Sizes {
        elements,
        share: shares[i],
        parts: parts.count(),
        is_periodic: periods[i] < usize::MAX,
    };
    let mut own = std::array::from_fn(|i| match wanted[i] {
        true => Own::new(i, &given[i], sizes(i), source, grads),
        false => Own::Nothing,
    });
    let (formula, operands) = match &*source {
        Source::Kept(kept) => (None, kept.operands(elements)),
        Source::Formula(formula) => {
            let operands = given
                .each_ref()
                .map(|own| Operand::new(own, rows, elements));
            (Some(&**formula), operands)
        }
    };
    let back = Back {
        formula,
        operands,
        upstream,
        observed,
        elements,
    };
    back.flow(parts, &mut own);
    for (own, given) in own.into_iter().zip(given) {
        own.give_back(given, elements, grads);
    }
}

/// At most so many parts have sums of all rows of an operand.
const PERIODIC_PARTS: usize = 8;

/// Rows that have to stay together, so that no two parts flow to one row of an operand. Parts are few if each has sums of all
/// rows of an operand.
fn block<const N: usize>(shares: [usize; N], rows: usize, is_periodic: bool) -> usize {
    let shared = shares
        .into_iter()
        .fold(1, |block, share| match block.max(share) {
            most if most.is_multiple_of(block.min(share)) => most,
            _ => rows,
        });
    match is_periodic {
        true => rows.div_ceil(PERIODIC_PARTS).next_multiple_of(shared),
        false => shared,
    }
}

/// What an operand's gradient is laid out by.
#[derive(Clone, Copy)]
struct Sizes {
    elements: usize,
    /// Kernel rows that share one row of the operand.
    share: usize,
    parts: usize,
    /// Whether the operand begins again after some rows.
    is_periodic: bool,
}

/// All that flows back is computed from.
#[derive(Clone, Copy)]
struct Back<'a, const N: usize> {
    /// What computes the slopes, where they were not kept.
    formula: Option<&'a dyn Sweep<N>>,
    /// What the formula reads, or the slopes.
    operands: [Operand<'a>; N],
    upstream: Operand<'a>,
    /// Where it is zero, nothing flows back.
    observed: Option<Operand<'a>>,
    elements: usize,
}

impl<const N: usize> Back<'_, N> {
    fn flow(&self, parts: Parts, own: &mut [Own; N]) {
        let elements = self.elements;
        let mut sinks = own.each_mut().map(|own| own.sinks(parts, elements));
        let jobs = parts.ranges().map(|rows| {
            let own = sinks.each_mut().map(|sinks| sinks.next());
            (rows.start * elements..rows.end * elements, own)
        });
        share(jobs, |(range, sinks)| self.part(range, sinks));
    }

    /// What flows back from these elements.
    fn part(&self, range: Range<usize>, mut sinks: [Sink<'_>; N]) {
        let wanted = sinks.each_ref().map(|sink| !matches!(sink, Sink::Nothing));
        let mut readers = self.operands.map(Operand::reader);
        let mut upstream = self.upstream.reader();
        let mut observed = self.observed.map(Operand::reader);
        let mut kept = [0.0; TILE];
        let mut computed = [[0.0; TILE]; N];
        let length = range.len();
        for at in (0..length).step_by(TILE) {
            let now = TILE.min(length - at);
            let arguments = read(&mut readers, range.start + at, now);
            let slopes = match self.formula {
                None => arguments,
                Some(formula) => {
                    formula.slopes(arguments, now, wanted, &mut computed);
                    computed.each_ref()
                }
            };
            let mut upstream = &upstream.read(range.start + at, now)[..now];
            if let Some(observed) = &mut observed {
                let observed = observed.read(range.start + at, now);
                for (kept, (&up, &observed)) in kept.iter_mut().zip(upstream.iter().zip(observed)) {
                    *kept = if observed == 0.0 { 0.0 } else { up };
                }
                upstream = &kept[..now];
            }
            for (sink, slopes) in sinks.iter_mut().zip(slopes) {
                sink.take(at, self.elements, upstream, &slopes[..now]);
            }
        }
    }
}

/// The gradient of one operand while parts of it are written to.
enum Own {
    Nothing,
    /// Taken out of the pass.
    Rows {
        gradient: Scratch,
        share: usize,
        write: Write,
    },
    /// A sum for each part.
    Event {
        sums: Vec<f64>,
    },
    /// Sums of all rows of the operand for each part.
    Periodic {
        sums: Vec<f64>,
        length: usize,
        share: usize,
    },
}

impl Own {
    fn new<const N: usize>(
        number: usize,
        given: &Given,
        sizes: Sizes,
        source: &mut Source<N>,
        grads: &mut Grads<'_>,
    ) -> Self {
        let Sizes {
            elements,
            share,
            parts,
            is_periodic,
        } = sizes;
        let Some(stored) = operand::stored(given, elements) else {
            return Self::Nothing;
        };
        match given {
            Given::Number(_) => Self::Nothing,
            Given::Event(_) => Self::Event {
                sums: vec![0.0; parts * elements],
            },
            Given::Rows(_) if is_periodic => Self::Periodic {
                sums: vec![0.0; parts * stored.len()],
                length: stored.len(),
                share,
            },
            Given::Rows(_) => {
                let taken = grads.take(stored);
                match source {
                    // The slopes become the gradient where they stand.
                    Source::Kept(kept) if taken.is_new && share == 1 => Self::Rows {
                        gradient: kept.take(number),
                        share,
                        write: Write::Scale,
                    },
                    _ if share == 1 && taken.is_new => Self::Rows {
                        gradient: taken.values,
                        share,
                        write: Write::Replace,
                    },
                    _ => Self::Rows {
                        gradient: taken.or_zeros(),
                        share,
                        write: Write::Add,
                    },
                }
            }
        }
    }

    /// Where each part writes to.
    fn sinks(&mut self, parts: Parts, elements: usize) -> Sinks<'_> {
        match self {
            Self::Nothing => Sinks::Nothing,
            Self::Event { sums } => Sinks::Event(sums.chunks_mut(elements)),
            Self::Periodic {
                sums,
                length,
                share,
            } => Sinks::Periodic {
                sums: sums.chunks_mut(*length),
                first: 0,
                each: parts.each(),
                share: *share,
            },
            Self::Rows {
                gradient,
                share,
                write,
            } => Sinks::Rows {
                gradient: gradient.chunks_mut(parts.each() / *share * elements),
                share: *share,
                elements,
                write: *write,
            },
        }
    }

    fn give_back(self, given: &Given, elements: usize, grads: &mut Grads<'_>) {
        let Some(stored) = operand::stored(given, elements) else {
            return;
        };
        match self {
            Self::Nothing => {}
            Self::Event { mut sums } => settle(grads.buffer(stored), total(&mut sums, elements)),
            Self::Periodic {
                mut sums, length, ..
            } => settle(grads.buffer(stored), total(&mut sums, length)),
            Self::Rows { gradient, .. } => grads.put(stored, gradient),
        }
    }
}

/// The sums of this many numbers over all parts.
fn total(sums: &mut [f64], length: usize) -> &mut [f64] {
    let (total, others) = sums.split_at_mut(length);
    for part in others.chunks(length) {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
    }
    total
}
