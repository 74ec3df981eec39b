//! The Weibull row, and its divergences from gamma and exponential priors.

use elbow::prelude::{Exponential, Gamma, Weibull};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, plate, weighted,
};

use super::*;

#[derive(Clone, Copy)]
pub struct WeibullRow;

impl Family for WeibullRow {
    type Of<E: Event> = Weibull<E>;
    const POSITIVE: &'static [bool] = &[true, true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> Weibull<E> {
        Weibull::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let relative = x[0] / p[0];
        (p[1] / p[0]).ln() + share(p[1] - 1.0, relative.ln()) - relative.powf(p[1])
    }
    /// `λⁿ Γ(1 + n/k)`
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let moment = |n: f64| (n * p[0].ln() + ln_gamma(1.0 + n / p[1])).exp();
        vec![[moment(1.0), moment(2.0)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(EULER_GAMMA * (1.0 - 1.0 / p[1]) + (p[0] / p[1]).ln() + 1.0)
    }
    fn log_jacobian(self, p: &[f64]) -> f64 {
        p[0].ln() - EULER_GAMMA / p[1]
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        -(-(x / p[0]).powf(p[1])).exp_m1()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0].ln() - 30.0 / p[1], p[0].ln() + 3.7 / p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { WeibullRow,
            [2.0, 1.5] at 0.7 => -1.0196559271096063, "Weibull(2, 1.5) at 0.7";
            [0.8, 0.6] at 3.0 => -3.0265191970509455, "Weibull(0.8, 0.6) at 3";
            [1.2, 4.0] at 1.1 => 0.2368719295298863, "Weibull(1.2, 4) at 1.1";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (WeibullRow, &[2.0, 1.5], 1.4800872940856252),
            (WeibullRow, &[0.8, 3.0], 0.06305460328532913),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (WeibullRow, vec![2.0, 1.5]),
            (WeibullRow, vec![0.8, 3.0]),
            (WeibullRow, vec![1.2, 0.9]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |scale, k, points: &[f64]| ((WeibullRow, vec![scale, k]), scalars(points));
        vec![
            at(1.0, 1e-3, &[0.0, TINY, 1e-6, 1.0, 1e30]),
            at(1.0, 1.0, &[0.0, TINY, 1.0, 80.0, 1e30]),
            at(2.0, 1.5, &[0.0, TINY, 1e4, 1e30]),
            at(1e-6, 1.0, &[TINY, 1e-6, 1.0]),
            at(1e6, 0.5, &[TINY, 1.0, 1e6, 1e12]),
            at(1.0, 1e3, &[0.5, 0.999, 1.0, 1.001, 2.0]),
            at(1e4, 1e6, &[1e4, 1.0, 1e6]),
            at(1e30, 1e12, &[1e30]),
        ]
    }
}

impl Divergent for WeibullRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let ratio = p[1] / q[1];
        let distance = p[1] * (q[0] / p[0]).ln();
        (distance + ln_gamma(1.0 + ratio)).exp_m1() - distance + EULER_GAMMA * (ratio - 1.0)
            - ratio.ln()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: WeibullRow,
                guide: &[2.0, 1.5],
                prior: &[1.0, 1.0],
                kl: 0.325403291816242,
                source: "Weibull(2, 1.5), (1, 1)",
            },
            Pair {
                family: WeibullRow,
                guide: &[1.2, 3.0],
                prior: &[0.9, 1.1],
                kl: 0.5420245062639218,
                source: "Weibull(1.2, 3), (0.9, 1.1)",
            },
        ]
    }
}

/// `KL(Weibull(λ, k) ‖ Gamma(α, β))` by quadrature over logarithms.
fn from_gamma(p: &[f64]) -> f64 {
    let integrand = |y: f64| {
        let s = p[1] * (y - p[0].ln());
        let q = p[1].ln() + s - s.exp();
        q.exp() * (q - p[2] * (p[3].ln() + y) + p[3] * y.exp() + ln_gamma(p[2]))
    };
    integrate(integrand, &WeibullRow.breaks(p), 2000)
}

#[test]
fn weibull_from_gamma() {
    for (params, known) in [
        ([2.0, 1.5, 2.5, 1.5], Some(0.03666357903129872)),
        ([0.8, 0.6, 0.7, 3.0], Some(1.8443972892386025)),
        // A Weibull of concentration 1 is a gamma.
        ([1.7, 1.0, 1.0, 1.0 / 1.7], Some(0.0)),
        ([0.3, 5.0, 9.0, 20.0], None),
    ] {
        let what = format!("{params:?}");
        let rows = params.map(|p| plate::<()>(&[p]));
        let [scale, k, alpha, rate] = rows.clone().map(Param::<()>::Rows);
        let kl = || {
            let q = Weibull::new(scale.clone(), k.clone());
            q.kl_divergence(&Gamma::new(alpha.clone(), rate.clone()))
        };
        let found = numbers(&kl().expect("a closed form"))[0];
        if let Some(known) = known {
            assert_close(&what, found, known, 2e-7, 1.0);
        }
        assert_close(&what, found, from_gamma(&params), 2e-6, 1.0);
        let mut grads = backward(|| weighted(kl().expect("as before"), &[1.0]));
        for (row, exact) in rows.iter().zip(gradient(from_gamma, &params)) {
            assert_close(&what, gradient_of(&mut grads, row)[0], exact, 2e-5, exact);
        }
    }
    let q = Weibull::<()>::new(2.0, 1.5);
    let [exponential, gamma] = [
        q.kl_divergence(&Exponential::new(0.7)),
        q.kl_divergence(&Gamma::new(1.0, 0.7)),
    ];
    let [exponential, gamma] = [exponential, gamma].map(|kl| numbers(&kl.expect("closed"))[0]);
    assert_eq!(exponential, gamma);
}
