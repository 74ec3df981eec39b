//! The Laplace row.

use elbow::prelude::Laplace;

use super::*;

#[derive(Clone, Copy)]
pub struct LaplaceRow;

impl Family for LaplaceRow {
    type Of<E: Event> = Laplace<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Laplace<E> {
        Laplace::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -(x[0] - p[0]).abs() / p[1] - (2.0 * p[1]).ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + 2.0 * p[1] * p[1]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((2.0 * p[1]).ln() + 1.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        let tail = 0.5 * (-(x - p[0]).abs() / p[1]).exp();
        if x < p[0] { tail } else { 1.0 - tail }
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 35.0 * p[1], p[0], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LaplaceRow, [0.5, 2.0] at -1.0 => -2.136294361, "Laplace(0.5, 2) at -1"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(LaplaceRow, &[0.5, 2.0], 2.386294361)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(LaplaceRow, vec![0.5, 2.0]), (LaplaceRow, vec![-0.6, 0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        // The locations vary by a tenth: none of these is at the kink.
        scalars(&[0.3, -1.0, 2.5, 0.8, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(LaplaceRow)
    }
}

impl Divergent for LaplaceRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let delta = (q[0] - p[0]).abs();
        (p[1] / q[1]).ln() + delta / p[1] - 1.0 + q[1] / p[1] * (-delta / q[1]).exp()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: LaplaceRow,
                guide: &[0.5, 2.0],
                prior: &[-1.0, 1.5],
                kl: 0.3421399979,
                source: "Laplace(0.5, 2), (-1, 1.5)",
            },
            Pair {
                family: LaplaceRow,
                guide: &[0.0, 1.0],
                prior: &[0.5, 2.0],
                kl: 0.246412510416262,
                source: "Laplace(0, 1), (0.5, 2)",
            },
        ]
    }
}
