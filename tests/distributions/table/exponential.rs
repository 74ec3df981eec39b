//! The exponential row.

use elbow::prelude::Exponential;

use super::*;

#[derive(Clone, Copy)]
pub struct ExponentialRow;

impl Family for ExponentialRow {
    type Of<E: Event> = Exponential<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> Exponential<E> {
        Exponential::new(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        p[0].ln() - p[0] * x[0]
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[1.0 / p[0], 2.0 / (p[0] * p[0])]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(1.0 - p[0].ln())
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        -EULER_GAMMA - p[0].ln()
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        -(-p[0] * x).exp_m1()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![-30.0 - p[0].ln(), (40.0 / p[0]).ln()]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { ExponentialRow, [1.5] at 0.7 => -0.6445348919, "Exponential(1.5) at 0.7"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(ExponentialRow, vec![1.5]), (ExponentialRow, vec![0.4])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, TINY, 1e-6, 1.0, 1e6]);
        let at = |rate| ((ExponentialRow, vec![rate]), points.clone());
        vec![at(1e-6), at(1.0), at(1e6)]
    }
}

impl Divergent for ExponentialRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        (q[0] / p[0]).ln() + p[0] / q[0] - 1.0
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: ExponentialRow,
            guide: &[1.5],
            prior: &[0.5],
            kl: 0.431945622,
            source: "rates 1.5, 0.5",
        }]
    }
}
