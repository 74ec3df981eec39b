//! The continuous Bernoulli row.

use elbow::prelude::ContinuousBernoulli;

use super::*;

#[derive(Clone, Copy)]
pub struct ContinuousBernoulliRow;

/// `ln(sinh(l/2)/(l/2))`
fn log_normaliser(logit: f64) -> f64 {
    if logit.abs() < 1e-3 {
        return logit * logit / 24.0;
    }
    let size = logit.abs();
    0.5 * size + (-(-size).exp_m1()).ln() - size.ln()
}

fn mean(logit: f64) -> f64 {
    if logit.abs() < 1e-3 {
        return 0.5 + logit / 12.0;
    }
    -1.0 / (-logit).exp_m1() - 1.0 / logit
}

impl Family for ContinuousBernoulliRow {
    type Of<E: Event> = ContinuousBernoulli<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Unit;

    fn build<E: Event>(self, params: &[Param<E>]) -> ContinuousBernoulli<E> {
        ContinuousBernoulli::logits(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        if p[0].abs() < 1e-3 {
            return p[0] * (x[0] - 0.5) - log_normaliser(p[0]);
        }
        let size = p[0].abs();
        let least = if p[0] < 0.0 { x[0] } else { 1.0 - x[0] };
        size.ln() - (-(-size).exp_m1()).ln() - size * least
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let square = |x: f64| x * x * self.log_density(&[x], p).exp();
        vec![[mean(p[0]), integrate(square, &[0.0, 1.0], 50)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(log_normaliser(p[0]) - p[0] * (mean(p[0]) - 0.5))
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        let slope = |y: f64| -(softplus(y) + softplus(-y));
        let f = |y: f64| slope(y) * (self.log_density(&[sigmoid(y)], p) + slope(y)).exp();
        integrate(f, &self.breaks(p), 400)
    }
    fn cdf(self, y: f64, p: &[f64]) -> f64 {
        (p[0] * sigmoid(y)).exp_m1() / p[0].exp_m1()
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        vec![-30.0, 30.0]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { ContinuousBernoulliRow,
            [LOGIT_03] at 0.0 => 0.3939128069417266, "λ 0.3 at 0";
            [LOGIT_03] at 0.37 => 0.08041259859846106, "λ 0.3 at 0.37";
            [LOGIT_03] at 1.0 => -0.4533850534454771, "λ 0.3 at 1";
            [0.0] at 0.2 => 0.0, "λ ½ is uniform";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (ContinuousBernoulliRow, &[0.7], -0.020169763413776732),
            (ContinuousBernoulliRow, &[-2.0], -0.15159592392813637),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        // 0.06 is where the series serves.
        [0.7, -2.0, 0.06, 12.0]
            .map(|logit| (ContinuousBernoulliRow, vec![logit]))
            .to_vec()
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn lattice() -> Vec<&'static [f32]> {
        vec![own_draws::LOGIT]
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1e-6, 0.5, 1.0]);
        [1e4, -1e4, 1e-30, 0.0, 88.0, -104.0, 1e30]
            .map(|logit| ((ContinuousBernoulliRow, vec![logit]), points.clone()))
            .to_vec()
    }
}

impl Divergent for ContinuousBernoulliRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        (q[0] - p[0]) * (mean(q[0]) - 0.5) - log_normaliser(q[0]) + log_normaliser(p[0])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: ContinuousBernoulliRow,
                guide: &[0.7],
                prior: &[-0.3],
                kl: 0.04127568544377686,
                source: "logits 0.7, -0.3, by quadrature",
            },
            Pair {
                family: ContinuousBernoulliRow,
                guide: &[-2.0],
                prior: &[1.5],
                kl: 0.47842482101901534,
                source: "logits -2, 1.5, by quadrature",
            },
        ]
    }
}
