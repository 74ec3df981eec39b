//! The Kumaraswamy row.

use elbow::prelude::Kumaraswamy;
use statrs::function::gamma::digamma;

use super::*;

#[derive(Clone, Copy)]
pub struct KumaraswamyRow;

impl KumaraswamyRow {
    /// In logits.
    fn log_density_of_logit(self, y: f64, p: &[f64]) -> f64 {
        let log = -softplus(-y);
        p[0].ln() + p[1].ln() + p[0] * log + (p[1] - 1.0) * (-(p[0] * log).exp_m1()).ln()
            - softplus(y)
    }
}

impl Family for KumaraswamyRow {
    type Of<E: Event> = Kumaraswamy<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Unit;

    fn build<E: Event>(self, params: &[Param<E>]) -> Kumaraswamy<E> {
        Kumaraswamy::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let log = x[0].ln();
        let rest = (-(p[0] * log).exp_m1()).ln();
        p[0].ln() + p[1].ln() + (p[0] - 1.0) * log + (p[1] - 1.0) * rest
    }
    /// `b B(1 + n/a, b)`
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let moment = |n: f64| {
            let first = 1.0 + n / p[0];
            (p[1].ln() + ln_gamma(first) + ln_gamma(p[1]) - ln_gamma(first + p[1])).exp()
        };
        vec![[moment(1.0), moment(2.0)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let harmonic = digamma(p[1] + 1.0) + EULER_GAMMA;
        Some(1.0 - 1.0 / p[1] + (1.0 - 1.0 / p[0]) * harmonic - (p[0] * p[1]).ln())
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        let f = |y: f64| -(softplus(y) + softplus(-y)) * self.log_density_of_logit(y, p).exp();
        integrate(f, &self.breaks(p), 400)
    }
    fn cdf(self, y: f64, p: &[f64]) -> f64 {
        let log_rest = (-(-p[0] * softplus(-y)).exp_m1()).ln();
        -(p[1] * log_rest).exp_m1()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![-30.0 / p[0], 30.0 / p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { KumaraswamyRow, [2.0, 3.0] at 0.4 => 0.5267619631, "Kumaraswamy(2, 3) at 0.4"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(KumaraswamyRow, &[2.0, 3.0], -0.2084261359)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (KumaraswamyRow, vec![2.0, 3.0]),
            (KumaraswamyRow, vec![0.7, 0.6]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        concentration_extremes(KumaraswamyRow)
    }
}

/// Two concentrations on the unit interval, small and large.
pub fn concentration_extremes<F: Family>(family: F) -> Vec<(Case<F>, Vec<Vec<f64>>)> {
    let points = scalars(&[TINY, 1e-6, 0.5, ALMOST_ONE]);
    let all = [
        [1e-3, 1e-3],
        [1e3, 1e3],
        [1e-3, 1e3],
        [1e3, 1e-3],
        [1.0, 1.0],
    ];
    all.map(|params| ((family, params.to_vec()), points.clone()))
        .to_vec()
}
