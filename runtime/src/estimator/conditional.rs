//! Perturbed logits given the hard draw that they round to.

use crate::kernels::straight_through::Squash;
use crate::noise::RowRng;
use crate::tensor::log_sum_exp;

/// Draws the perturbed logits of one lane from their distribution given the hard lane. Each goes to `push` with its slope by
/// its own log-odds or log-probability, for fixed noise and a fixed hard draw. Logits of categories are drawn up to a constant,
/// which does not change their softmax.
///
/// With `v` uniform and a logit `l`, the perturbed logit of a 1 is `sp(l + ln v) − ln(1 − v)`. For a 0 it is the same of `−l`
/// and `1 − v` with the sign reversed (Tucker et al. 2017, appendix C, written without the probability, so that nothing
/// cancels). With log-probabilities `ln p`, the Gumbel of the drawn category is `−ln E` with `E` exponential. The others are
/// cut off there: `−ln(E_k/p_k + E)` (Maddison, Tarlow and Minka 2014).
pub(super) fn perturb(
    squash: Squash,
    logits: &[f32],
    hard: &[f32],
    rng: &mut RowRng,
    mut push: impl FnMut(f32, f32),
) {
    match squash {
        Squash::Sigmoid => {
            let v = rng.uniform();
            let sign = if hard[0] == 1.0 { 1.0 } else { -1.0 };
            let (ln_v, ln_rest) = if hard[0] == 1.0 {
                (v.ln(), (-v).ln_1p())
            } else {
                ((-v).ln_1p(), v.ln())
            };
            let inner = sign * f64::from(logits[0]) + ln_v;
            let softplus = inner.max(0.0) + (-inner.abs()).exp().ln_1p();
            let slope = 1.0 / (1.0 + (-inner).exp());
            push((sign * (softplus - ln_rest)) as f32, slope as f32);
        }
        Squash::Softmax => {
            let wide: Vec<f64> = logits.iter().copied().map(f64::from).collect();
            let log_total = log_sum_exp(&wide);
            let top = -rng.uniform().ln();
            for (&logit, &hard) in logits.iter().zip(hard) {
                if hard == 1.0 {
                    push(-top.ln() as f32, 0.0);
                    continue;
                }
                let own = -rng.uniform().ln() / (f64::from(logit) - log_total).exp();
                // A category that is ruled out does not move.
                let slope = if own.is_finite() {
                    own / (own + top)
                } else {
                    0.0
                };
                push(-(own + top).ln() as f32, slope as f32);
            }
        }
    }
}
