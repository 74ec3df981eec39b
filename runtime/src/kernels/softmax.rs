//! Log-softmax over the last event axis.

use super::real::{double, single};
use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::{Kernel, vectorised};
use crate::tensor::{Event, Flat, Given, Param, on_backward_to};

/// `θ_k − ln Σ_j e^{θ_j}` along the last axis of the event.
///
/// It is stable for finite logits, and for logits of −∞ if at least one of a group is finite. If all of a group are −∞, there is
/// no distribution. The values are then NaN, which a pass reports.
///
/// ```
/// use elbow::family::{Param, log_softmax};
/// use elbow::prelude::Const;
///
/// let uniform = log_softmax(&Param::<(Const<4>,)>::Number(7.0));
/// assert!((uniform.values()[0] - 0.25_f32.ln()).abs() < 1e-6);
/// ```
pub fn log_softmax<E: Event>(logits: &Param<E>) -> Param<E> {
    Param::of(log_softmax_of(logits.given(), E::LAST))
}

fn log_softmax_of(logits: Given, lane: usize) -> Given {
    match logits {
        Given::Number(_) => Given::Number(-(lane as f32).ln()),
        Given::Event(event) => Given::Event(by_lanes(event, lane)),
        Given::Rows(rows) => Given::Rows(by_lanes(rows, lane)),
    }
}

/// The log-softmax of every lane of `lane` numbers.
pub(crate) fn by_lanes(logits: Flat, lane: usize) -> Flat {
    if let Some((rows, how)) = logits.repeated() {
        return how.apply(&by_lanes(rows.clone(), lane));
    }
    let out = Flat::written_over(logits.len(), |out| forward(logits.values(), out, lane));
    let saved = out.clone();
    on_backward_to(&out, &logits, move |upstream, gradient| {
        backward(saved.values(), upstream, gradient, lane);
    });
    out
}

/// The exponentials of about this many elements are computed at once, in whole lanes.
const GROUP: usize = 512;

fn forward(logits: &[f32], out: &mut [f32], lane: usize) {
    let parts = Parts::new(logits.len() / lane, lane, 1).each() * lane;
    let jobs = logits.chunks(parts).zip(out.chunks_mut(parts));
    share(jobs, |(logits, out): (&[f32], &mut [f32])| {
        let group = (GROUP / lane).max(1) * lane;
        let mut powers = vec![0.0; group];
        for (logits, out) in logits.chunks(group).zip(out.chunks_mut(group)) {
            for (logits, out) in logits.chunks(lane).zip(out.chunks_mut(lane)) {
                let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let pairs = out.iter_mut().zip(logits);
                pairs.for_each(|(out, l)| *out = l - most);
            }
            let powers = &mut powers[..out.len()];
            vectorised(Exponentials { of: out, powers });
            for (powers, out) in powers.chunks(lane).zip(out.chunks_mut(lane)) {
                // The largest has a power of 1, and the others would lose their digits beside it.
                let rest: f64 = powers.iter().copied().map(f64::from).sum::<f64>() - 1.0;
                let log_total = (rest as f32).ln_1p();
                // Two steps, since their sum would lose the digits of the second if the first is large.
                out.iter_mut().for_each(|out| *out -= log_total);
            }
        }
    });
}

struct Exponentials<'a> {
    of: &'a [f32],
    powers: &'a mut [f32],
}

impl Kernel for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (power, &x) in self.powers.iter_mut().zip(self.of) {
            *power = single::exp(x);
        }
    }
}

/// `∂θ_k = g_k − softmax_k Σ_j g_j`
fn backward(log_probs: &[f32], upstream: &[f32], gradient: &mut [f32], lane: usize) {
    let parts = Parts::new(log_probs.len() / lane, lane, 1).each() * lane;
    let given = log_probs.chunks(parts).zip(upstream.chunks(parts));
    let jobs = given.zip(gradient.chunks_mut(parts));
    share(jobs, |((log_probs, upstream), gradient)| {
        let group = (GROUP / lane).max(1) * lane;
        let mut totals = vec![0.0; group];
        let given = log_probs.chunks(group).zip(upstream.chunks(group));
        for ((log_probs, upstream), gradient) in given.zip(gradient.chunks_mut(group)) {
            for (upstream, totals) in upstream.chunks(lane).zip(totals.chunks_mut(lane)) {
                let total: f64 = upstream.iter().copied().map(f64::from).sum();
                totals.fill(total as f32);
            }
            vectorised(Slopes {
                log_probs,
                upstream,
                totals: &totals,
                gradient,
            });
        }
    });
}

struct Slopes<'a> {
    log_probs: &'a [f32],
    upstream: &'a [f32],
    /// That of its lane for each element.
    totals: &'a [f32],
    gradient: &'a mut [f32],
}

impl Kernel for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let given = self.log_probs.iter().zip(self.upstream).zip(self.totals);
        for (g, ((&log_prob, &up), &total)) in self.gradient.iter_mut().zip(given) {
            *g += up - single::exp(log_prob) * total;
        }
    }
}

/// `ln Σ_j e^{θ_j}` of a lane, with the digits of `f64`.
pub(crate) fn log_total(lane: &[f32]) -> f64 {
    let most = lane.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let most = f64::from(most);
    let sum = vectorised(Total { lane, most });
    most + sum.ln()
}

struct Total<'a> {
    lane: &'a [f32],
    most: f64,
}

impl Kernel for Total<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        const LANES: usize = 8;
        let power = |&logit: &f32| double::exp_of_negative(f64::from(logit) - self.most);
        let (whole, rest) = self.lane.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for chunk in whole {
            for i in 0..LANES {
                sums[i] += power(&chunk[i]);
            }
        }
        sums.iter().sum::<f64>() + rest.iter().map(power).sum::<f64>()
    }
}
