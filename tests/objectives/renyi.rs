//! Rényi bounds: values against their definition, order by order, and what bounds what.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::differences;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::quadrature::normals;
use elbow_tests::support::statistics::assert_mean;

use crate::doubly_reparameterised::log_normal;

const X: f64 = 1.5;
const LOC: f64 = 0.3;
const ROWS: usize = 200_000;

model! {
    /// A normal with a normal mean, by a guide that is too wide.
    struct Pair {}
    generative p(loc) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, loc) {
        sample z ~ Normal::new(loc, 0.9);
    }
}

fn weight(loc: f64, epsilon: f64) -> f64 {
    let z = loc + 0.9 * epsilon;
    (log_normal(z, 0.0, 1.0) + log_normal(X, z, 1.0) - log_normal(z, loc, 0.9)).exp()
}

/// Of two particles.
fn bound(loc: f64, alpha: f64) -> f64 {
    let power = 1.0 - alpha;
    normals(16, |[a, b]| {
        let mean = 0.5 * (weight(loc, a).powf(power) + weight(loc, b).powf(power));
        mean.ln() / power
    })
}

#[test]
fn of_two_particles_by_quadrature() {
    let log_evidence = log_normal(X, 0.0, 2.0_f64.sqrt());
    let elbo = normals(16, |[e]| weight(LOC, e).ln());
    let mut last = log_evidence;
    for alpha in [0.0, 0.5, 2.0] {
        let (x, loc) = (column(X, ROWS), column(LOC, ROWS));
        let objective = Renyi::new(alpha as f32).particles(2);
        let loss = objective.loss(&Pair::new(2).q(&x, &loc)).expect("legal");
        let (value, exact) = (-f64::from(loss.value()), bound(LOC, alpha));
        assert!(
            (value - exact).abs() < 0.006,
            "order {alpha}: {value}, not {exact}"
        );
        // The orders are ordered, about the ELBO at one.
        assert!(exact < last - 0.02, "order {alpha}: {exact}");
        assert_eq!(
            exact < elbo,
            alpha > 1.0,
            "order {alpha}: {exact}, ELBO {elbo}"
        );
        last = exact;
        let by_loc = by_row(&loss.backward(), &loc, ROWS);
        let exact = differences::derivative(|loc| bound(loc, alpha), LOC);
        assert_mean(&format!("order {alpha}"), &by_loc, exact, 0.02);
    }
}

/// At order 0 it is the importance-weighted bound to the digit, with its gradient.
#[test]
fn order_zero_is_the_importance_weighted_bound() {
    let (x, loc) = (column(X, 10), column(LOC, 10));
    let own = |loss: Result<Loss, Error>| {
        let loss = loss.expect("legal");
        let value = loss.value();
        (value, by_row(&loss.backward(), &loc, 10))
    };
    let pair = Pair::new(3);
    let program = || pair.q(&x, &loc).at(elbow::family::Key::new(3, 0));
    assert_eq!(
        own(Renyi::new(0.0).particles(3).loss(&program())),
        own(ImportanceWeighted::default().particles(3).loss(&program()))
    );
}

/// At the order nearest to 1 that is legal, the bound is the ELBO up to a thousandth of the log-weights' variance, and rounding does
/// not hide it.
#[test]
fn orders_about_one_are_not_rounded_away() {
    let (x, loc) = (column(X, 1000), column(LOC, 1000));
    let pair = Pair::new(3);
    let program = || pair.q(&x, &loc).at(elbow::family::Key::new(4, 0));
    let own = |loss: Result<Loss, Error>| f64::from(loss.expect("legal").value());
    let elbo = Elbo::default().particles(3);
    // Divergences as log-ratios at the same draws.
    let exact = own(elbo.sticking_the_landing().loss(&program()));
    for alpha in [0.999, 1.001] {
        let found = own(Renyi::new(alpha).particles(3).loss(&program()));
        assert!(
            (found - exact).abs() < 2e-3,
            "{alpha}: {found}, not {exact}"
        );
    }
}

#[test]
fn orders_that_make_no_sense() {
    let (x, loc) = (column(X, 1), column(LOC, 1));
    for alpha in [1.0, 1.000_000_1, 0.999_9, -0.5, f32::NAN, f32::INFINITY] {
        let error = Renyi::new(alpha).loss(&Pair::new(3).q(&x, &loc));
        let error = error.expect_err("no such order");
        assert!(matches!(error, Error::Setting { .. }), "{error}");
        assert!(error.to_string().contains("the order α"), "{error}");
    }
}
