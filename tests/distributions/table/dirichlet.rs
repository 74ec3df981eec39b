//! The Dirichlet row.

use elbow::prelude::Dirichlet;
use statrs::function::gamma::digamma;

use super::beta::BetaRow;
use super::*;

#[derive(Clone, Copy)]
pub struct DirichletRow;

fn log_beta(alpha: &[f64]) -> f64 {
    alpha.iter().map(|&a| ln_gamma(a)).sum::<f64>() - ln_gamma(alpha.iter().sum())
}

impl Family for DirichletRow {
    type Of<E: Event> = Dirichlet<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Simplex;
    const LANED: bool = true;

    fn build<E: Event>(self, params: &[Param<E>]) -> Dirichlet<E> {
        Dirichlet::new(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let terms = x.iter().zip(p);
        terms.map(|(x, a)| (a - 1.0) * x.ln()).sum::<f64>() - log_beta(p)
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let all: f64 = p.iter().sum();
        let moment = |a: &f64| [a / all, a * (a + 1.0) / (all * (all + 1.0))];
        p.iter().map(moment).collect()
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let all: f64 = p.iter().sum();
        let each = p.iter().map(|&a| (a - 1.0) * digamma(a));
        Some(log_beta(p) + (all - p.len() as f64) * digamma(all) - each.sum::<f64>())
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        let all = digamma(p.iter().sum());
        p.iter().map(|&a| digamma(a) - all).sum()
    }
    /// Two coordinates in their own sum are Beta.
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        BetaRow.cdf(x, &p[..2])
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("integrated over the simplex")
    }
    fn goldens() -> Vec<Golden<Self>> {
        vec![
            Golden {
                family: DirichletRow,
                params: &[1.5, 2.0, 3.0],
                at: &[0.2, 0.3, 0.5],
                log_prob: 1.695210995,
                source: "Dirichlet(1.5, 2, 3)",
            },
            Golden {
                family: DirichletRow,
                params: &[1.0, 1.0, 1.0],
                at: &[0.2, 0.3, 0.5],
                log_prob: LN_2,
                source: "uniform: 2!",
            },
        ]
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(DirichletRow, &[1.5, 2.0, 3.0], -1.101605453)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (DirichletRow, vec![1.5, 2.0, 3.0]),
            (DirichletRow, vec![0.8, 1.2, 2.5]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        one(&[
            &[0.2, 0.5, 0.3],
            &[0.6, 0.3, 0.1],
            &[0.05, 0.15, 0.8],
            &[0.34, 0.33, 0.33],
        ])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = one(&[
            &[0.2, 0.5, 0.3],
            &[TINY, 0.5, 0.5],
            &[1.0, TINY, TINY],
            &[1e-6, 1e-30, 1.0],
        ]);
        [
            [1e-3, 1e-3, 1e-3],
            [1e4, 1e4, 1e4],
            [1e6, 1.0, 1e-3],
            [1.0, 1.0, 1.0],
        ]
        .map(|alpha| ((DirichletRow, alpha.to_vec()), points.clone()))
        .to_vec()
    }
}

impl Divergent for DirichletRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let all = digamma(q.iter().sum());
        let terms = q.iter().zip(p);
        log_beta(p) - log_beta(q)
            + terms
                .map(|(a, c)| (a - c) * (digamma(*a) - all))
                .sum::<f64>()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: DirichletRow,
                guide: &[1.5, 2.0, 3.0],
                prior: &[1.0, 1.0, 1.0],
                kl: 0.4084582723,
                source: "Dirichlet(1.5, 2, 3), uniform",
            },
            Pair {
                family: DirichletRow,
                guide: &[1.0, 2.0, 3.0],
                prior: &[1.0, 1.0, 1.0],
                kl: 0.5511973816621554,
                source: "Dirichlet(1, 2, 3), uniform",
            },
        ]
    }
}
