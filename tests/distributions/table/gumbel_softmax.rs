//! The Gumbel-softmax row.

use elbow::prelude::GumbelSoftmax;

use super::*;

/// Gumbel-softmax at a temperature.
#[derive(Clone, Copy)]
pub struct GumbelSoftmaxRow(pub f64);

impl Family for GumbelSoftmaxRow {
    type Of<E: Event> = GumbelSoftmax<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Simplex;
    const MODE: bool = false;
    const LANED: bool = true;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> GumbelSoftmax<E> {
        GumbelSoftmax::new(params[0].clone(), self.0 as f32)
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let count = x.len() as f64;
        let tilted = x.iter().zip(p).map(|(x, logit)| logit - self.0 * x.ln());
        let total = log_sum_exp(tilted);
        let terms = x.iter().zip(p);
        ln_gamma(count)
            + (count - 1.0) * self.0.ln()
            + terms
                .map(|(x, logit)| logit - self.0 * x.ln() - total - x.ln())
                .sum::<f64>()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mut moments = vec![[0.0; 2]; 3];
        for (log, weight) in simplex(30.0, 0.2) {
            let x = log.map(f64::exp);
            // Beyond, the mass is below 10⁻⁹ and its logarithm of zero is not a number.
            if x.iter().all(|&x| x > 0.0) {
                let mass = weight * self.log_density(&x, p).exp();
                for (moment, x) in moments.iter_mut().zip(x) {
                    moment[0] += mass * x;
                    moment[1] += mass * x * x;
                }
            }
        }
        moments
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    /// The first log-ratio is `(l₁ − l₂ + L)/t` with logistic `L`.
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        sigmoid(self.0 * x - (p[0] - p[1]))
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("integrated over the simplex")
    }
    fn goldens() -> Vec<Golden<Self>> {
        vec![
            Golden {
                family: GumbelSoftmaxRow(0.7),
                params: &[LN_2, -LN_2, 0.0],
                at: &[0.2, 0.3, 0.5],
                log_prob: -0.6361098755,
                source: "ln(2, 1/2, 1), temperature 0.7",
            },
            Golden {
                family: GumbelSoftmaxRow(0.7),
                params: &[LN_2, 0.0],
                at: &[0.3, 0.7],
                log_prob: -0.5702187659,
                source: "two classes",
            },
            Golden {
                family: GumbelSoftmaxRow(0.4),
                params: &[0.3, 0.1, 0.4],
                at: &[0.2, 0.5, 0.3],
                log_prob: -1.0190869277839356,
                source: "temperature 0.4",
            },
            Golden {
                family: GumbelSoftmaxRow(TWO_THIRDS),
                params: &[2.0, 3.0, -4.0],
                at: &[0.6, 0.39, 0.01],
                log_prob: -0.6608451654474878,
                source: "temperature 2/3",
            },
            Golden {
                family: GumbelSoftmaxRow(1.0),
                params: &[0.0; 4],
                at: &[0.1, 0.2, 0.3, 0.4],
                log_prob: 1.710115480187545,
                source: "temperature 1, four classes",
            },
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (GumbelSoftmaxRow(0.7), vec![LN_2, -LN_2, 0.0]),
            (GumbelSoftmaxRow(1.0), vec![0.3, 0.1, -0.6]),
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
    fn lattice() -> Vec<&'static [f32]> {
        vec![own_draws::LOGIT]
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = one(&[
            &[0.2, 0.5, 0.3],
            &[TINY, 0.5, 0.5],
            &[1.0, TINY, TINY],
            &[1e-6, 1e-30, 1.0],
        ]);
        let at = |t, logits: [f64; 3]| ((GumbelSoftmaxRow(t), logits.to_vec()), points.clone());
        vec![
            at(0.01, [0.0, 1.0, -1.0]),
            at(0.01, [1e4, -1e4, 0.0]),
            at(0.1, [1e4, 1e4, 1e4]),
            at(1.0, [-1e4, 1e4, 0.0]),
            at(10.0, [0.5, 0.0, -0.5]),
        ]
    }
}
