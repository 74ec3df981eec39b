//! Sums, means and expectations of [rows](Rows), with their gradients.

use super::flat::Flat;
use super::gradient::on_backward;
use super::rows::Rows;
use super::tape::{is_recording, is_unlearned, note_unlearned};
use super::var::{Var, constant};

/// `Σ w·r + shift` of rows and their weights, for `to` rows. If rows are fewer, each stands for a block.
pub(crate) fn combined(terms: &[(&Rows, f64)], to: usize, shift: f64) -> Rows {
    let out = Rows::filled(to, |out| {
        out.fill(shift);
        for (rows, weight) in terms {
            let block = (to / rows.len().max(1)).max(1);
            for (own, out) in rows.exact().iter().zip(out.chunks_mut(block)) {
                out.iter_mut().for_each(|out| *out += weight * own);
            }
        }
    });
    let learned = terms.iter().filter(|(rows, _)| !is_unlearned(rows.flat()));
    let learned: Vec<(Flat, f64)> = match is_recording() {
        true => learned.map(|(r, w)| (r.flat().clone(), *w)).collect(),
        false => Vec::new(),
    };
    if learned.is_empty() {
        note_unlearned(out.flat());
        return out;
    }
    on_backward(out.flat(), move |upstream, grads| {
        for (rows, weight) in &learned {
            let gradient = grads.buffer(rows);
            let block = (upstream.len() / gradient.len().max(1)).max(1);
            for (g, upstream) in gradient.iter_mut().zip(upstream.chunks(block)) {
                *g += (weight * sum(upstream)) as f32;
            }
        }
    });
    out
}

/// All rows, `times` times: one block after another.
pub(crate) fn tiled(rows: &Rows, times: usize) -> Rows {
    if times == 1 {
        return rows.clone();
    }
    let own = rows.len();
    let out = Rows::filled(own * times, |out| {
        let blocks = out.chunks_mut(own.max(1));
        blocks.for_each(|block| block.copy_from_slice(rows.exact()));
    });
    let var = rows.flat().clone();
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(&var);
        for (row, g) in gradient.iter_mut().enumerate() {
            let copies = upstream[row..].iter().step_by(own);
            *g += copies.copied().map(f64::from).sum::<f64>() as f32;
        }
    });
    out
}

/// Each row times a number that carries no gradient. A row of weight zero does not count, even if it is infinite.
pub(crate) fn weighted(rows: &Rows, weights: Vec<f64>) -> Rows {
    let out = Rows::filled(rows.len(), |out| {
        for ((out, &weight), &own) in out.iter_mut().zip(&weights).zip(rows.exact()) {
            *out = product(weight, own);
        }
    });
    let var = rows.flat().clone();
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(&var);
        for ((g, &u), weight) in gradient.iter_mut().zip(upstream).zip(weights) {
            *g += (f64::from(u) * weight) as f32;
        }
    });
    out
}

/// `0 · ∞ = 0`: a row without weight does not count.
fn product(weight: f64, own: f64) -> f64 {
    if weight == 0.0 { 0.0 } else { weight * own }
}

/// The same numbers as a constant.
pub(crate) fn detach_rows(rows: &Rows) -> Rows {
    let out = Rows::filled(rows.len(), |out| out.copy_from_slice(rows.exact()));
    note_unlearned(out.flat());
    out
}

/// The same numbers, with their gradient reversed.
pub(crate) fn reversed(rows: &Rows) -> Rows {
    let out = Rows::filled(rows.len(), |out| out.copy_from_slice(rows.exact()));
    let var = rows.flat().clone();
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(&var);
        gradient.iter_mut().zip(upstream).for_each(|(g, u)| *g -= u);
    });
    out
}

/// Zero, with the gradient of `rows`. Added to an objective, it changes only the gradient.
pub fn gradient_alone(rows: &Rows) -> Rows {
    let out = Rows::filled(rows.len(), |_| {});
    let var = rows.flat().clone();
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(&var);
        gradient.iter_mut().zip(upstream).for_each(|(g, u)| *g += u);
    });
    out
}

/// The mean over all rows, accumulated in `f64`.
///
/// ```
/// use elbow::family::{Rows, mean};
/// use elbow::prelude::{Var, batch};
///
/// let rows = Rows::from(Var::from(batch::<(usize,)>(vec![0.1; 1_000_000])?));
/// assert!((mean(&rows).as_vec()[0] - 0.1).abs() < 1e-7);
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn mean(rows: &Rows) -> Var<()> {
    weighted_means(vec![(rows.clone(), 1.0)]).0
}

/// The weighted sum of the [means](mean) of these rows, and the means themselves in the same order.
///
/// ```
/// use elbow::family::{Rows, weighted_means};
/// use elbow::prelude::{Var, batch};
///
/// let rows = |values| Ok::<_, elbow::Error>(Rows::from(Var::from(batch::<(usize,)>(values)?)));
/// let (sum, means) = weighted_means(vec![(rows(vec![1.0, 3.0])?, 1.0), (rows(vec![5.0])?, -2.0)]);
/// assert_eq!((sum.as_vec(), means), (vec![-8.0], vec![2.0, 5.0]));
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn weighted_means(terms: Vec<(Rows, f32)>) -> (Var<()>, Vec<f64>) {
    let means: Vec<f64> = terms.iter().map(|(rows, _)| mean_value(rows)).collect();
    let total = means
        .iter()
        .zip(&terms)
        .map(|(mean, (_, weight))| mean * f64::from(*weight));
    let out = constant(vec![total.sum::<f64>() as f32], ());
    on_backward(out.flat(), move |upstream, grads| {
        for (rows, weight) in &terms {
            let gradient = grads.buffer(rows.flat());
            let share = weight * upstream[0] / gradient.len().max(1) as f32;
            gradient.iter_mut().for_each(|g| *g += share);
        }
    });
    (out, means)
}

/// The value of a mean, with all its digits.
pub(crate) fn mean_value(rows: &Rows) -> f64 {
    let values = rows.exact();
    // A batch has few rows, and additions to one sum wait for each other. So there are four sums.
    let (fours, rest) = values.as_chunks::<4>();
    let mut sums = [0.0_f64; 4];
    for four in fours {
        (0..4).for_each(|i| sums[i] += four[i]);
    }
    let rest: f64 = rest.iter().sum();
    ((sums[0] + sums[2]) + (sums[1] + sums[3]) + rest) / values.len().max(1) as f64
}

/// The weighted sum of these numbers.
pub fn weighted_sum(terms: Vec<(Var<()>, f32)>) -> Var<()> {
    let total = terms
        .iter()
        .map(|(term, weight)| term.number() * weight)
        .sum();
    let out = constant(vec![total], ());
    on_backward(out.flat(), move |upstream, grads| {
        for (term, weight) in &terms {
            grads.buffer(term.flat())[0] += weight * upstream[0];
        }
    });
    out
}

/// The mean of every `block` rows in a row.
pub fn block_mean(rows: &Rows, block: usize) -> Rows {
    let share = 1.0 / block as f64;
    let out = Rows::filled(rows.len() / block, |means| {
        let blocks = rows.exact().chunks(block);
        for (mean, own) in means.iter_mut().zip(blocks) {
            *mean = own.iter().sum::<f64>() * share;
        }
    });
    let var = rows.flat().clone();
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(&var);
        for (part, u) in gradient.chunks_mut(block).zip(upstream) {
            let share = u * share as f32;
            part.iter_mut().for_each(|g| *g += share);
        }
    });
    out
}

/// `Σ e^w r` over every `block` rows in a row: the expectation of the rows. The weights of a block sum to one except for
/// rounding, which is taken out.
///
/// Adding a number to all rows of a block adds it to the expectation. It changes no gradient by the weights, as their sum stays
/// one. So the gradient by `w` is `e^w (r − Σ e^w r)`. With large terms only the difference matters.
pub(crate) fn block_expectation(log_weights: &Rows, rows: &Rows, block: usize) -> Rows {
    let rows = rows.spread(log_weights.len());
    let mut weights: Vec<f64> = log_weights.exact().iter().map(|w| w.exp()).collect();
    for weights in weights.chunks_mut(block) {
        // Times terms of a million nats, the rounding of single numbers would be a tenth of a nat.
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
    }
    let out = Rows::filled(rows.len() / block, |sums| {
        let blocks = weights.chunks(block).zip(rows.exact().chunks(block));
        for (sum, (weights, own)) in sums.iter_mut().zip(blocks) {
            let terms = weights.iter().zip(own).map(|(&w, &r)| product(w, r));
            *sum = terms.sum();
        }
    });
    let (by_weight, expectations) = (log_weights.flat().clone(), out.shared());
    let moves_weights = !is_unlearned(&by_weight);
    on_backward(out.flat(), move |upstream, grads| {
        if moves_weights {
            let gradient = grads.buffer(&by_weight);
            for (at, g) in gradient.iter_mut().enumerate() {
                let (weight, mean) = (weights[at], expectations[at / block]);
                let excess = product(weight, rows.exact()[at] - mean);
                *g += (f64::from(upstream[at / block]) * excess) as f32;
            }
        }
        let gradient = grads.buffer(rows.flat());
        for (at, g) in gradient.iter_mut().enumerate() {
            *g += (f64::from(upstream[at / block]) * weights[at]) as f32;
        }
    });
    out
}

/// Whether a state with this log-probability counts. Its log-ratio contains that number again, with the other sign. From 10¹¹ nats on
/// the sum of both has lost the digits of what is left.
pub(crate) fn counts(log_share: f64) -> bool {
    log_share > -1e11
}

/// `share + ratio`, of logarithms. A row whose share does not [count](counts) adds nothing, for any ratio.
pub(crate) fn contribution(shares: &Rows, ratios: &Rows) -> Rows {
    let (shares, ratios) = (shares.clone(), ratios.spread(shares.len()));
    let out = Rows::filled(shares.len(), |out| {
        let pairs = shares.exact().iter().zip(ratios.exact());
        for (out, (&share, &ratio)) in out.iter_mut().zip(pairs) {
            let sum = share + ratio;
            *out = if counts(share) {
                sum
            } else {
                f64::NEG_INFINITY
            };
        }
    });
    on_backward(out.flat(), move |upstream, grads| {
        for rows in [&shares, &ratios] {
            let gradient = grads.buffer(rows.flat());
            let own = gradient.iter_mut().zip(upstream).zip(shares.exact());
            own.for_each(|((g, u), &share)| *g += if counts(share) { *u } else { 0.0 });
        }
    });
    out
}

/// `ln` of the sum of every `block` exponentials in a row, without overflow.
pub fn block_log_sum_exp(rows: &Rows, block: usize) -> Rows {
    let out = Rows::filled(rows.len() / block, |sums| {
        for (sum, own) in sums.iter_mut().zip(rows.exact().chunks(block)) {
            *sum = log_sum_exp(own);
        }
    });
    let (rows, sums) = (rows.clone(), out.shared());
    on_backward(out.flat(), move |upstream, grads| {
        let gradient = grads.buffer(rows.flat());
        for (at, g) in gradient.iter_mut().enumerate() {
            let own = rows.exact()[at];
            // A weight of zero has no part in the sum, even if all are zero.
            if own > f64::NEG_INFINITY {
                *g += upstream[at / block] * (own - sums[at / block]).exp() as f32;
            }
        }
    });
    out
}

/// `ln Σ eˣ`, or −∞ if all are −∞.
pub(crate) fn log_sum_exp(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most.is_infinite() {
        return most;
    }
    let sum: f64 = logs.iter().map(|&x| (x - most).exp()).sum();
    most + sum.ln()
}

fn sum(values: &[f32]) -> f64 {
    values.iter().copied().map(f64::from).sum()
}
