//! Gradients: what flows back to all operands, in one pass.

use std::ops::Range;

use super::operand::{self, Operand, TILE, read};
use super::sink::{Sink, settle};
use super::sweep::Sweep;
use crate::kernels::gradient::{Grads, buffer, put_back, take};
use crate::kernels::parts::{Parts, share};
use crate::param::Param;
use crate::shape::Event;

/// Adds to the operands' gradients what flows back to them.
pub(super) fn accumulate<E: Event, const N: usize>(
    formula: &dyn Sweep<N>,
    params: &[Param<E>; N],
    wanted: [bool; N],
    rows: usize,
    upstream: Operand<'_>,
    grads: &mut Grads,
) {
    let operands = params.each_ref().map(|p| Operand::new(p, rows));
    let parts = Parts::new(rows, E::ELEMENTS, block(operands.map(Operand::share), rows));
    let count = parts.count();
    let mut own = std::array::from_fn(|i| match wanted[i] {
        true => Own::new(&params[i], rows, count, grads),
        false => Own::Nothing,
    });
    flow(formula, operands, parts, E::ELEMENTS, upstream, &mut own);
    for (own, param) in own.into_iter().zip(params) {
        own.give_back(param, grads);
    }
}

fn flow<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    parts: Parts,
    elements: usize,
    upstream: Operand<'_>,
    own: &mut [Own; N],
) {
    let mut jobs: Vec<(Range<usize>, [Sink<'_>; N])> = parts
        .ranges()
        .map(|rows| {
            (
                rows.start * elements..rows.end * elements,
                [const { Sink::Nothing }; N],
            )
        })
        .collect();
    for (number, own) in own.iter_mut().enumerate() {
        let sinks = own.sinks(parts, elements);
        for ((_, all), sink) in jobs.iter_mut().zip(sinks) {
            all[number] = sink;
        }
    }
    share(jobs.into_iter(), |(range, sinks)| {
        part(formula, operands, upstream, elements, range, sinks);
    });
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

/// What flows back from these elements.
fn part<const N: usize>(
    formula: &dyn Sweep<N>,
    operands: [Operand<'_>; N],
    upstream: Operand<'_>,
    elements: usize,
    range: Range<usize>,
    mut sinks: [Sink<'_>; N],
) {
    let wanted = sinks.each_ref().map(|sink| !matches!(sink, Sink::Nothing));
    let mut readers = operands.map(Operand::reader);
    let mut upstream = upstream.reader();
    let mut flows = [[0.0; TILE]; N];
    let length = range.len();
    for at in (0..length).step_by(TILE) {
        let now = TILE.min(length - at);
        let arguments = read(&mut readers, range.start + at, now);
        let upstream = upstream.read(range.start + at, now);
        formula.flows(arguments, upstream, now, wanted, &mut flows);
        for (sink, flows) in sinks.iter_mut().zip(&flows) {
            sink.take(at, elements, &flows[..now]);
        }
    }
}

/// The gradient of one operand while parts of it are written to.
enum Own {
    Nothing,
    /// The operand's buffer, taken out of the map; of its own where an operand before is the same tensor.
    Rows {
        gradient: Vec<f32>,
        share: usize,
        again: bool,
    },
    /// A sum for each part.
    Event {
        sums: Vec<f64>,
    },
}

impl Own {
    fn new<E: Event>(param: &Param<E>, rows: usize, parts: usize, grads: &mut Grads) -> Self {
        match param {
            Param::Number(_) => Self::Nothing,
            Param::Event(_) => Self::Event {
                sums: vec![0.0; parts * E::ELEMENTS],
            },
            Param::Rows(own) => {
                let length = param.values().len();
                let gradient = take(grads, own);
                let again = gradient.len() != length;
                Self::Rows {
                    gradient: if again { vec![0.0; length] } else { gradient },
                    share: operand::share(param, rows),
                    again,
                }
            }
        }
    }

    /// Where each part writes to.
    fn sinks(&mut self, parts: Parts, elements: usize) -> Vec<Sink<'_>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Event { sums } => sums.chunks_mut(elements).map(Sink::Event).collect(),
            Self::Rows {
                gradient, share: 1, ..
            } => gradient
                .chunks_mut(parts.each() * elements)
                .map(Sink::Rows)
                .collect(),
            Self::Rows {
                gradient, share, ..
            } => gradient
                .chunks_mut(parts.each() / *share * elements)
                .map(|gradient| Sink::Shared {
                    gradient,
                    share: *share,
                    sums: vec![0.0; elements],
                })
                .collect(),
        }
    }

    fn give_back<E: Event>(self, param: &Param<E>, grads: &mut Grads) {
        match (self, param) {
            (Self::Event { mut sums }, Param::Event(event)) => {
                let (total, others) = sums.split_at_mut(E::ELEMENTS);
                for part in others.chunks(E::ELEMENTS) {
                    total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
                }
                settle(buffer(grads, event), total);
            }
            (
                Self::Rows {
                    gradient, again, ..
                },
                Param::Rows(own),
            ) => {
                if again {
                    let pairs = buffer(grads, own).iter_mut().zip(gradient);
                    pairs.for_each(|(g, part)| *g += part);
                } else {
                    put_back(grads, own, gradient);
                }
            }
            _ => {}
        }
    }
}
