//! The geometric row.

use elbow::prelude::Geometric;

use super::poisson::counts;
use super::*;

#[derive(Clone, Copy)]
pub struct GeometricRow;

impl Family for GeometricRow {
    type Of<E: Event> = Geometric<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;

    fn build<E: Event>(self, params: &[Param<E>]) -> Geometric<E> {
        Geometric::logits(params[0].clone())
    }
    not_reparameterised!();
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -x[0] * softplus(p[0]) - softplus(-p[0])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mean = (-p[0]).exp();
        vec![[mean, mean * (1.0 + 2.0 * mean)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(softplus(-p[0]) + (-p[0]).exp() * softplus(p[0]))
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { GeometricRow, [LOGIT_03] at 4.0 => -2.63067258, "Geometric(0.3) at 4"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(GeometricRow, vec![LOGIT_03]), (GeometricRow, vec![1.2])]
    }
    fn points() -> Vec<Vec<f64>> {
        counts(120)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        [-30.0, -5.0, 30.0, 200.0]
            .map(|logit| ((GeometricRow, vec![logit]), scalars(&[0.0, 1.0, 1e6])))
            .to_vec()
    }
}

impl Divergent for GeometricRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        softplus(-p[0]) - softplus(-q[0]) + (-q[0]).exp() * (softplus(p[0]) - softplus(q[0]))
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: GeometricRow,
            guide: &[LOGIT_03],
            prior: &[0.0],
            kl: 0.2742762617,
            source: "Geometric(0.3), (0.5)",
        }]
    }
}
