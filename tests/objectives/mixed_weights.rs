//! Bounds of weights where discrete and continuous sites meet, in either order, under every estimator that fits: two
//! particles, against the sum over all bits and the integral over all normals.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::differences;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::quadrature::normals;
use elbow_tests::support::statistics::assert_mean;

use crate::doubly_reparameterised::log_normal;

const X: f64 = 0.6;
const ROWS: usize = 400_000;
const LOGIT: f64 = 0.5;
const LOC: f64 = 0.3;
const SCALE: f64 = 0.8;
/// The orders of the bound; 0 is the importance-weighted one.
const ORDERS: [f64; 3] = [0.0, 0.5, 2.0];

model! {
    /// A bit that moves a normal.
    struct Bit {}
    generative p(logit, loc) {
        sample y ~ Bernoulli::probs(0.4);
        sample z ~ Normal::new(y * 2.0 - 1.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference drawn(x, logit, loc) {
        sample y ~ Bernoulli::logits(logit) via Vimco;
        sample z ~ Normal::new(loc + y, 0.8);
    }
    inference scored(x, logit, loc) {
        sample y ~ Bernoulli::logits(logit) via ScoreFunction;
        sample z ~ Normal::new(loc + y, 0.8);
    }
    inference listed(x, logit, loc) {
        sample y ~ Bernoulli::logits(logit) via Enumerate;
        sample z ~ Normal::new(loc + y, 0.8);
    }
    inference listed_after(x, logit, loc) {
        sample z ~ Normal::new(loc, 0.8);
        sample y ~ Bernoulli::logits(logit * z) via Enumerate;
    }
    inference drawn_after(x, logit, loc) {
        sample z ~ Normal::new(loc, 0.8);
        sample y ~ Bernoulli::logits(logit * z) via Vimco;
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn mass(y: usize, logit: f64) -> f64 {
    sigmoid(if y == 1 { logit } else { -logit })
}

/// `log p(y, z, x)`
fn log_joint(y: usize, z: f64) -> f64 {
    let prior = [0.6_f64, 0.4][y];
    prior.ln() + log_normal(z, 2.0 * y as f64 - 1.0, 1.0) + log_normal(X, z, 1.0)
}

/// `log (p/q(z))^power` where the guide of `z` lies at `loc`, without the bit's mass.
fn powered(y: usize, z: f64, loc: f64, log_mass: f64, power: f64) -> f64 {
    (power * (log_joint(y, z) - log_normal(z, loc, SCALE) - log_mass)).exp()
}

/// `1/power · log ½(a + b)`
fn log_mean(a: f64, b: f64, power: f64) -> f64 {
    (0.5 * (a + b)).ln() / power
}

const BITS: [(usize, usize); 4] = [(0, 0), (0, 1), (1, 0), (1, 1)];

/// A bit for each particle, then a normal.
fn drawn(at: &[f64], power: f64) -> f64 {
    let (logit, loc) = (at[0], at[1]);
    let of = |y: usize, e: f64| {
        let mean = loc + y as f64;
        powered(y, mean + SCALE * e, mean, mass(y, logit).ln(), power)
    };
    let bits = BITS.map(|(y, v)| {
        let chance = mass(y, logit) * mass(v, logit);
        chance * normals(12, |[a, b]| log_mean(of(y, a), of(v, b), power))
    });
    bits.iter().sum()
}

/// Both bits for each particle, each with a normal of its own.
fn listed(at: &[f64], power: f64) -> f64 {
    let (logit, loc) = (at[0], at[1]);
    let of = |draws: [f64; 2]| -> f64 {
        let state = |y: usize| {
            let mean = loc + y as f64;
            let own = powered(y, mean + SCALE * draws[y], mean, mass(y, logit).ln(), power);
            mass(y, logit) * own
        };
        state(0) + state(1)
    };
    normals(5, |[a, b, c, d]| log_mean(of([a, b]), of([c, d]), power))
}

/// A normal for each particle, then both bits.
fn listed_after(at: &[f64], power: f64) -> f64 {
    let (slope, loc) = (at[0], at[1]);
    let of = |e: f64| -> f64 {
        let z = loc + SCALE * e;
        let state = |y| {
            let own = mass(y, slope * z);
            own * powered(y, z, loc, own.ln(), power)
        };
        state(0) + state(1)
    };
    normals(12, |[a, b]| log_mean(of(a), of(b), power))
}

/// A normal for each particle, then a bit.
fn drawn_after(at: &[f64], power: f64) -> f64 {
    let (slope, loc) = (at[0], at[1]);
    let of = |y: usize, e: f64| {
        let z = loc + SCALE * e;
        powered(y, z, loc, mass(y, slope * z).ln(), power)
    };
    let chance = |y: usize, e: f64| mass(y, slope * (loc + SCALE * e));
    normals(12, |[a, b]| {
        let bits =
            BITS.map(|(y, v)| chance(y, a) * chance(v, b) * log_mean(of(y, a), of(v, b), power));
        bits.iter().sum()
    })
}

/// The loss at an order, of which 0 is the importance-weighted bound; doubly reparameterised where that is demanded.
fn loss(order: f64, is_demanded: bool, program: &impl Inference) -> Result<Loss, Error> {
    let weighted = ImportanceWeighted::default().particles(2);
    let renyi = Renyi::new(order as f32).particles(2);
    match (order, is_demanded) {
        (0.0, false) => weighted.loss(program),
        (0.0, true) => weighted.doubly_reparameterised().loss(program),
        (_, false) => renyi.loss(program),
        (_, true) => renyi.doubly_reparameterised().loss(program),
    }
}

/// Loss and gradients by logit and loc, at every order; with this effect visible.
macro_rules! assert_bound {
    ($program:ident, $exact:ident, $demand:expr, $effect:expr) => {
        for order in ORDERS {
            let power = 1.0 - order;
            let at = [LOGIT, LOC];
            let (x, logit, loc) = (column(X, ROWS), column(LOGIT, ROWS), column(LOC, ROWS));
            let bit = Bit::new(8);
            let loss = loss(order, $demand, &bit.$program(&x, &logit, &loc)).expect("legal");
            let (value, exact) = (-f64::from(loss.value()), $exact(&at, power));
            assert!(
                (value - exact).abs() < 0.02,
                "order {order}: {value}, not {exact}"
            );
            let exact = differences::gradient(|at| $exact(at, power), &at);
            let gradients = loss.backward();
            let name = |of| format!("{} by {of}, order {order}", stringify!($program));
            assert_mean(
                &name("logit"),
                &by_row(&gradients, &logit, ROWS),
                exact[0],
                $effect,
            );
            assert_mean(
                &name("loc"),
                &by_row(&gradients, &loc, ROWS),
                exact[1],
                $effect,
            );
        }
    };
}

#[test]
fn a_drawn_bit_then_a_normal() {
    assert_bound!(drawn, drawn, true, 0.03);
    assert_bound!(scored, drawn, true, 0.06);
}

#[test]
fn a_listed_bit_then_a_normal() {
    assert_bound!(listed, listed, true, 0.02);
}

#[test]
fn a_normal_then_a_listed_bit() {
    assert_bound!(listed_after, listed_after, true, 0.02);
}

/// The bit's guide reads the normal, which is so differentiated in the plain way; to demand more is an error.
#[test]
fn a_normal_then_a_drawn_bit() {
    assert_bound!(drawn_after, drawn_after, false, 0.05);
    let (x, logit, loc) = (column(X, 2), column(LOGIT, 2), column(LOC, 2));
    for order in ORDERS {
        let error = loss(order, true, &Bit::new(8).drawn_after(&x, &logit, &loc));
        let error = error.expect_err("refused");
        let known = matches!(
            error,
            Error::ReadByGuide {
                site: "z",
                reader: "y"
            }
        );
        assert!(known, "{error}");
        assert!(
            error.to_string().contains("the guide of `y` reads it"),
            "{error}"
        );
    }
}
