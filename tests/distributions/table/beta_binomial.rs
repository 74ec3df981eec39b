//! The beta-binomial row.

use elbow::prelude::BetaBinomial;

use super::poisson::counts;
use super::*;

#[derive(Clone, Copy)]
pub struct BetaBinomialRow(pub u32);

fn log_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

impl Family for BetaBinomialRow {
    type Of<E: Event> = BetaBinomial<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Atoms;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> BetaBinomial<E> {
        BetaBinomial::new(self.0, params[0].clone(), params[1].clone())
    }
    not_reparameterised!();
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let (n, k) = (f64::from(self.0), x[0]);
        let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
        ways + log_beta(k + p[0], n - k + p[1]) - log_beta(p[0], p[1])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let (n, all) = (f64::from(self.0), p[0] + p[1]);
        let mean = n * p[0] / all;
        let variance = mean * p[1] / all * (all + n) / (all + 1.0);
        vec![[mean, variance + mean * mean]]
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    /// By mpmath, with 40 digits.
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { BetaBinomialRow(10),
            [2.5, 0.7] at 0.0 => -5.466256017644276, "BetaBinomial(10, 2.5, 0.7) at 0";
            [2.5, 0.7] at 3.0 => -3.4823024177459447, "BetaBinomial(10, 2.5, 0.7) at 3";
            [2.5, 0.7] at 10.0 => -1.1589347259475995, "BetaBinomial(10, 2.5, 0.7) at 10";
        }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (BetaBinomialRow(10), vec![2.5, 0.7]),
            (BetaBinomialRow(10), vec![1.0, 1.0]),
            (BetaBinomialRow(10), vec![0.4, 6.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        counts(10)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1.0, 3.0, 10.0]);
        [
            [1e-3, 1e-3],
            [1e4, 1e-2],
            [1e4, 1e4],
            [1e-6, 1.0],
            [1e6, 1e6],
        ]
        .map(|params| ((BetaBinomialRow(10), params.to_vec()), points.clone()))
        .to_vec()
    }
}
