//! Hard draws with their own gradient.

use crate::tensor::{Event, Flat, Value, Var, on_backward};

/// The function from logits to probabilities along a lane of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squash {
    /// Each element by itself: `σ(l)`.
    Sigmoid,
    /// The last axis together: `softmax(l)`.
    Softmax,
}

impl Squash {
    /// The elements that are squashed together.
    pub fn lane<E: Event>(self) -> usize {
        match self {
            Self::Sigmoid => 1,
            Self::Softmax => E::LAST,
        }
    }

    /// Probabilities from the logits of one lane.
    pub fn probs(self, logits: &[f32], probs: &mut [f32]) {
        match self {
            Self::Sigmoid => probs[0] = super::real::Real::sigmoid(logits[0]),
            Self::Softmax => {
                let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let mut sum = 0.0;
                for (p, l) in probs.iter_mut().zip(logits) {
                    *p = (l - most).exp();
                    sum += *p;
                }
                probs.iter_mut().for_each(|p| *p /= sum);
            }
        }
    }

    /// Rounds perturbed logits of one lane: above zero, or the largest.
    pub fn round(self, perturbed: &mut [f32]) {
        match self {
            Self::Sigmoid => perturbed[0] = f32::from(perturbed[0] > 0.0),
            Self::Softmax => to_one_hot(perturbed),
        }
    }

    /// Turns a gradient by log-odds, which are the logits, or by log-probabilities into one by the logits.
    pub fn through_log_probs(self, logits: &[f32], gradient: &mut [f32]) {
        if self == Self::Softmax {
            let total: f32 = gradient.iter().sum();
            let mut probs = vec![0.0; logits.len()];
            self.probs(logits, &mut probs);
            gradient
                .iter_mut()
                .zip(probs)
                .for_each(|(g, p)| *g -= p * total);
        }
    }

    /// Adds `scale · J(p) g`, the pull-back of `g` through the squashing at `p`: `diag(p) − ppᵀ`, or `p(1 − p)`.
    pub fn pull_back(self, probs: &[f32], g: &[f32], scale: f32, into: &mut [f32]) {
        match self {
            Self::Sigmoid => into[0] += scale * probs[0] * (1.0 - probs[0]) * g[0],
            Self::Softmax => {
                let inner: f32 = probs.iter().zip(g).map(|(p, g)| p * g).sum();
                for ((into, p), g) in into.iter_mut().zip(probs).zip(g) {
                    *into += scale * p * (g - inner);
                }
            }
        }
    }
}

/// The value of `hard`, with a gradient that flows to `logits` by the given rule, lane by lane.
///
/// `rule(logits, hard, g, into)` adds to `into` the gradient that `g` gives.
pub fn with_gradient<E: Event>(
    logits: &Value<E>,
    hard: &Value<E>,
    lane: usize,
    rule: impl Fn(usize, &[f32], &[f32], &[f32], &mut [f32]) + 'static,
) -> Value<E> {
    let out = with_gradient_flat(logits.flat(), hard.flat(), lane, Box::new(rule));
    Var::of(out, *hard.shape())
}

type Rule = Box<dyn Fn(usize, &[f32], &[f32], &[f32], &mut [f32])>;

fn with_gradient_flat(logits: &Flat, hard: &Flat, lane: usize, rule: Rule) -> Flat {
    let (logits, hard) = (logits.clone(), hard.clone());
    let out = Flat::written_over(hard.len(), |out| out.copy_from_slice(hard.values()));
    on_backward(&out, move |upstream, grads| {
        let gradient = grads.buffer(&logits);
        let lanes = logits.values().chunks(lane).zip(hard.values().chunks(lane));
        let flows = upstream.chunks(lane).zip(gradient.chunks_mut(lane));
        for (at, ((logits, hard), (g, into))) in lanes.zip(flows).enumerate() {
            rule(at, logits, hard, g, into);
        }
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
