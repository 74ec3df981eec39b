//! Counts of categories: masses, slopes, totals, draws and means.

use elbow::family::{Param, Value};
use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::{assert_counts, assert_mean};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, scattered, weighted,
};
use statrs::function::gamma::ln_gamma;

type Triple = (Const<3>,);
type Pairs = (Const<2>, Const<3>);

fn ways(counts: &[f64]) -> f64 {
    ln_gamma(counts.iter().sum::<f64>() + 1.0)
        - counts.iter().map(|x| ln_gamma(x + 1.0)).sum::<f64>()
}

/// `ln n! − Σ ln x! + Σ x ln p`
fn multinomial(counts: &[f64], logits: &[f64]) -> f64 {
    let total = logits.iter().map(|l| l.exp()).sum::<f64>().ln();
    ways(counts)
        + counts
            .iter()
            .zip(logits)
            .map(|(x, l)| x * (l - total))
            .sum::<f64>()
}

/// `ln n! − Σ ln x! + ln B(α + x) − ln B(α)`
fn dirichlet_multinomial(counts: &[f64], alpha: &[f64]) -> f64 {
    let log_beta =
        |a: &[f64]| a.iter().map(|&a| ln_gamma(a)).sum::<f64>() - ln_gamma(a.iter().sum());
    let after: Vec<f64> = counts.iter().zip(alpha).map(|(x, a)| x + a).collect();
    ways(counts) + log_beta(&after) - log_beta(alpha)
}

/// By mpmath, with 40 digits.
#[test]
fn golden() {
    let probs = || event::<Triple>(&[0.2, 0.5, 0.3]);
    for (counts, known) in [
        ([1.0, 2.0, 3.0], -2.5133061243096986),
        ([0.0, 0.0, 4.0], -4.815891217303745),
        ([0.0, 0.0, 0.0], 0.0),
        ([200.0, 500.0, 300.0], -6.993131174039263),
    ] {
        let of = Multinomial::<Triple>::probs(counts.iter().sum::<f64>() as f32, probs());
        assert_eq!(of.check(1), Ok(()));
        let found = numbers(&of.log_prob(&plate::<Triple>(&counts)))[0];
        assert_close(&format!("{counts:?}"), found, known, 2e-6, known);
    }
    for (counts, known) in [
        ([1.0, 2.0, 3.0], -3.1914430674669614),
        ([0.0, 0.0, 4.0], -2.985591013262814),
        ([20.0, 50.0, 30.0], -8.181079478515315),
    ] {
        let alpha = event::<Triple>(&[0.7, 2.0, 1.3]);
        let of = DirichletMultinomial::<Triple>::new(counts.iter().sum::<f64>() as f32, alpha);
        assert_eq!(of.check(1), Ok(()));
        let found = numbers(&of.log_prob(&plate::<Triple>(&counts)))[0];
        assert_close(&format!("{counts:?}"), found, known, 2e-7, known);
    }
}

/// Every way to share out four trials.
fn shared_out() -> Vec<Vec<f64>> {
    let pairs = (0..=4).flat_map(|a| (0..=4 - a).map(move |b| (a, b)));
    pairs
        .map(|(a, b)| vec![f64::from(a), f64::from(b), f64::from(4 - a - b)])
        .collect()
}

/// Masses sum to one over all events of the right total, draws have these masses, and means are those of draws.
fn law<D: Distribution<Event = Triple>>(of: &D) {
    let events = shared_out();
    let found = numbers(&of.log_prob(&plate::<Triple>(&events.concat())));
    let masses: Vec<f64> = found.iter().map(|l| l.exp()).collect();
    assert_close("total", masses.iter().sum(), 1.0, 1e-6, 1.0);
    let draws = numbers(&of.sample(50_000, &noise(3, "x")).value());
    let is_drawn = |event: &Vec<f64>| draws.chunks(3).filter(|x| *x == &event[..]).count();
    let counts: Vec<usize> = events.iter().map(is_drawn).collect();
    assert_eq!(counts.iter().sum::<usize>(), 50_000, "totals");
    assert_counts(D::FAMILY, &counts, &masses, 0.1);
    let mean = numbers(&of.mean(2).expect("a mean"));
    for k in 0..3 {
        let own: Vec<f64> = draws.iter().copied().skip(k).step_by(3).collect();
        assert_mean(D::FAMILY, &own, mean[3 + k], 0.1);
    }
    // Another total, and numbers that are no counts.
    for x in [
        [1.0, 1.0, 1.0],
        [5.0, 0.0, 0.0],
        [-1.0, 3.0, 2.0],
        [0.5, 1.5, 2.0],
        [f64::INFINITY, 0.0, 0.0],
        [f64::NAN, 2.0, 2.0],
    ] {
        assert_eq!(
            numbers(&of.log_prob(&plate::<Triple>(&x)))[0],
            f64::NEG_INFINITY,
            "{x:?}"
        );
    }
}

#[test]
fn laws() {
    law(&Multinomial::<Triple>::logits(
        4,
        event::<Triple>(&[0.3, -0.5, 1.0]),
    ));
    law(&Multinomial::<Triple>::probs(4, 1.0));
    law(&DirichletMultinomial::<Triple>::new(
        4,
        event::<Triple>(&[0.7, 2.0, 1.3]),
    ));
    law(&DirichletMultinomial::<Triple>::new(4, 1.0));
    // A category that is ruled out is never drawn.
    let of = Multinomial::<Triple>::probs(4, event::<Triple>(&[0.4, 0.0, 0.6]));
    let draws = of.sample(1000, &noise(3, "x")).value().as_vec();
    assert!(draws.chunks(3).all(|x| x[1] == 0.0 && x[0] + x[2] == 4.0));
    let x = plate::<Triple>(&[2.0, 0.0, 2.0, 1.0, 1.0, 2.0]);
    let found = numbers(&of.log_prob(&x));
    assert_close(
        "without it",
        found[0],
        multinomial(&[2.0, 2.0], &[0.4_f64.ln(), 0.6_f64.ln()]),
        1e-6,
        1.0,
    );
    assert_eq!(found[1], f64::NEG_INFINITY);
}

/// Values, slopes and means of events of two vectors, with trials row by row and parameters of one event, of rows, and of blocks of
/// rows.
fn forms<D: Distribution<Event = Pairs>>(
    build: impl Fn(Param<(Const<2>,)>, Param<Pairs>) -> D,
    base: f64,
    exact: impl Fn(&[f64], &[f64]) -> f64,
) {
    const ROWS: usize = 4;
    let counts: Vec<f64> = (0..6 * ROWS).map(|i| (i * i % 7) as f64).collect();
    let totals: Vec<f64> = counts.chunks(3).map(|lane| lane.iter().sum()).collect();
    let (x, trials) = (plate::<Pairs>(&counts), plate::<(Const<2>,)>(&totals));
    let weights: Vec<f64> = (0..ROWS).map(|row| 1.0 + scattered(row)).collect();
    for rows in [1, 2, ROWS] {
        let params: Vec<f64> = (0..6 * rows).map(|i| base + 0.6 * scattered(i)).collect();
        let params: Vec<f64> = params.iter().map(|&p| f64::from(p as f32)).collect();
        let own: Value<Pairs> = plate::<Pairs>(&params);
        let of = || build(Param::Rows(trials.clone()), Param::Rows(own.clone()));
        assert_eq!(of().check(ROWS), Ok(()));
        let all = |params: &[f64]| -> Vec<f64> {
            let one = |lane: usize| {
                let place = lane / 2 * rows / ROWS * 2 + lane % 2;
                exact(&counts[3 * lane..][..3], &params[3 * place..][..3])
            };
            (0..ROWS)
                .map(|row| one(2 * row) + one(2 * row + 1))
                .collect()
        };
        for (found, exact) in numbers(&of().log_prob(&x)).iter().zip(all(&params)) {
            assert_close(D::FAMILY, *found, exact, 1e-7, exact);
        }
        let mut grads = backward(|| weighted(of().log_prob(&x), &weights));
        let found = gradient_of(&mut grads, &own);
        let total = |params: &[f64]| all(params).iter().zip(&weights).map(|(l, w)| l * w).sum();
        for (found, exact) in found.into_iter().zip(gradient(total, &params)) {
            assert_close(D::FAMILY, found, exact, 2e-6, exact.abs() + 1.0);
        }
        let mut grads = backward(|| weighted(of().detach().log_prob(&x), &weights));
        assert!(
            gradient_of(&mut grads, &own).iter().all(|g| *g == 0.0),
            "detached"
        );
        // Means, by finite differences of themselves.
        let along: Vec<f64> = (0..6 * ROWS).map(scattered).collect();
        let mut grads = backward(|| weighted(of().mean(ROWS).expect("a mean"), &along));
        let found = gradient_of(&mut grads, &own);
        let mean_along = |params: &[f64]| {
            let of = build(
                Param::Rows(trials.clone()),
                Param::Rows(plate::<Pairs>(params)),
            );
            let mean = numbers(&of.mean(ROWS).expect("a mean"));
            mean.iter().zip(&along).map(|(m, w)| m * w).sum::<f64>()
        };
        for (i, found) in found.into_iter().enumerate() {
            let moved = |by: f64| {
                let mut params = params.clone();
                params[i] += by;
                mean_along(&params)
            };
            let exact = (moved(0.01) - moved(-0.01)) / 0.02;
            assert_close("slope of a mean", found, exact, 2e-3, exact.abs() + 1.0);
        }
    }
    let one = build(Param::Number(3.0), Param::Number(base as f32));
    let x = plate::<Pairs>(&[1.0, 1.0, 1.0, 0.0, 1.0, 2.0]);
    let found = numbers(&one.log_prob(&x))[0];
    let theta = [base; 3];
    assert_close(
        "numbers",
        found,
        exact(&[1.0; 3], &theta) + exact(&[0.0, 1.0, 2.0], &theta),
        1e-6,
        1.0,
    );
}

#[test]
fn multinomial_forms() {
    forms(Multinomial::<Pairs>::logits, 0.2, multinomial);
}

#[test]
fn dirichlet_multinomial_forms() {
    let build = |trials, alpha| DirichletMultinomial::<Pairs>::new(trials, alpha);
    forms(build, 1.5, dirichlet_multinomial);
}

/// With two categories they are the families of one count.
#[test]
fn of_two_categories() {
    type Pair = (Const<2>,);
    for k in [0.0, 3.0, 8.0] {
        let (one, two) = (plate::<()>(&[k]), plate::<Pair>(&[k, 8.0 - k]));
        let multinomial = Multinomial::<Pair>::logits(8, event::<Pair>(&[0.7, 0.0]));
        let binomial = Binomial::<()>::logits(8, 0.7);
        let [found, exact] = [
            numbers(&multinomial.log_prob(&two)),
            numbers(&binomial.log_prob(&one)),
        ];
        assert_close("binomial", found[0], exact[0], 1e-6, 1.0);
        let many = DirichletMultinomial::<Pair>::new(8, event::<Pair>(&[2.5, 0.75]));
        let beta = BetaBinomial::<()>::new(8, 2.5, 0.75);
        let [found, exact] = [numbers(&many.log_prob(&two)), numbers(&beta.log_prob(&one))];
        assert_close("beta-binomial", found[0], exact[0], 1e-9, 1.0);
    }
}

/// Twenty thousand columns, of which few are drawn.
#[test]
fn many_columns() {
    const COLUMNS: usize = 20_000;
    type Wide = (Const<COLUMNS>,);
    let counts: Vec<f64> = (0..COLUMNS)
        .map(|i| if i % 7 == 0 { (i % 5) as f64 } else { 0.0 })
        .collect();
    let total: f64 = counts.iter().sum();
    let params: Vec<f64> = (0..COLUMNS)
        .map(|i| f64::from((0.5 + 0.4 * scattered(i)) as f32))
        .collect();
    let (x, own) = (plate::<Wide>(&counts), event::<Wide>(&params));
    let found = numbers(&Multinomial::<Wide>::logits(total as f32, own.clone()).log_prob(&x))[0];
    assert_close(
        "multinomial",
        found,
        multinomial(&counts, &params),
        1e-10,
        found,
    );
    let of = || DirichletMultinomial::<Wide>::new(total as f32, own.clone());
    let found = numbers(&of().log_prob(&x))[0];
    assert_close(
        "overdispersed",
        found,
        dirichlet_multinomial(&counts, &params),
        1e-9,
        found,
    );
    let mut grads = backward(|| weighted(of().log_prob(&x), &[1.0]));
    assert!(gradient_of(&mut grads, &own).iter().all(|g| g.is_finite()));
    let draw = of().sample(2, &noise(1, "x")).value().as_vec();
    assert!(
        draw.chunks(COLUMNS)
            .all(|row| row.iter().map(|&x| f64::from(x)).sum::<f64>() == total)
    );
}

/// What is wrong is named, and a row with another total is an error of the data.
#[test]
fn faults() {
    let fault = |trials: f32, logit: f32| Multinomial::<Triple>::logits(trials, logit).check(1);
    assert!(fault(1.5, 0.0).is_err() && fault(-1.0, 0.0).is_err() && fault(f32::NAN, 0.0).is_err());
    assert!(fault(3.0, f32::NAN).is_err() && fault(3.0, f32::NEG_INFINITY).is_err());
    assert!(
        DirichletMultinomial::<Triple>::new(3, 0.0)
            .check(1)
            .is_err()
    );
    assert!(
        DirichletMultinomial::<Triple>::new(0.5, 1.0)
            .check(1)
            .is_err()
    );
}
