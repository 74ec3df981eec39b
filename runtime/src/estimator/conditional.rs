//! Perturbed logits given the hard draw that they round to.

use crate::kernels::real::single;
use crate::kernels::straight_through::Squash;
use crate::tensor::simd::vectorised_by;

/// Hard rows, and noise for perturbed logits that round to them.
pub(super) struct Given<'a> {
    pub squash: Squash,
    /// The elements that are squashed together.
    pub lane: usize,
    pub logits: &'a [f32],
    pub hard: &'a [f32],
    /// Exponential numbers, one an element.
    pub noise: &'a [f32],
}

/// Where perturbed logits go, and their slopes by their own log-odds or log-probability, for fixed noise and a fixed hard draw.
pub(super) struct Perturbed<'a> {
    pub logits: &'a mut [f32],
    pub slopes: &'a mut [f32],
}

impl Given<'_> {
    /// Draws perturbed logits from their distribution given the hard rows. Logits of categories are drawn up to a constant, which
    /// does not change their softmax.
    ///
    /// With `v` uniform and a logit `l`, the perturbed logit of a 1 is `sp(l + ln v) − ln(1 − v)`. For a 0 it is the same of `−l`
    /// with the sign reversed (Tucker et al. 2017, appendix C, written without the probability, so that nothing cancels); the
    /// noise is `−ln v`. With log-probabilities `ln p`, the Gumbel of the drawn category is `−ln E` with `E` exponential. The
    /// others are cut off there: `−ln(E_k/p_k + E)` (Maddison, Tarlow and Minka 2014).
    pub fn perturb(&self, out: Perturbed<'_>) {
        match self.squash {
            Squash::Sigmoid => self.perturb_bits(out),
            Squash::Softmax => {
                let mut powers = vec![0.0; self.lane];
                let given = self
                    .logits
                    .chunks(self.lane)
                    .zip(self.hard.chunks(self.lane));
                let given = given.zip(self.noise.chunks(self.lane));
                let outs = out.logits.chunks_mut(self.lane);
                let outs = outs.zip(out.slopes.chunks_mut(self.lane));
                for (((logits, hard), noise), (perturbed, slopes)) in given.zip(outs) {
                    perturb_lane([logits, hard, noise], [perturbed, slopes], &mut powers);
                }
            }
        }
    }

    fn perturb_bits(&self, out: Perturbed<'_>) {
        vectorised_by(
            #[inline(always)]
            || {
                let given = self.logits.iter().zip(self.hard).zip(self.noise);
                let outs = out.logits.iter_mut().zip(out.slopes);
                for (((&logit, &hard), &noise), (perturbed, slope)) in given.zip(outs) {
                    let sign = if hard == 1.0 { 1.0 } else { -1.0 };
                    let inner = sign * logit - noise;
                    let ln_rest = single::ln(-single::exp_m1(-noise));
                    *perturbed = sign * (single::softplus(inner) - ln_rest);
                    *slope = single::sigmoid(inner);
                }
            },
        );
    }
}

/// One lane of categories. `weights` is memory for `1/p`.
fn perturb_lane(
    [logits, hard, noise]: [&[f32]; 3],
    [perturbed, slopes]: [&mut [f32]; 2],
    weights: &mut [f32],
) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let top = noise.iter().zip(hard).map(|(e, h)| e * h).sum::<f32>();
    vectorised_by(
        #[inline(always)]
        || {
            let pairs = weights.iter_mut().zip(logits);
            pairs.for_each(|(w, &l)| *w = single::exp(l - most));
            let total: f32 = weights.iter().sum();
            let given = weights.iter().zip(noise).zip(hard);
            let outs = perturbed.iter_mut().zip(slopes);
            for (((&weight, &noise), &hard), (perturbed, slope)) in given.zip(outs) {
                let is_hard = hard == 1.0;
                let own = noise * (total / weight);
                // A category that is ruled out does not move.
                let moves = !is_hard && own < f32::INFINITY;
                *perturbed = -single::ln(if is_hard { top } else { own + top });
                *slope = if moves { own / (own + top) } else { 0.0 };
            }
        },
    );
}
