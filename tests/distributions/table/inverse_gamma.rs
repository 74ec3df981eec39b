//! The inverse gamma row.

use elbow::prelude::InverseGamma;
use statrs::function::gamma::{digamma, gamma_ur};

use super::gamma::GammaRow;
use super::*;

#[derive(Clone, Copy)]
pub struct InverseGammaRow;

impl Family for InverseGammaRow {
    type Of<E: Event> = InverseGamma<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> InverseGamma<E> {
        InverseGamma::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        if x[0] == 0.0 {
            return -INFINITY;
        }
        p[0] * p[1].ln() - ln_gamma(p[0]) - (p[0] + 1.0) * x[0].ln() - p[1] / x[0]
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mean = p[1] / (p[0] - 1.0);
        vec![[mean, mean * p[1] / (p[0] - 2.0)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[0] + p[1].ln() + ln_gamma(p[0]) - (1.0 + p[0]) * digamma(p[0]))
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        p[1].ln() - digamma(p[0])
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        gamma_ur(p[0], p[1] / x)
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[1].ln() - (p[0] + 40.0).ln(), p[1].ln() + 25.0 / p[0]]
    }
    /// By mpmath, with 40 digits.
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { InverseGammaRow,
            [2.2, 1.1] at 0.1 => -3.5189927736401776, "InverseGamma(2.2, 1.1) at 0.1";
            [2.2, 1.1] at 1.0 => -0.9872650712211242, "InverseGamma(2.2, 1.1) at 1";
            [2.2, 1.1] at 6.0 => -5.804228706084234, "InverseGamma(2.2, 1.1) at 6";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        // α = 1: 1 + 2γ
        vec![(InverseGammaRow, &[1.0, 1.0], 2.1544313298030655)]
    }
    /// With a fourth moment that draws show.
    fn cases() -> Vec<Case<Self>> {
        vec![
            (InverseGammaRow, vec![12.0, 9.0]),
            (InverseGammaRow, vec![9.0, 20.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.6, 1.7, 2.5, 0.9, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at =
            |alpha, rate, points: &[f64]| ((InverseGammaRow, vec![alpha, rate]), scalars(points));
        vec![
            at(1e-3, 1.0, &[0.0, TINY, 1e-6, 1.0, 1e30]),
            at(1.0, 1e-6, &[0.0, TINY, 1.0, 1e6]),
            at(0.5, 1e6, &[1.0, 1e6]),
            at(1e4, 1e2, &[0.0098, 0.01, 0.0103]),
            at(1e6, 1.0, &[0.99e-6, 1e-6]),
        ]
    }
}

impl Divergent for InverseGammaRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        GammaRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: InverseGammaRow,
            guide: &[2.5, 1.5],
            prior: &[1.0, 1.0],
            kl: 0.3421838653,
            source: "as that of Gamma(2.5, 1.5), (1, 1)",
        }]
    }
}
