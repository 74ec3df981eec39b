//! The binomial row.

use elbow::prelude::Binomial;

use super::poisson::counts;
use super::*;

#[derive(Clone, Copy)]
pub struct BinomialRow(pub u32);

impl Family for BinomialRow {
    type Of<E: Event> = Binomial<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Binomial<E> {
        Binomial::logits(self.0, params[0].clone())
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
        ln_gamma(n + 1.0)
            - ln_gamma(k + 1.0)
            - ln_gamma(n - k + 1.0)
            - k * softplus(-p[0])
            - (n - k) * softplus(p[0])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let (n, s) = (f64::from(self.0), sigmoid(p[0]));
        vec![[n * s, n * s * (1.0 - s) + n * n * s * s]]
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { BinomialRow(10), [LOGIT_03] at 4.0 => -1.60883335, "Binomial(10, 0.3) at 4"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (BinomialRow(10), vec![LOGIT_03]),
            (BinomialRow(10), vec![1.5]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        counts(10)
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        [1e4, -1e4, 88.0, 1e-30]
            .map(|logit| ((BinomialRow(10), vec![logit]), scalars(&[0.0, 3.0, 10.0])))
            .to_vec()
    }
}

impl Divergent for BinomialRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        f64::from(self.0) * BernoulliRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: BinomialRow(10),
            guide: &[0.7],
            prior: &[-0.4],
            kl: 1.4483575289947748,
            source: "ten times that of Bernoulli",
        }]
    }
}
