//! The Cauchy row.

use elbow::prelude::Cauchy;

use super::*;

#[derive(Clone, Copy)]
pub struct CauchyRow;

impl Family for CauchyRow {
    type Of<E: Event> = Cauchy<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;
    const MEAN: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Cauchy<E> {
        Cauchy::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let y = (x[0] - p[0]) / p[1];
        -(y * y).ln_1p() - (PI * p[1]).ln()
    }
    /// None.
    fn moments(self, _: &[f64]) -> Vec<[f64; 2]> {
        Vec::new()
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((4.0 * PI * p[1]).ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        0.5 + ((x - p[0]) / p[1]).atan() / PI
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        [-1e7, -1e5, -1e3, -30.0, 30.0, 1e3, 1e5, 1e7]
            .map(|y| p[0] + p[1] * y)
            .to_vec()
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { CauchyRow,
            // One scale from the median the density is a half of its most.
            [0.5, 2.0] at 2.5 => -2.5310242469692907, "−ln 4π";
            [0.0, 1.0] at 3.0 => -3.447314978843446, "−ln 10π";
        }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(CauchyRow, vec![0.5, 2.0]), (CauchyRow, vec![-0.4, 0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(CauchyRow)
    }
}

impl Divergent for CauchyRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (apart, delta) = (q[1] - p[1], q[0] - p[0]);
        ((apart * apart + delta * delta) / (4.0 * q[1] * p[1])).ln_1p()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: CauchyRow,
            guide: &[0.0, 1.0],
            prior: &[1.0, 2.0],
            kl: 0.22314355131420976,
            source: "Cauchy(0, 1), (1, 2): ln 1.25",
        }]
    }
}
