//! The row of Student's t.

use elbow::prelude::StudentT;
use statrs::function::beta::beta_reg;
use statrs::function::gamma::digamma;

use super::*;

#[derive(Clone, Copy)]
pub struct StudentTRow;

impl Family for StudentTRow {
    type Of<E: Event> = StudentT<E>;
    const POSITIVE: &'static [bool] = &[true, false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> StudentT<E> {
        StudentT::new(params[0].clone(), params[1].clone(), params[2].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let (v, y) = (p[0], (x[0] - p[1]) / p[2]);
        ln_gamma(0.5 * (v + 1.0))
            - ln_gamma(0.5 * v)
            - 0.5 * (v * PI).ln()
            - p[2].ln()
            - 0.5 * (v + 1.0) * (y * y / v).ln_1p()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let variance = p[2] * p[2] * p[0] / (p[0] - 2.0);
        vec![[p[1], p[1] * p[1] + variance]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let (half, more) = (0.5 * p[0], 0.5 * (p[0] + 1.0));
        let log_beta = ln_gamma(half) + 0.5 * PI.ln() - ln_gamma(more);
        Some(more * (digamma(more) - digamma(half)) + 0.5 * p[0].ln() + log_beta + p[2].ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        let y = (x - p[1]) / p[2];
        let tail = 0.5 * beta_reg(0.5 * p[0], 0.5, p[0] / (p[0] + y * y));
        if y < 0.0 { tail } else { 1.0 - tail }
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[1] - 60.0 * p[2], p[1] + 60.0 * p[2]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { StudentTRow,
            [4.0, 1.0, 2.0] at 0.3 => -1.749389969, "StudentT(4, 1, 2) at 0.3";
            // One degree of freedom is Cauchy.
            [1.0, 0.5, 2.0] at 2.5 => -2.5310242469692907, "−ln 4π";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(StudentTRow, &[4.0, 0.0, 2.0], 2.374907197)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (StudentTRow, vec![12.0, 0.5, 1.5]),
            (StudentTRow, vec![25.0, -0.4, 0.3]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |v, scale, points: &[f64]| ((StudentTRow, vec![v, 0.0, scale]), scalars(points));
        vec![
            at(0.01, 1.0, &[0.0, 1.0, -1e4, 1e30]),
            at(0.5, 1e-6, &[0.0, 1e-6, 1e19]),
            at(3.0, 1e6, &[TINY, 1e6, -1e19]),
            at(1e4 - 1.0, 1.0, &[0.0, 3.0, -1e4]),
            at(1e4 + 1.0, 1.0, &[0.0, 3.0, -1e4]),
            at(1e7, 1.0, &[0.0, 3.0, -1e4]),
        ]
    }
}
