//! Gradients: what flows back to all operands, in one pass.

use std::ops::Range;

use super::kept::Kept;
use super::operand::{self, Operand, TILE, read};
use super::sink::{Sink, Sinks, Write, settle};
use super::sweep::Sweep;
use crate::kernels::gradient::{Grads, buffer};
use crate::kernels::parts::{Parts, share};
use crate::kernels::scratch::Scratch;
use crate::param::Param;
use crate::shape::Event;

/// Where slopes come from.
pub(super) enum Source<const N: usize> {
    /// The forward pass, which kept them.
    Kept(Kept<N>),
    /// The formula, which computes them from its operands.
    Formula(Box<dyn Sweep<N>>),
}

/// Adds to the operands' gradients what flows back to them.
pub(super) fn accumulate<E: Event, const N: usize>(
    mut source: Source<N>,
    params: &[Param<E>; N],
    wanted: [bool; N],
    rows: usize,
    upstream: Operand<'_>,
    grads: &mut Grads<'_>,
) {
    let shares = params.each_ref().map(|p| operand::share(p, rows));
    let parts = Parts::new(rows, E::ELEMENTS, block(shares, rows));
    let count = parts.count();
    let mut own = std::array::from_fn(|i| match wanted[i] {
        true => Own::new(i, &params[i], rows, count, &mut source, grads),
        false => Own::Nothing,
    });
    let (formula, operands) = match &source {
        Source::Kept(kept) => (None, kept.operands(E::ELEMENTS)),
        Source::Formula(formula) => {
            let operands = params.each_ref().map(|p| Operand::new(p, rows));
            (Some(&**formula), operands)
        }
    };
    let back = Back {
        formula,
        operands,
        upstream,
        elements: E::ELEMENTS,
    };
    back.flow(parts, &mut own);
    for (own, param) in own.into_iter().zip(params) {
        own.give_back(param, grads);
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
    fn new<E: Event, const N: usize>(
        number: usize,
        param: &Param<E>,
        rows: usize,
        parts: usize,
        source: &mut Source<N>,
        grads: &mut Grads<'_>,
    ) -> Self {
        match param {
            Param::Number(_) => Self::Nothing,
            Param::Event(_) => Self::Event {
                sums: vec![0.0; parts * E::ELEMENTS],
            },
            Param::Rows(own) => {
                let share = operand::share(param, rows);
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

    fn give_back<E: Event>(self, param: &Param<E>, grads: &mut Grads<'_>) {
        match (self, param) {
            (Self::Event { mut sums }, Param::Event(event)) => {
                let (total, others) = sums.split_at_mut(E::ELEMENTS);
                for part in others.chunks(E::ELEMENTS) {
                    total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
                }
                settle(buffer(grads, event), total);
            }
            (Self::Rows { gradient, .. }, Param::Rows(own)) => grads.put(own, gradient),
            _ => {}
        }
    }
}
