//! The gamma row.

use elbow::prelude::Gamma;
use statrs::function::gamma::{digamma, gamma_lr};

use super::*;

#[derive(Clone, Copy)]
pub struct GammaRow;

impl Family for GammaRow {
    type Of<E: Event> = Gamma<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> Gamma<E> {
        Gamma::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        p[0] * p[1].ln() - ln_gamma(p[0]) + (p[0] - 1.0) * x[0].ln() - p[1] * x[0]
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0] / p[1], p[0] * (p[0] + 1.0) / (p[1] * p[1])]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[0] - p[1].ln() + ln_gamma(p[0]) + (1.0 - p[0]) * digamma(p[0]))
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        digamma(p[0]) - p[1].ln()
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        gamma_lr(p[0], p[1] * x)
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        // f32 ends at e^−87.
        let lowest = (-25.0 / p[0]).max(-85.0);
        vec![lowest - p[1].ln(), ((p[0] + 40.0) / p[1]).ln()]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { GammaRow, [2.5, 1.5] at 0.7 => -0.8560325161, "Gamma(2.5, 1.5) at 0.7"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(GammaRow, &[2.5, 1.5], 1.324482801)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (GammaRow, vec![2.5, 1.5]),
            (GammaRow, vec![0.6, 0.8]),
            (GammaRow, vec![0.2, 1.0]),
            (GammaRow, vec![30.0, 8.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |alpha, rate, points: &[f64]| ((GammaRow, vec![alpha, rate]), scalars(points));
        vec![
            at(1e-3, 1.0, &[TINY, 1e-6, 1.0, 80.0]),
            at(1e-3, 1e6, &[TINY, 1e-6]),
            at(1.0, 1e-6, &[TINY, 1.0, 1e6]),
            at(1e4, 1e2, &[90.0, 100.0, 103.0]),
            at(1e6, 1.0, &[0.9e6, 1e6, 1.01e6]),
            at(1e8, 1e4, &[1e4]),
        ]
    }
}

impl Divergent for GammaRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let ratio = p[1] / q[1];
        (q[0] - p[0]) * digamma(q[0]) - ln_gamma(q[0]) + ln_gamma(p[0]) - p[0] * ratio.ln()
            + q[0] * (ratio - 1.0)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: GammaRow,
                guide: &[2.5, 1.5],
                prior: &[1.0, 1.0],
                kl: 0.3421838653,
                source: "Gamma(2.5, 1.5), (1, 1)",
            },
            Pair {
                family: GammaRow,
                guide: &[2.0, 3.0],
                prior: &[1.5, 1.0],
                kl: 0.4051950295828195,
                source: "Gamma(2, 3), (1.5, 1)",
            },
        ]
    }
}
