//! Perturbed logits given the hard draw that they round to.

use crate::kernels::straight_through::Squash;
use crate::noise::RowRng;
use crate::tensor::log_sum_exp;

/// Draws the perturbed logits of one lane from their distribution given the hard lane, up to a constant
/// where that does not change their softmax, and hands each to `push` with its slope by its own log-odds or
/// log-probability, the noise and the hard draw held fixed.
///
/// With `v` uniform, a logit `l` and logistic noise that rounds to 1 give `sp(l + ln v) − ln(1 − v)`;
/// to 0, the same of `−l` and `1 − v` with the sign turned (Tucker et al. 2017, appendix C, written without the probability, so
/// that nothing cancels). Of Gumbels with log-probabilities `ln p`, that of the
/// category drawn is `−ln E` with `E` exponential, and the others are cut off there: `−ln(E_k/p_k + E)`
/// (Maddison, Tarlow and Minka 2014).
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
                // Of a category that is ruled out nothing is left to move.
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
