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

/// Adds to the operands' gradients what flows back to them.
pub(super) fn accumulate<const N: usize>(
    source: &mut Source<N>,
    given: &[Given; N],
    wanted: [bool; N],
    [rows, elements]: [usize; 2],
    upstream: Operand<'_>,
    grads: &mut Grads<'_>,
) {
    // No row, no part: there is no sum to give back.
    if rows == 0 {
        return;
    }
    let shares = given
        .each_ref()
        .map(|own| operand::share(own, rows, elements));
    let parts = Parts::new(rows, elements, block(shares, rows));
    let count = parts.count();
    let mut own = std::array::from_fn(|i| match wanted[i] {
        true => Own::new(i, &given[i], [shares[i], elements, count], source, grads),
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
        elements,
    };
    back.flow(parts, &mut own);
    for (own, given) in own.into_iter().zip(given) {
        own.give_back(given, elements, grads);
    }
}

/// Rows that have to stay together, so that no two parts flow to one row of an operand.
fn block<const N: usize>(shares: [usize; N], rows: usize) -> usize {
    shares
        .into_iter()
        .fold(1, |block, share| match block.max(share) {
            most if most.is_multiple_of(block.min(share)) => most,
            _ => rows,
        })
}

/// All that flows back is computed from.
#[derive(Clone, Copy)]
struct Back<'a, const N: usize> {
    /// What computes the slopes, where they were not kept.
    formula: Option<&'a dyn Sweep<N>>,
    /// What the formula reads, or the slopes.
    operands: [Operand<'a>; N],
    upstream: Operand<'a>,
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
            let upstream = &upstream.read(range.start + at, now)[..now];
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
}

impl Own {
    fn new<const N: usize>(
        number: usize,
        given: &Given,
        [share, elements, parts]: [usize; 3],
        source: &mut Source<N>,
        grads: &mut Grads<'_>,
    ) -> Self {
        match given {
            Given::Number(_) => Self::Nothing,
            Given::Event(_) => Self::Event {
                sums: vec![0.0; parts * elements],
            },
            Given::Rows(own) => {
                let taken = grads.take(own);
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
        match (self, given) {
            (Self::Event { mut sums }, Given::Event(event)) => {
                let (total, others) = sums.split_at_mut(elements);
                for part in others.chunks(elements) {
                    total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
                }
                settle(grads.buffer(event), total);
            }
            (Self::Rows { gradient, .. }, Given::Rows(own)) => grads.put(own, gradient),
            _ => {}
        }
    }
}
