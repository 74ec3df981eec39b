//! Importance-weighted bounds of normals: the doubly reparameterised gradient has the bound's gradient as its mean, and less noise.

use std::f64::consts::PI;

use elbow::Error;
use elbow::family::{Divergence, Estimator, Gradient, Plan, Reparameterised, Settings};
use elbow::prelude::*;
use elbow_tests::support::differences;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::quadrature::normals;
use elbow_tests::support::statistics::{Estimate, assert_mean};

const X: f64 = 1.0;

/// Pathwise without saying so: it is differentiated both ways.
#[derive(Clone, Copy)]
struct Plain;

impl Estimator<Normal<()>> for Plain {
    fn plan(&self, settings: &Settings) -> Result<Plan<Normal<()>>, Error> {
        Ok(Plan {
            gradient: Gradient::Path {
                draw: Box::new(|q, rows, noise| Ok(q.rsample(rows, noise))),
                is_reparameterised: false,
            },
            ..Pathwise.plan(settings)?
        })
    }
}

impl Divergence<Normal<()>, Normal<()>> for Plain {}

model! {
    /// A normal with a normal mean.
    struct Pair {}
    generative p(loc, log_scale) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp());
    }
    inference plain(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp()) via Plain;
    }
}

model! {
    /// Nothing is observed of it.
    struct Prior {}
    generative p(loc, log_scale) {
        sample z ~ Normal::new(2.0, 3.0);
        sample x ~ Normal::new(z * 0.0, 1.0);
    }
    inference q(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp());
    }
    inference plain(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp()) via Plain;
    }
}

model! {
    /// A chain whose guide is a chain: `z2` is read by nobody's guide, `z1` is.
    struct Chain {}
    generative p(loc, log_scale, slope) {
        sample z1 ~ Normal::new(0.0, 1.0);
        sample z2 ~ Normal::new(z1, 1.0);
        sample x ~ Normal::new(z2, 1.0);
    }
    inference q(x, loc, log_scale, slope) {
        sample z1 ~ Normal::new(loc, log_scale.exp());
        sample z2 ~ Normal::new(slope * z1, 0.8);
    }
}

pub fn log_normal(x: f64, loc: f64, scale: f64) -> f64 {
    -0.5 * ((x - loc) / scale).powi(2) - scale.ln() - 0.5 * (2.0 * PI).ln()
}

/// The log-weight of the pair at `z = loc + e^log_scale · ε`.
fn log_weight(at: &[f64], epsilon: f64) -> f64 {
    let (loc, scale) = (at[0], at[1].exp());
    let z = loc + scale * epsilon;
    log_normal(z, 0.0, 1.0) + log_normal(X, z, 1.0) - log_normal(z, loc, scale)
}

/// `log ½(e^a + e^b)`
pub fn log_mean(a: f64, b: f64) -> f64 {
    let most = a.max(b);
    most + (0.5 * ((a - most).exp() + (b - most).exp())).ln()
}

/// Means of the loss and of every row's gradients by loc and log scale.
macro_rules! gradients {
    ($model:ty, $program:ident, $objective:expr, $x:expr, $at:expr, $rows:expr) => {{
        let at: [f64; 2] = $at;
        let (x, loc, log_scale) = (
            column($x, $rows),
            column(at[0], $rows),
            column(at[1], $rows),
        );
        let loss = $objective.loss(&<$model>::new(5).$program(&x, &loc, &log_scale));
        let loss = loss.expect("legal");
        let value = -f64::from(loss.value());
        let gradients = loss.backward();
        let own = [
            by_row(&gradients, &loc, $rows),
            by_row(&gradients, &log_scale, $rows),
        ];
        (value, own)
    }};
}

const AT: [f64; 2] = [0.3, 0.182_321_556_793_954_6];

/// Two particles, by quadrature over both draws.
#[test]
fn the_gradient_of_two_particles() {
    let bound = |at: &[f64]| normals(16, |[a, b]| log_mean(log_weight(at, a), log_weight(at, b)));
    let exact = differences::gradient(bound, &AT);
    let objective = ImportanceWeighted::default().particles(2);
    const ROWS: usize = 200_000;
    for objective in [objective.clone(), objective.doubly_reparameterised()] {
        let (value, own) = gradients!(Pair, q, objective, X, AT, ROWS);
        assert!((value - bound(&AT)).abs() < 0.01, "{value}");
        assert_mean("by loc", &own[0], exact[0], 0.02);
        assert_mean("by log scale", &own[1], exact[1], 0.02);
    }
    let objective = ImportanceWeighted::default().particles(2);
    let (_, own) = gradients!(Pair, plain, objective, X, AT, ROWS);
    assert_mean("plain, by loc", &own[0], exact[0], 0.05);
    assert_mean("plain, by log scale", &own[1], exact[1], 0.05);
}

/// Five particles: the published bound, gradient and variances of both estimators.
#[test]
fn the_published_variances_of_five_particles() {
    const ROWS: usize = 400_000;
    let objective = ImportanceWeighted::default().particles(5);
    let (value, doubly) = gradients!(Pair, q, objective, X, AT, ROWS);
    assert!((value - -1.5550).abs() < 0.002, "{value}");
    let (_, plain) = gradients!(Pair, plain, objective, X, AT, ROWS);
    let published = [(0.029, 0.0135, 0.414), (-0.1268, 0.0114, 0.417)];
    for ((doubly, plain), (mean, own, other)) in doubly.iter().zip(&plain).zip(published) {
        let found = Estimate::of(doubly);
        // The mean was published to ±0.0002.
        let slack = 0.0002 + 5.0 * found.standard_error;
        assert!((found.mean - mean).abs() < slack, "{found:?}, not {mean}");
        assert!(found.standard_error < 0.0003, "no power: {found:?}");
        let variance = |e: Estimate| e.standard_error.powi(2) * ROWS as f64;
        let (doubly, plain) = (variance(found), variance(Estimate::of(plain)));
        assert!((doubly - own).abs() < 0.05 * own, "{doubly}, not {own}");
        assert!((plain - other).abs() < 0.05 * other, "{plain}, not {other}");
    }
}

/// With one particle the whole score drops out: at the posterior the gradient is zero.
#[test]
fn one_particle_sticks_the_landing() {
    let posterior = [0.5, -0.5 * 2.0_f64.ln()];
    let objective = ImportanceWeighted::default();
    let (_, own) = gradients!(Pair, q, objective, X, posterior, 1000);
    for g in own.iter().flatten() {
        assert!(g.abs() < 3e-6, "{g}");
    }
}

model! {
    /// As [`Prior`], narrow.
    struct Narrow {}
    generative p(loc, log_scale) {
        sample z ~ Normal::new(-3.0, 1.0);
        sample x ~ Normal::new(z * 0.0, 1.0);
    }
    inference q(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp());
    }
    inference plain(x, loc, log_scale) {
        sample z ~ Normal::new(loc, log_scale.exp()) via Plain;
    }
}

/// After TFP's `test_doubly_reparameterized_reduces_iwae_gradient_variance`: N(−3, 1) and N(2, 3²), ten particles. The loss is
/// the same to the digit. From the wide one toward the narrow one the variance is a fraction; from the narrow one toward
/// the wide, where weights hardly move, the plain gradient has less, and that is known of it.
#[test]
fn between_a_narrow_and_a_wide_normal() {
    const ROWS: usize = 50_000;
    let objective = ImportanceWeighted::default().particles(10);
    let [narrow, wide] = [[-3.0, 0.0], [2.0, 3.0_f64.ln()]];
    let toward_narrow = [
        gradients!(Narrow, q, objective, 0.0, wide, ROWS),
        gradients!(Narrow, plain, objective, 0.0, wide, ROWS),
    ];
    let toward_wide = [
        gradients!(Prior, q, objective, 0.0, narrow, ROWS),
        gradients!(Prior, plain, objective, 0.0, narrow, ROWS),
    ];
    // Measured, by loc and by log scale: 2.0 and 2.4 times less; 45 and 23 times more.
    for (runs, gains) in [(toward_narrow, [1.6, 1.9]), (toward_wide, [0.0, 0.0])] {
        let [(value, doubly), (same, plain)] = runs;
        assert_eq!(value, same);
        for ((doubly, plain), gain) in doubly.iter().zip(&plain).zip(gains) {
            let (doubly, plain) = (Estimate::of(doubly), Estimate::of(plain));
            let ratio = (plain.standard_error / doubly.standard_error).powi(2);
            assert!(ratio > gain, "{ratio}: {doubly:?} {plain:?}");
            let apart = (doubly.mean - plain.mean).abs();
            let error = doubly.standard_error.hypot(plain.standard_error);
            assert!(apart < 5.0 * error, "{doubly:?} {plain:?}");
        }
    }
}

/// If one guide reads another's draw, only the last is doubly reparameterised. Checked by quadrature over all four draws.
#[test]
fn a_chain_is_right_by_itself_and_an_error_by_demand() {
    const ROWS: usize = 400_000;
    let at = [0.4, -0.2, 0.7];
    let log_weight = |at: &[f64], e1: f64, e2: f64| {
        let scale = at[1].exp();
        let z1 = at[0] + scale * e1;
        let z2 = at[2] * z1 + 0.8 * e2;
        log_normal(z1, 0.0, 1.0) + log_normal(z2, z1, 1.0) + log_normal(X, z2, 1.0)
            - log_normal(z1, at[0], scale)
            - log_normal(z2, at[2] * z1, 0.8)
    };
    let bound = |at: &[f64]| {
        normals(5, |[a1, a2, b1, b2]| {
            log_mean(log_weight(at, a1, a2), log_weight(at, b1, b2))
        })
    };
    let exact = differences::gradient(bound, &at);
    let (x, [loc, log_scale, slope]) = (column(X, ROWS), at.map(|v| column(v, ROWS)));
    let objective = ImportanceWeighted::default().particles(2);
    let chain = Chain::new(6);
    let loss = objective
        .loss(&chain.q(&x, &loc, &log_scale, &slope))
        .expect("legal");
    let gradients = loss.backward();
    for (name, of, exact) in [
        ("loc", &loc, exact[0]),
        ("log scale", &log_scale, exact[1]),
        ("slope", &slope, exact[2]),
    ] {
        assert_mean(name, &by_row(&gradients, of, ROWS), exact, 0.03);
    }
    let error = objective
        .doubly_reparameterised()
        .loss(&chain.q(&x, &loc, &log_scale, &slope));
    let error = error.expect_err("refused");
    assert!(
        matches!(
            error,
            Error::ReadByGuide {
                site: "z1",
                reader: "z2"
            }
        ),
        "{error}"
    );
}

/// The density of a user's estimator is differentiated both ways: a check of the check.
#[test]
fn the_plain_estimator_is_what_it_says() {
    fn explanation(objective: &impl Objective, plain: bool) -> String {
        let (x, loc, log_scale) = (column(X, 2), column(0.0, 2), column(0.0, 2));
        let pair = Pair::new(1);
        let explanation = match plain {
            true => objective.explain(&pair.plain(&x, &loc, &log_scale)),
            false => objective.explain(&pair.q(&x, &loc, &log_scale)),
        };
        let choices = explanation.choices().expect("legal");
        choices[0]
            .estimator
            .as_ref()
            .expect("a latent")
            .estimator
            .clone()
    }
    let weighted = ImportanceWeighted::default().particles(2);
    assert_eq!(
        explanation(&weighted, false),
        "pathwise, doubly reparameterised"
    );
    assert_eq!(explanation(&weighted, true), "pathwise");
    assert_eq!(explanation(&Elbo::default(), false), "pathwise");
    let landing = Elbo::default().sticking_the_landing();
    assert_eq!(
        explanation(&landing, false),
        "pathwise, sticking the landing"
    );
    let wake = WakeSleep::default().particles(2);
    assert_eq!(explanation(&wake, false), "reweighted draws");
}
