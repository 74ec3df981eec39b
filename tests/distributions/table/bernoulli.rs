//! The Bernoulli row.

use elbow::prelude::Bernoulli;

use super::*;

#[derive(Clone, Copy)]
pub struct BernoulliRow;

impl Family for BernoulliRow {
    type Of<E: Event> = Bernoulli<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;

    fn build<E: Event>(self, params: &[Param<E>]) -> Bernoulli<E> {
        Bernoulli::logits(params[0].clone())
    }
    not_reparameterised!();
    /// Linear in `x`, so that it has a slope by `x` too, which straight-through gradients use.
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -share(x[0], softplus(-p[0])) - share(1.0 - x[0], softplus(p[0]))
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[sigmoid(p[0]); 2]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(share(sigmoid(p[0]), softplus(-p[0])) + share(sigmoid(-p[0]), softplus(p[0])))
    }
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { BernoulliRow,
            [0.7] at 1.0 => -0.4031860489, "logit 0.7 at 1";
            [-1.2] at 0.0 => -0.2632824673380313, "logit -1.2 at 0";
            [-1.2] at 1.0 => -1.4632824673380314, "logit -1.2 at 1";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(BernoulliRow, &[-1.2], 0.5410527271392102)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(BernoulliRow, vec![0.7]), (BernoulliRow, vec![-1.2])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.0, 1.0])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1.0]);
        [1e4, -1e4, INFINITY, -INFINITY, 1e-30, 88.0, -104.0]
            .map(|logit| ((BernoulliRow, vec![logit]), points.clone()))
            .to_vec()
    }
}

impl Divergent for BernoulliRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let term = |sign: f64| {
            share(
                sigmoid(sign * q[0]),
                softplus(-sign * p[0]) - softplus(-sign * q[0]),
            )
        };
        term(1.0) + term(-1.0)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: BernoulliRow,
                guide: &[0.7],
                prior: &[-0.3],
                kl: 0.1193569678,
                source: "logits 0.7, -0.3",
            },
            Pair {
                family: BernoulliRow,
                guide: &[1.098_612_288_668_109_8],
                prior: &[-LOGIT_08],
                kl: 0.7005291775353193,
                source: "probs 0.75, 0.2",
            },
            Pair {
                family: BernoulliRow,
                guide: &[0.0],
                prior: &[-1.098_612_288_668_109_8],
                kl: 0.14384103622589048,
                source: "probs 0.5, 0.25",
            },
            Pair {
                family: BernoulliRow,
                guide: &[0.7],
                prior: &[-0.4],
                kl: 0.14483575289947748,
                source: "logits 0.7, -0.4",
            },
        ]
    }
}
