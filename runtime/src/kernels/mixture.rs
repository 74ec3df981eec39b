//! The log-density of a mixture, from those of its parts.

use crate::tensor::names::Const;

use crate::tensor::{Param, Rows, log_sum_exp, on_backward};

/// `ln Σ_k e^(w_k + r_k)` for every row, from the log-weights and the log-densities of the parts. It is −∞ if all terms are.
///
/// Parts and weights may have fewer rows than the result. Each row then stands for a block.
pub(crate) fn log_mixture<const K: usize>(
    log_weights: &Param<(Const<K>,)>,
    parts: [Rows; K],
) -> Rows {
    let of_parts = parts.iter().map(Rows::len);
    let rows = of_parts.chain(log_weights.rows()).max().unwrap_or(1);
    let parts = parts.map(|part| part.spread(rows));
    let block = rows / log_weights.rows().unwrap_or(rows).max(1);
    let log_weights = log_weights.clone();
    let log_weight = move |log_weights: &Param<(Const<K>,)>, row: usize, k: usize| match log_weights
    {
        Param::Number(number) => f64::from(*number),
        Param::Event(_) => f64::from(log_weights.values()[k]),
        Param::Rows(_) => f64::from(log_weights.values()[row / block * K + k]),
    };
    let terms = move |log_weights: &Param<(Const<K>,)>, parts: &[Rows; K], row: usize| {
        let own = |k: usize| match log_weight(log_weights, row, k) {
            // A member without weight does not count, for any density.
            f64::NEG_INFINITY => f64::NEG_INFINITY,
            weight => weight + parts[k].exact()[row],
        };
        std::array::from_fn::<f64, K, _>(own)
    };
    let out = Rows::filled(rows, |out| {
        let out = out.iter_mut().enumerate();
        out.for_each(|(row, out)| *out = log_sum_exp(&terms(&log_weights, &parts, row)));
    });
    let totals = out.shared();
    on_backward(out.flat(), move |upstream, grads| {
        // Each part's share of each row's density, from differences of exact logarithms.
        let mut by_part = vec![0.0_f64; rows * K];
        for ((row, &u), shares) in upstream.iter().enumerate().zip(by_part.chunks_mut(K)) {
            for (share, term) in shares.iter_mut().zip(terms(&log_weights, &parts, row)) {
                // A term of zero has no part in the sum, even if all are zero. An infinite sum has no slope.
                if term > f64::NEG_INFINITY && totals[row] < f64::INFINITY {
                    *share = f64::from(u) * (term - totals[row]).exp();
                }
            }
        }
        for (k, part) in parts.iter().enumerate() {
            let gradient = grads.buffer(part.flat()).iter_mut();
            let own = by_part.iter().skip(k).step_by(K);
            gradient.zip(own).for_each(|(g, &share)| *g += share as f32);
        }
        let gradient = match &log_weights {
            Param::Number(_) => return,
            Param::Event(event) => grads.buffer(event.flat()),
            Param::Rows(own) => grads.buffer(own.flat()),
        };
        let rows_of_one = rows * K / gradient.len().max(1);
        for (own, shares) in gradient.chunks_mut(K).zip(by_part.chunks(rows_of_one * K)) {
            for (k, g) in own.iter_mut().enumerate() {
                *g += shares.iter().skip(k).step_by(K).sum::<f64>() as f32;
            }
        }
    });
    out
}
