//! The normal row.

use elbow::prelude::Normal;

use super::*;

#[derive(Clone, Copy)]
pub struct NormalRow;

impl Family for NormalRow {
    type Of<E: Event> = Normal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Normal<E> {
        Normal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        normal_log_density(x[0], p[0], p[1])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + p[1] * p[1]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + 0.5 * (TAU.ln() + 1.0))
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { NormalRow,
            [1.0, 2.0] at 0.3 => -1.673335714, "Normal(1, 2) at 0.3";
            [0.3, 0.7] at 1.1 => -1.2153248137557364, "Normal(0.3, 0.7) at 1.1";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (NormalRow, &[1.0, 2.0], 2.112085714),
            (NormalRow, &[0.3, 0.7], 1.0622635892659402),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(NormalRow, vec![1.0, 2.0]), (NormalRow, vec![-0.4, 0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(NormalRow)
    }
}

impl Divergent for NormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let delta = q[0] - p[0];
        (p[1] / q[1]).ln() + (q[1] * q[1] + delta * delta) / (2.0 * p[1] * p[1]) - 0.5
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: NormalRow,
                guide: &[1.0, 2.0],
                prior: &[0.0, 1.0],
                kl: 1.306852819,
                source: "N(1, 2), N(0, 1)",
            },
            Pair {
                family: NormalRow,
                guide: &[1.0, 2.0],
                prior: &[-0.5, 1.5],
                kl: 0.6012068164,
                source: "N(1, 2), N(-0.5, 1.5)",
            },
            Pair {
                family: NormalRow,
                guide: &[0.3, 0.7],
                prior: &[0.0, 1.0],
                kl: 0.14667494393873243,
                source: "N(0.3, 0.7), N(0, 1)",
            },
            Pair {
                family: NormalRow,
                guide: &[1.0, 0.5],
                prior: &[-0.5, 2.0],
                kl: 1.1987943611198906,
                source: "N(1, 0.5), N(-0.5, 2)",
            },
        ]
    }
}
