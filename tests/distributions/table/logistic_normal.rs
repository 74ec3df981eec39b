//! The logistic-normal row.

use elbow::prelude::LogisticNormal;

use super::*;

#[derive(Clone, Copy)]
pub struct LogisticNormalRow;

impl Family for LogisticNormalRow {
    type Of<E: Event> = LogisticNormal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Unit;
    const MODE: bool = false;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> LogisticNormal<E> {
        LogisticNormal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let (log, log_1m) = (x[0].ln(), (-x[0]).ln_1p());
        normal_log_density(log - log_1m, p[0], p[1]) - log - log_1m
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let breaks = self.breaks(p);
        vec![[1, 2].map(|power| {
            integrate(
                |y| sigmoid(y).powi(power) * normal_log_density(y, p[0], p[1]).exp(),
                &breaks,
                100,
            )
        })]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        NormalRow.entropy(p)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogisticNormalRow, [0.5, 1.2] at 0.3 => -0.1708941211, "LogisticNormal(0.5, 1.2) at 0.3"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogisticNormalRow, vec![0.5, 1.2]),
            (LogisticNormalRow, vec![-0.4, 0.5]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[TINY, 1e-6, 0.5, ALMOST_ONE]);
        let at = |loc, scale| ((LogisticNormalRow, vec![loc, scale]), points.clone());
        vec![at(0.0, 1e-6), at(0.0, 1e6), at(1e4, 1.0), at(-1e4, 10.0)]
    }
}

impl Divergent for LogisticNormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NormalRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: LogisticNormalRow,
            guide: &[1.0, 2.0],
            prior: &[-0.5, 1.5],
            kl: 0.6012068164,
            source: "that of N(1, 2), N(-0.5, 1.5)",
        }]
    }
}
