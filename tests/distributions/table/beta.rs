//! The beta row.

use elbow::prelude::Beta;
use statrs::function::beta::beta_reg;
use statrs::function::gamma::digamma;

use super::kumaraswamy::concentration_extremes;
use super::*;

#[derive(Clone, Copy)]
pub struct BetaRow;

fn log_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

impl Family for BetaRow {
    type Of<E: Event> = Beta<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Unit;

    fn build<E: Event>(self, params: &[Param<E>]) -> Beta<E> {
        Beta::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        (p[0] - 1.0) * x[0].ln() + (p[1] - 1.0) * (-x[0]).ln_1p() - log_beta(p[0], p[1])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let both = p[0] + p[1];
        let mean = p[0] / both;
        vec![[mean, mean * (p[0] + 1.0) / (both + 1.0)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let both = p[0] + p[1];
        Some(
            log_beta(p[0], p[1]) - (p[0] - 1.0) * digamma(p[0]) - (p[1] - 1.0) * digamma(p[1])
                + (both - 2.0) * digamma(both),
        )
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        digamma(p[0]) + digamma(p[1]) - 2.0 * digamma(p[0] + p[1])
    }
    fn cdf(self, y: f64, p: &[f64]) -> f64 {
        if y < 0.0 {
            beta_reg(p[0], p[1], sigmoid(y))
        } else {
            1.0 - beta_reg(p[1], p[0], sigmoid(-y))
        }
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![-30.0 / p[0], 30.0 / p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { BetaRow,
            [2.0, 3.5] at 0.3 => 0.6611802011, "Beta(2, 3.5) at 0.3";
            [1.0, 1.0] at 0.9 => 0.0, "Beta(1, 1) is uniform";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(BetaRow, &[2.0, 3.5], -0.2986902819)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (BetaRow, vec![2.0, 3.5]),
            (BetaRow, vec![0.6, 0.8]),
            (BetaRow, vec![0.1, 0.15]),
            (BetaRow, vec![20.0, 5.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let mut all = concentration_extremes(BetaRow);
        all.push(((BetaRow, vec![1e6, 1e6]), scalars(&[0.5, 0.501])));
        all
    }
}

impl Divergent for BetaRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (more_a, more_b) = (q[0] - p[0], q[1] - p[1]);
        log_beta(p[0], p[1]) - log_beta(q[0], q[1])
            + more_a * digamma(q[0])
            + more_b * digamma(q[1])
            - (more_a + more_b) * digamma(q[0] + q[1])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: BetaRow,
                guide: &[2.0, 3.5],
                prior: &[1.0, 1.0],
                kl: 0.2986902819,
                source: "Beta(2, 3.5), uniform",
            },
            Pair {
                family: BetaRow,
                guide: &[2.0, 3.0],
                prior: &[1.0, 1.0],
                kl: 0.2349066497879999,
                source: "Beta(2, 3), uniform",
            },
        ]
    }
}
