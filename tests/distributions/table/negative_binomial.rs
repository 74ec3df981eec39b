//! The negative binomial row.

use elbow::prelude::NegativeBinomial;

use super::poisson::counts;
use super::*;

#[derive(Clone, Copy)]
pub struct NegativeBinomialRow;

/// ln(0.4/0.6)
const LOGIT_04: f64 = -0.405_465_108_108_164_4;

impl Family for NegativeBinomialRow {
    type Of<E: Event> = NegativeBinomial<E>;
    const POSITIVE: &'static [bool] = &[true, false];
    const SPACE: Space = Space::Atoms;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> NegativeBinomial<E> {
        NegativeBinomial::logits(params[0].clone(), params[1].clone())
    }
    not_reparameterised!();
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        ln_gamma(x[0] + p[0])
            - ln_gamma(p[0])
            - ln_gamma(x[0] + 1.0)
            - p[0] * softplus(p[1])
            - x[0] * softplus(-p[1])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let odds = p[1].exp();
        let mean = p[0] * odds;
        vec![[mean, mean * (1.0 + odds) + mean * mean]]
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { NegativeBinomialRow,
            [2.5, LOGIT_04] at 3.0 => -2.144564627, "NegativeBinomial(2.5, 0.4) at 3";
        }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (NegativeBinomialRow, vec![2.5, LOGIT_04]),
            (NegativeBinomialRow, vec![0.7, -1.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        counts(60)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1.0, 1e3]);
        [[1e-3, 0.0], [1e-3, -20.0], [1e4, -5.0], [1.0, 10.0]]
            .map(|params| ((NegativeBinomialRow, params.to_vec()), points.clone()))
            .to_vec()
    }
}

impl Divergent for NegativeBinomialRow {
    const SHARED: &'static [usize] = &[0];
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let miss = softplus(p[1]) - softplus(q[1]);
        let hit = softplus(-p[1]) - softplus(-q[1]);
        q[0] * (miss + q[1].exp() * hit)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: NegativeBinomialRow,
            guide: &[2.5, LOGIT_04],
            prior: &[2.5, LOGIT_03],
            kl: 0.0940934212,
            source: "NegativeBinomial(2.5, 0.4), (2.5, 0.3)",
        }]
    }
}

/// The same family by its mean and its inverse dispersion.
#[derive(Clone, Copy)]
pub struct MeanDispersionRow;

/// Failures and the log-odds of a success.
fn by_failures(p: &[f64]) -> [f64; 2] {
    [p[1], (p[0] / p[1]).ln()]
}

impl Family for MeanDispersionRow {
    type Of<E: Event> = NegativeBinomial<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Atoms;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> NegativeBinomial<E> {
        NegativeBinomial::mean_dispersion(params[0].clone(), params[1].clone())
    }
    not_reparameterised!();
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let all = p[0] + p[1];
        ln_gamma(x[0] + p[1]) - ln_gamma(p[1]) - ln_gamma(x[0] + 1.0)
            + p[1] * (p[1] / all).ln()
            + x[0] * (p[0] / all).ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] + p[0] * p[0] / p[1] + p[0] * p[0]]]
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    /// By mpmath, with 40 digits.
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { MeanDispersionRow,
            [3.5, 1.7] at 0.0 => -1.9006516366928592, "mean 3.5, inverse dispersion 1.7 at 0";
            [3.5, 1.7] at 4.0 => -2.282512742970214, "mean 3.5, inverse dispersion 1.7 at 4";
            [3.5, 1.7] at 60.0 => -22.682691074038853, "mean 3.5, inverse dispersion 1.7 at 60";
        }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (MeanDispersionRow, vec![1.6, 2.5]),
            (MeanDispersionRow, vec![3.0, 9.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        counts(60)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1.0, 1e3]);
        [[1e-3, 1.0], [1e-30, 1e-3], [1e4, 1e4], [1e30, 1.0]]
            .map(|params| ((MeanDispersionRow, params.to_vec()), points.clone()))
            .to_vec()
    }
}

impl Divergent for MeanDispersionRow {
    const SHARED: &'static [usize] = &[1];
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NegativeBinomialRow.kl_reference(&by_failures(q), &by_failures(p))
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: MeanDispersionRow,
            // Odds of 2 : 3 and of 3 : 7, as in the other row.
            guide: &[5.0 / 3.0, 2.5],
            prior: &[7.5 / 7.0, 2.5],
            kl: 0.0940934212,
            source: "NegativeBinomial(2.5, 0.4), (2.5, 0.3) by their means",
        }]
    }
}

/// With little dispersion it is Poisson's.
#[test]
fn without_dispersion() {
    use elbow::prelude::{Distribution, Poisson};
    use elbow_tests::support::tensors::{assert_close, numbers, plate};
    let x = plate::<()>(&[0.0, 3.0, 40.0]);
    let found = numbers(&NegativeBinomial::<()>::mean_dispersion(3.5, 1e30).log_prob(&x));
    let limit = numbers(&Poisson::<()>::new(3.5).log_prob(&x));
    for (found, limit) in found.into_iter().zip(limit) {
        assert_close("Poisson", found, limit, 1e-5, limit);
    }
}
