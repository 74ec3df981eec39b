//! The half-normal row.

use elbow::prelude::HalfNormal;

use super::*;

#[derive(Clone, Copy)]
pub struct HalfNormalRow;

impl Family for HalfNormalRow {
    type Of<E: Event> = HalfNormal<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> HalfNormal<E> {
        HalfNormal::new(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        normal_log_density(x[0], 0.0, p[0]) + LN_2
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0] * (2.0 / PI).sqrt(), p[0] * p[0]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[0].ln() + 0.5 * (TAU.ln() + 1.0) - LN_2)
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        p[0].ln() - 0.5 * (EULER_GAMMA + LN_2)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        1.0 - erfc(x / (p[0] * 2.0_f64.sqrt()))
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0].ln() - 25.0, p[0].ln() + 2.5]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { HalfNormalRow, [2.0] at 0.7 => -0.9801885332, "HalfNormal(2) at 0.7"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(HalfNormalRow, vec![2.0]), (HalfNormalRow, vec![0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, TINY, 1e-6, 1.0]);
        let mut all: Vec<_> = [1e-6, 1.0, 1e6]
            .map(|scale| ((HalfNormalRow, vec![scale]), points.clone()))
            .to_vec();
        all.push(((HalfNormalRow, vec![1.0]), scalars(&[1e4, 1e19])));
        all
    }
}

impl Divergent for HalfNormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NormalRow.kl_reference(&[0.0, q[0]], &[0.0, p[0]])
    }
    fn pairs() -> Vec<Pair<Self>> {
        // ln ½ + 2 − ½
        vec![Pair {
            family: HalfNormalRow,
            guide: &[2.0],
            prior: &[1.0],
            kl: 1.5 - LN_2,
            source: "that of N(0, 2), N(0, 1)",
        }]
    }
}
