//! Closed-form divergences between families of different names.

use elbow::family::{KlDivergence, Param};
use elbow::prelude::{Beta, Distribution, Exponential, Gamma, Kumaraswamy};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::quadrature::integrate;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, plate, weighted,
};
use statrs::function::gamma::ln_gamma;

/// `KL(Kumaraswamy(a, b) ‖ Beta(α, β))` by quadrature over logits.
fn reference(p: &[f64]) -> f64 {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let integrand = |y: f64| {
        let (log, log_rest) = (-softplus(-y), -softplus(y));
        let power = (-(p[0] * log).exp_m1()).ln();
        let q = p[0].ln() + p[1].ln() + p[0] * log + (p[1] - 1.0) * power + log_rest;
        let log_beta = ln_gamma(p[2]) + ln_gamma(p[3]) - ln_gamma(p[2] + p[3]);
        q.exp() * (q - (p[2] * log + p[3] * log_rest - log_beta))
    };
    integrate(integrand, &[-40.0 / p[0], 0.0, 36.0 / p[1].max(1.0)], 2000)
}

#[test]
fn kumaraswamy_from_beta() {
    for (params, known) in [
        ([2.0, 3.0, 1.5, 2.5], Some(0.08890063284)),
        // A Kumaraswamy with a 1 is a beta: no divergence.
        ([1.0, 2.5, 1.0, 2.5], Some(0.0)),
        ([3.0, 1.0, 3.0, 1.0], Some(0.0)),
        ([0.5, 4.0, 1.0, 1.0], None),
        ([6.0, 1.5, 2.0, 0.5], None),
        ([0.2, 9.0, 0.7, 3.0], None),
    ] {
        let what = format!("{params:?}");
        let rows = params.map(|p| plate::<()>(&[p]));
        let [a, b, alpha, beta] = rows.clone().map(Param::<()>::Rows);
        let kl = || {
            let q = Kumaraswamy::new(a.clone(), b.clone());
            q.kl_divergence(&Beta::new(alpha.clone(), beta.clone()))
        };
        let found = numbers(&kl().expect("a closed form"))[0];
        if let Some(known) = known {
            assert_close(&what, found, known, 2e-7, 1.0);
        }
        assert_close(&what, found, reference(&params), 2e-6, 1.0);
        let mut grads = backward(|| weighted(kl().expect("as before"), &[1.0]));
        for (row, exact) in rows.iter().zip(gradient(reference, &params)) {
            assert_close(&what, gradient_of(&mut grads, row)[0], exact, 2e-5, exact);
        }
    }
}

/// An exponential distribution is a gamma distribution.
#[test]
fn gamma_and_exponential() {
    let (gamma, exponential) = (Gamma::<()>::new(2.5, 1.5), Exponential::<()>::new(0.7));
    let as_gamma = Gamma::<()>::new(1.0, 0.7);
    let number = |rows: Option<elbow::family::Rows>| numbers(&rows.expect("a closed form"))[0];
    assert_eq!(
        number(gamma.kl_divergence(&exponential)),
        number(gamma.kl_divergence(&as_gamma))
    );
    assert_eq!(
        number(exponential.kl_divergence(&gamma)),
        number(as_gamma.kl_divergence(&gamma))
    );
    assert_close(
        "entropies",
        number(as_gamma.entropy()),
        number(exponential.entropy()),
        1e-6,
        1.0,
    );
}
