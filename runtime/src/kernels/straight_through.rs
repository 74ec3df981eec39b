//! Hard draws with their own gradient.

use super::real::single;
use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::vectorised_by;
use crate::tensor::{Event, Flat, Value, Var, on_backward};

/// The function from logits to probabilities along a lane of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squash {
    /// Each element by itself: `σ(l)`.
    Sigmoid,
    /// The last axis together: `softmax(l)`.
    Softmax,
}

/// All functions take whole lanes of `lane` elements, any number of them.
impl Squash {
    /// The elements that are squashed together.
    pub fn lane<E: Event>(self) -> usize {
        match self {
            Self::Sigmoid => 1,
            Self::Softmax => E::LAST,
        }
    }

    /// Probabilities from logits.
    pub fn probs(self, logits: &[f32], lane: usize, probs: &mut [f32]) {
        if self == Self::Softmax {
            for (probs, logits) in probs.chunks_mut(lane).zip(logits.chunks(lane)) {
                let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let pairs = probs.iter_mut().zip(logits);
                pairs.for_each(|(p, l)| *p = l - most);
            }
        }
        vectorised_by(
            #[inline(always)]
            || match self {
                Self::Sigmoid => {
                    let pairs = probs.iter_mut().zip(logits);
                    pairs.for_each(|(p, &l)| *p = single::sigmoid(l));
                }
                Self::Softmax => {
                    probs.iter_mut().for_each(|p| *p = single::exp(*p));
                    for probs in probs.chunks_mut(lane) {
                        let sum: f32 = probs.iter().sum();
                        probs.iter_mut().for_each(|p| *p /= sum);
                    }
                }
            },
        );
    }

    /// Rounds perturbed logits: above zero, or the largest.
    pub fn round(self, perturbed: &mut [f32], lane: usize) {
        match self {
            Self::Sigmoid => perturbed.iter_mut().for_each(|l| *l = f32::from(*l > 0.0)),
            Self::Softmax => perturbed.chunks_mut(lane).for_each(to_one_hot),
        }
    }

    /// Turns a gradient by log-odds, which are the logits, or by log-probabilities into one by the logits.
    pub fn through_log_probs(self, logits: &[f32], lane: usize, gradient: &mut [f32]) {
        if self == Self::Softmax {
            let mut probs = vec![0.0; logits.len()];
            self.probs(logits, lane, &mut probs);
            for (gradient, probs) in gradient.chunks_mut(lane).zip(probs.chunks(lane)) {
                let total: f32 = gradient.iter().sum();
                let pairs = gradient.iter_mut().zip(probs);
                pairs.for_each(|(g, p)| *g -= p * total);
            }
        }
    }

    /// Adds `scale · J(p) g`, the pull-back of `g` through the squashing at `p`: `diag(p) − ppᵀ`, or `p(1 − p)`.
    pub fn pull_back(self, probs: &[f32], lane: usize, g: &[f32], scale: f32, into: &mut [f32]) {
        vectorised_by(
            #[inline(always)]
            || match self {
                Self::Sigmoid => {
                    for ((into, &p), &g) in into.iter_mut().zip(probs).zip(g) {
                        *into += scale * p * (1.0 - p) * g;
                    }
                }
                Self::Softmax => {
                    let lanes = probs.chunks(lane).zip(g.chunks(lane));
                    for (into, (probs, g)) in into.chunks_mut(lane).zip(lanes) {
                        let inner: f32 = probs.iter().zip(g).map(|(p, g)| p * g).sum();
                        for ((into, p), g) in into.iter_mut().zip(probs).zip(g) {
                            *into += scale * p * (g - inner);
                        }
                    }
                }
            },
        );
    }
}

/// Some rows of a hard draw, on the way back.
pub struct HardRows<'a> {
    /// The number of the first element among all.
    pub first: usize,
    /// The logits.
    pub logits: &'a [f32],
    /// The draw.
    pub hard: &'a [f32],
    /// The gradient by the draw.
    pub upstream: &'a [f32],
}

/// The value of `hard`, with a gradient that flows to `logits` by the given rule. `rule(rows, into)` adds to `into`. Threads share
/// the rows.
pub fn with_gradient<E: Event>(
    logits: &Value<E>,
    hard: &Value<E>,
    rule: impl Fn(HardRows<'_>, &mut [f32]) + Sync + 'static,
) -> Value<E> {
    let out = with_gradient_flat(logits.flat(), hard.flat(), E::ELEMENTS, Box::new(rule));
    Var::of(out, *hard.shape())
}

type Rule = Box<dyn Fn(HardRows<'_>, &mut [f32]) + Sync>;

fn with_gradient_flat(logits: &Flat, hard: &Flat, elements: usize, rule: Rule) -> Flat {
    let (logits, hard) = (logits.clone(), hard.clone());
    let out = Flat::written_over(hard.len(), |out| out.copy_from_slice(hard.values()));
    on_backward(&out, move |upstream, grads| {
        let gradient = grads.buffer(&logits);
        let rows = Parts::new(gradient.len() / elements.max(1), elements, 1).each();
        let part = (rows * elements).max(1);
        let read = logits.values().chunks(part).zip(hard.values().chunks(part));
        let flows = upstream.chunks(part).zip(gradient.chunks_mut(part));
        share(
            read.zip(flows).enumerate(),
            |(number, ((logits, hard), (upstream, into)))| {
                let rows = HardRows {
                    first: number * part,
                    logits,
                    hard,
                    upstream,
                };
                rule(rows, into);
            },
        );
    });
    out
}

/// Puts 1 at the largest element and 0 elsewhere.
pub(crate) fn to_one_hot(lane: &mut [f32]) {
    let best = (0..lane.len()).max_by(|&a, &b| lane[a].total_cmp(&lane[b]));
    for (k, value) in lane.iter_mut().enumerate() {
        *value = if Some(k) == best { 1.0 } else { 0.0 };
    }
}
