//! The one-hot categorical row.

use elbow::prelude::OneHotCategorical;

use super::*;

#[derive(Clone, Copy)]
pub struct OneHotCategoricalRow;

/// ln 0.1, ln 0.2, ln 0.3, ln 0.4
const LN_TENTHS: [f64; 4] = [
    -LN_10,
    -1.609_437_912_434_100_3,
    -1.203_972_804_325_936,
    -0.916_290_731_874_155,
];

impl Family for OneHotCategoricalRow {
    type Of<E: Event> = OneHotCategorical<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;
    const LANED: bool = true;

    fn build<E: Event>(self, params: &[Param<E>]) -> OneHotCategorical<E> {
        OneHotCategorical::logits(params[0].clone())
    }
    not_reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let total = log_sum_exp(p.iter().copied());
        x.iter()
            .zip(p)
            .map(|(&x, logit)| share(x, logit - total))
            .sum()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let total = log_sum_exp(p.iter().copied());
        p.iter().map(|logit| [(logit - total).exp(); 2]).collect()
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let total = log_sum_exp(p.iter().copied());
        Some(p.iter().map(|l| -share((l - total).exp(), l - total)).sum())
    }
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn goldens() -> Vec<Golden<Self>> {
        vec![
            Golden {
                family: OneHotCategoricalRow,
                params: &LN_TENTHS,
                at: &[0.0, 0.0, 1.0, 0.0],
                log_prob: -1.203_972_804_325_936,
                source: "probs 0.1 to 0.4",
            },
            Golden {
                family: OneHotCategoricalRow,
                params: &[7.0, 7.0],
                at: &[0.0, 1.0],
                log_prob: -LN_2,
                source: "uniform on 2",
            },
        ]
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(OneHotCategoricalRow, &LN_TENTHS, 1.2798542258336676)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (OneHotCategoricalRow, vec![0.2, -0.3, 0.5]),
            (OneHotCategoricalRow, vec![2.0, 0.5, -0.7]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        one(&[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        [
            [1e4, -1e4, 0.0],
            [1e4, 1e4, 1e4 - 1.0],
            [-1e4, -1e4 - 2.0, -1e4],
            [0.3, -INFINITY, 0.1],
            [-INFINITY, -INFINITY, 1e4],
        ]
        .map(|logits| ((OneHotCategoricalRow, logits.to_vec()), Self::points()))
        .to_vec()
    }
}

impl Divergent for OneHotCategoricalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (total_q, total_p) = (
            log_sum_exp(q.iter().copied()),
            log_sum_exp(p.iter().copied()),
        );
        let terms = q.iter().zip(p);
        terms
            .map(|(q, p)| share((q - total_q).exp(), (q - total_q) - (p - total_p)))
            .sum()
    }
    fn pairs() -> Vec<Pair<Self>> {
        const REVERSED: [f64; 4] = [LN_TENTHS[3], LN_TENTHS[2], LN_TENTHS[1], LN_TENTHS[0]];
        vec![
            Pair {
                family: OneHotCategoricalRow,
                guide: &REVERSED,
                prior: &LN_TENTHS,
                kl: 0.45643481914678374,
                source: "probs 0.4 to 0.1, reversed",
            },
            Pair {
                family: OneHotCategoricalRow,
                guide: &[0.2, -0.3, 0.5],
                prior: &[0.0, 0.0, 0.0],
                kl: 0.04904100754,
                source: "logits 0.2, -0.3, 0.5, uniform",
            },
        ]
    }
}
