//! The half-Cauchy row.

use elbow::prelude::HalfCauchy;

use super::*;

#[derive(Clone, Copy)]
pub struct HalfCauchyRow;

impl Family for HalfCauchyRow {
    type Of<E: Event> = HalfCauchy<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Positive;
    const MEAN: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> HalfCauchy<E> {
        HalfCauchy::new(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        (2.0 / (PI * p[0])).ln() - (x[0] / p[0]).powi(2).ln_1p()
    }
    /// None.
    fn moments(self, _: &[f64]) -> Vec<[f64; 2]> {
        Vec::new()
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((TAU * p[0]).ln())
    }
    /// As many draws are above the scale as below it, on a scale of logarithms.
    fn log_jacobian(self, p: &[f64]) -> f64 {
        p[0].ln()
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        2.0 / PI * (x / p[0]).atan()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0].ln() - 16.0, p[0].ln() + 16.0]
    }
    /// By mpmath, with 40 digits.
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { HalfCauchyRow,
            [2.5] at 0.0 => -1.3678734371636099, "HalfCauchy(2.5) at 0";
            [2.5] at 1.0 => -1.5162934422818832, "HalfCauchy(2.5) at 1";
            [2.5] at 30.0 => -6.344607179584184, "HalfCauchy(2.5) at 30";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        // ln 2π
        vec![(HalfCauchyRow, &[1.0], 1.8378770664093453)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(HalfCauchyRow, vec![2.5]), (HalfCauchyRow, vec![0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 25.0, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |scale, points: &[f64]| ((HalfCauchyRow, vec![scale]), scalars(points));
        vec![
            at(1e-6, &[0.0, TINY, 1e-6, 1.0, 1e30]),
            at(1.0, &[0.0, TINY, 1.0, 1e19, 3e38]),
            at(1e30, &[0.0, TINY, 1.0, 1e30]),
        ]
    }
}

impl Divergent for HalfCauchyRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        ((q[0] + p[0]).powi(2) / (4.0 * q[0] * p[0])).ln()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: HalfCauchyRow,
            guide: &[3.0],
            prior: &[1.0],
            kl: 0.28768207245178085,
            source: "scales 3, 1: ln 4/3",
        }]
    }
}
