//! The log-normal row.

use elbow::prelude::LogNormal;

use super::*;

#[derive(Clone, Copy)]
pub struct LogNormalRow;

impl Family for LogNormalRow {
    type Of<E: Event> = LogNormal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> LogNormal<E> {
        LogNormal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        normal_log_density(x[0].ln(), p[0], p[1]) - x[0].ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let variance = p[1] * p[1];
        vec![[
            (p[0] + 0.5 * variance).exp(),
            (2.0 * (p[0] + variance)).exp(),
        ]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[0] + p[1].ln() + 0.5 * (TAU.ln() + 1.0))
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        p[0]
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x.ln() - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogNormalRow, [0.5, 0.8] at 1.7 => -1.227156116, "LogNormal(0.5, 0.8) at 1.7"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogNormalRow, vec![0.2, 0.5]),
            (LogNormalRow, vec![-0.4, 0.3]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        // A draw of a much larger scale or location is beyond f32 itself.
        vec![
            (
                (LogNormalRow, vec![0.0, 1e-6]),
                scalars(&[1.0, 1.0 + 3e-6, 1.0 - 2e-6]),
            ),
            ((LogNormalRow, vec![0.0, 10.0]), scalars(&[TINY, 1.0, 1e30])),
            (
                (LogNormalRow, vec![-30.0, 1.0]),
                scalars(&[TINY, 1e-13, 1e30]),
            ),
        ]
    }
}

impl Divergent for LogNormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NormalRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: LogNormalRow,
            guide: &[0.0, 1.0],
            prior: &[1.0, 2.0],
            kl: 0.4431471805599453,
            source: "LogNormal(0, 1), LogNormal(1, 2)",
        }]
    }
}
