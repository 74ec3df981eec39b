//! The poisson row.

use elbow::prelude::Poisson;

use super::*;

#[derive(Clone, Copy)]
pub struct PoissonRow;

/// The whole numbers up to `last`.
pub fn counts(last: usize) -> Vec<Vec<f64>> {
    (0..=last).map(|k| vec![k as f64]).collect()
}

impl Family for PoissonRow {
    type Of<E: Event> = Poisson<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Atoms;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Poisson<E> {
        Poisson::new(params[0].clone())
    }
    not_reparameterised!();
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        x[0] * p[0].ln() - p[0] - ln_gamma(x[0] + 1.0)
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * (p[0] + 1.0)]]
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { PoissonRow, [3.2] at 5.0 => -2.171737694, "Poisson(3.2) at 5"; }
    }
    fn cases() -> Vec<Case<Self>> {
        // Below and above where the sampler changes its method.
        [3.2, 0.4, 15.0]
            .map(|rate| (PoissonRow, vec![rate]))
            .to_vec()
    }
    fn points() -> Vec<Vec<f64>> {
        counts(60)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        [1e-30, 1e-6, 88.0, 1e6]
            .map(|rate| ((PoissonRow, vec![rate]), scalars(&[0.0, 1.0, 5.0, 1e6])))
            .to_vec()
    }
}

impl Divergent for PoissonRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        q[0] * (q[0] / p[0]).ln() - q[0] + p[0]
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: PoissonRow,
                guide: &[3.2],
                prior: &[2.0],
                kl: 0.3040116136,
                source: "Poisson(3.2), (2)",
            },
            Pair {
                family: PoissonRow,
                guide: &[3.0],
                prior: &[2.0],
                kl: 0.21639532432449338,
                source: "Poisson(3), (2)",
            },
        ]
    }
}
