//! The Gumbel row.

use elbow::prelude::Gumbel;

use super::*;

#[derive(Clone, Copy)]
pub struct GumbelRow;

impl Family for GumbelRow {
    type Of<E: Event> = Gumbel<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Gumbel<E> {
        Gumbel::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let y = (x[0] - p[0]) / p[1];
        -y - (-y).exp() - p[1].ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mean = p[0] + EULER_GAMMA * p[1];
        vec![[mean, mean * mean + (PI * p[1]).powi(2) / 6.0]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + EULER_GAMMA + 1.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        (-(-(x - p[0]) / p[1]).exp()).exp()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 4.0 * p[1], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { GumbelRow,
            [0.5, 2.0] at -1.0 => -2.060147197, "Gumbel(0.5, 2) at -1";
            [0.0, 1.0] at 0.5 => -1.1065306597126334, "Gumbel(0, 1) at 0.5";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (GumbelRow, &[0.5, 2.0], 2.270362845),
            (GumbelRow, &[0.0, 1.0], 1.5772156649015328),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(GumbelRow, vec![0.5, 2.0]), (GumbelRow, vec![-0.4, 0.5])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -0.6, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(GumbelRow)
    }
}

impl Divergent for GumbelRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (ratio, delta) = (q[1] / p[1], (q[0] - p[0]) / p[1]);
        -ratio.ln()
            + EULER_GAMMA * (ratio - 1.0)
            + (-delta + ln_gamma(ratio + 1.0)).exp_m1()
            + delta
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: GumbelRow,
                guide: &[0.5, 2.0],
                prior: &[-1.0, 1.5],
                kl: 0.3427348874,
                source: "Gumbel(0.5, 2), (-1, 1.5)",
            },
            Pair {
                family: GumbelRow,
                guide: &[0.0, 1.0],
                prior: &[1.0, 2.0],
                kl: 0.3656805307703179,
                source: "Gumbel(0, 1), (1, 2)",
            },
        ]
    }
}
