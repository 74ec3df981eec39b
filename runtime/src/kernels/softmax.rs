//! Log-softmax over the last event axis.

use super::gradient::{Grads, buffer, on_backward};
use crate::param::Param;
use crate::shape::Event;
use crate::var::filled;

/// `θ_k − ln Σ_j e^{θ_j}` along the last axis of the event.
///
/// Stable for any finite logits and for logits of −∞ as long as one of a group is finite. A group
/// that is all −∞ has no distribution: its values are NaN, which a pass reports.
///
/// ```
/// use elbow::{Param, kernels::softmax::log_softmax, prelude::Const};
///
/// let uniform = log_softmax(&Param::<(Const<4>,)>::Number(7.0));
/// assert!((uniform.values()[0] - 0.25_f32.ln()).abs() < 1e-6);
/// ```
pub fn log_softmax<E: Event>(logits: &Param<E>) -> Param<E> {
    match logits {
        Param::Number(_) => Param::Number(-(E::LAST as f32).ln()),
        Param::Event(event) => {
            let write = |out: &mut [f32]| forward::<E>(logits.values(), out);
            let out = filled(E::default(), write).retaped();
            let (input, saved) = (event.clone(), out.clone());
            on_backward(&out, move |upstream, grads| {
                backward::<E>(
                    Param::<E>::Event(saved).values(),
                    upstream,
                    buffer(grads, &input),
                );
            });
            Param::Event(out)
        }
        Param::Rows(rows) => {
            let shape = *dfdx::shapes::HasShape::shape(rows);
            let write = |out: &mut [f32]| forward::<E>(logits.values(), out);
            let out = filled(shape, write).retaped();
            let (input, saved) = (rows.clone(), out.clone());
            on_backward(&out, move |upstream, grads: &mut Grads| {
                backward::<E>(
                    Param::<E>::Rows(saved).values(),
                    upstream,
                    buffer(grads, &input),
                );
            });
            Param::Rows(out)
        }
    }
}

fn forward<E: Event>(logits: &[f32], out: &mut [f32]) {
    out.copy_from_slice(logits);
    for lane in out.chunks_mut(E::LAST) {
        let most = lane.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = lane.iter().map(|&v| f64::from((v - most).exp())).sum();
        let log_total = total.ln() as f32;
        // In two steps: their sum would lose the digits of the second where the first is large.
        lane.iter_mut().for_each(|v| *v = (*v - most) - log_total);
    }
}

/// `∂θ_k = g_k − softmax_k Σ_j g_j`
fn backward<E: Event>(log_probs: &[f32], upstream: &[f32], gradient: &mut [f32]) {
    let lanes = log_probs.chunks(E::LAST).zip(upstream.chunks(E::LAST));
    for ((log_probs, upstream), gradient) in lanes.zip(gradient.chunks_mut(E::LAST)) {
        let total: f64 = upstream.iter().copied().map(f64::from).sum();
        for ((&lp, &up), g) in log_probs.iter().zip(upstream).zip(gradient) {
            *g += up - lp.exp() * total as f32;
        }
    }
}
