//! The logistic row.

use elbow::prelude::Logistic;

use super::*;

#[derive(Clone, Copy)]
pub struct LogisticRow;

impl Family for LogisticRow {
    type Of<E: Event> = Logistic<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Logistic<E> {
        Logistic::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let y = (x[0] - p[0]) / p[1];
        -y - p[1].ln() - 2.0 * softplus(-y)
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + (p[1] * PI).powi(2) / 3.0]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + 2.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        sigmoid((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 35.0 * p[1], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogisticRow, [0.5, 2.0] at -1.0 => -2.216889193, "Logistic(0.5, 2) at -1"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(LogisticRow, &[0.5, 2.0], 2.693147181)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogisticRow, vec![0.5, 2.0]),
            (LogisticRow, vec![-0.4, 0.3]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(LogisticRow)
    }
}

impl Divergent for LogisticRow {
    const SHARED: &'static [usize] = &[1];
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        logistic_kl((q[0] - p[0]) / q[1])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: LogisticRow,
                guide: &[1.0, 1.0],
                prior: &[0.0, 1.0],
                kl: 0.1639534137,
                source: "Logistic, 1 scale apart",
            },
            Pair {
                family: LogisticRow,
                guide: &[-1.0, 0.5],
                prior: &[0.0, 0.5],
                kl: 0.626070571,
                source: "Logistic, 2 scales apart",
            },
        ]
    }
}
