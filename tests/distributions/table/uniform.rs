//! The uniform row.

use elbow::prelude::Uniform;

use super::*;

#[derive(Clone, Copy)]
pub struct UniformRow;

impl Family for UniformRow {
    type Of<E: Event> = Uniform<E>;
    const POSITIVE: &'static [bool] = &[false, false];
    const SPACE: Space = Space::Real;
    const MODE: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Uniform<E> {
        Uniform::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        if x[0] < p[0] || x[0] > p[1] {
            -INFINITY
        } else {
            -(p[1] - p[0]).ln()
        }
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[
            0.5 * (p[0] + p[1]),
            (p[0] * p[0] + p[0] * p[1] + p[1] * p[1]) / 3.0,
        ]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((p[1] - p[0]).ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        ((x - p[0]) / (p[1] - p[0])).clamp(0.0, 1.0)
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0], p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { UniformRow,
            [0.0, 2.0] at 0.5 => -LN_2, "Uniform(0, 2) within";
            [0.0, 2.0] at 3.0 => -INFINITY, "Uniform(0, 2) above";
            [0.0, 2.0] at -0.1 => -INFINITY, "Uniform(0, 2) below";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(UniformRow, &[-1.0, 1.0], LN_2)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (UniformRow, vec![-1.5, 3.0]),
            (UniformRow, vec![-2.0, 2.75]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    /// The upper end is above the lower one, and a number away.
    fn lattice() -> Vec<&'static [f32]> {
        vec![&[-1e30, -100.0, 0.0], &[1e-30, 1.0, 1e12, 1e30]]
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        vec![
            (
                (UniformRow, vec![0.0, 1e-6]),
                scalars(&[0.0, 1e-6, TINY, 1.0]),
            ),
            (
                (UniformRow, vec![-1e6, 1e6]),
                scalars(&[-1e6, 1e6, 0.0, 2e6]),
            ),
            (
                (UniformRow, vec![1e4, 1e4 + 1.0]),
                scalars(&[1e4, 1e4 + 1.0, 1e4 - 1.0]),
            ),
        ]
    }
}

impl Divergent for UniformRow {
    const SMOOTH: bool = false;
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        if q[0] < p[0] || q[1] > p[1] {
            INFINITY
        } else {
            (p[1] - p[0]).ln() - (q[1] - q[0]).ln()
        }
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: UniformRow,
            guide: &[-0.5, 0.5],
            prior: &[-1.0, 3.0],
            kl: 2.0 * LN_2,
            source: "lengths 1, 4",
        }]
    }
}
