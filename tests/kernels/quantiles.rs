//! Slopes of draws, which are computed many at once: each is the one that its own number and parameters give.

use std::ops::Range;

use elbow::family::special::{beta_logit_slope, gamma_log_slope, von_mises_slope};
use elbow::family::{Distribution, Key, Place, Reparameterised, Stream, Value};
use elbow::prelude::{Beta, Const, Dirichlet, Gamma, VonMises};
use elbow_tests::support::tensors::{
    backward, gradient_of, noise, numbers, plate, rounded, weighted,
};

/// More than two tiles, and the last is not full.
const ROWS: usize = 600;

/// Positive numbers in no order: most of the usual sizes, and some of all sizes that a family treats in another way.
fn concentrations(seed: usize) -> Vec<f64> {
    let sizes = [
        0.4, 1.0, 2.5, 7.0, 0.01, 30.0, 900.0, 3e3, 0.7, 2e5, 1e-6, 4e7,
    ];
    let each = (0..ROWS).map(|row| {
        let own = if row % 5 == 0 {
            row / 5 + seed
        } else {
            row % 3
        };
        rounded(sizes[own % sizes.len()] * (1.0 + 0.3 * ((row * 7 + seed) % 11) as f64))
    });
    each.collect()
}

/// Asserts that these slopes are each other's to the last digit.
fn assert_same(found: &[f64], exact: impl Iterator<Item = f64>) {
    let mut count = 0;
    for (row, (&found, exact)) in found.iter().zip(exact).enumerate() {
        assert_eq!(found, rounded(exact), "row {row}");
        count += 1;
    }
    assert_eq!(count, ROWS);
}

#[test]
fn of_gamma() {
    let alpha = concentrations(0);
    let given: Value<()> = plate::<()>(&alpha);
    let of = Gamma::<()>::new(given.clone(), 1.0);
    let draw = of.sample(ROWS, &noise(3, "z"));
    let logs = numbers(draw.positive_log().expect("drawn there"));
    let mut grads = backward(|| {
        let draw = of.rsample(ROWS, &noise(3, "z"));
        let log = draw.positive_log().expect("drawn there").clone();
        weighted(log, &[1.0; ROWS])
    });
    let exact = logs
        .iter()
        .zip(&alpha)
        .map(|(&log, &a)| gamma_log_slope(log, a));
    assert_same(&gradient_of(&mut grads, &given), exact);
}

#[test]
fn of_beta() {
    let (a, b) = (concentrations(0), concentrations(5));
    let (by_a, by_b): (Value<()>, Value<()>) = (plate::<()>(&a), plate::<()>(&b));
    let of = Beta::<()>::new(by_a.clone(), by_b.clone());
    let draw = of.sample(ROWS, &noise(4, "z"));
    let logits = numbers(draw.logit().expect("drawn there"));
    let mut grads = backward(|| {
        let draw = of.rsample(ROWS, &noise(4, "z"));
        weighted(draw.logit().expect("drawn there").clone(), &[1.0; ROWS])
    });
    let all = || logits.iter().zip(a.iter().zip(&b));
    let exact = all().map(|(&y, (&a, &b))| beta_logit_slope(y, a, b));
    assert_same(&gradient_of(&mut grads, &by_a), exact);
    // By way of the mirror image, whose logarithms are rounded in another order.
    let found = gradient_of(&mut grads, &by_b);
    for (found, (&y, (&a, &b))) in found.iter().zip(all()) {
        let exact = -beta_logit_slope(-y, b, a);
        assert!(
            (found / exact - 1.0).abs() < 2e-7,
            "({a}, {b}) at {y}: {found}, not {exact}"
        );
    }
}

#[test]
fn of_von_mises() {
    let concentration = concentrations(2);
    let given: Value<()> = plate::<()>(&concentration);
    let of = VonMises::<()>::new(0.0, given.clone());
    let angles = numbers(&of.sample(ROWS, &noise(5, "z")).value());
    let mut grads = backward(|| weighted(of.rsample(ROWS, &noise(5, "z")).value(), &[1.0; ROWS]));
    let exact = angles
        .iter()
        .zip(&concentration)
        .map(|(&z, &k)| von_mises_slope(z, k));
    assert_same(&gradient_of(&mut grads, &given), exact);
}

/// Each row has its own generator: a draw does not depend on how rows are cut into parts, nor on the thread.
#[test]
fn draws_of_some_rows_are_those_of_all() {
    let from = |first_row: usize| {
        let place = Place {
            first_row,
            ..Place::default()
        };
        Stream::new(Key::new(6, 0), "z", place)
    };
    let alpha = concentrations(0);
    let some = |rows: Range<usize>| {
        let stream = from(rows.start);
        let draw = Gamma::<()>::new(plate::<()>(&alpha[rows.clone()]), 1.0);
        let draw = draw.sample(rows.len(), &stream);
        numbers(draw.positive_log().expect("drawn there"))
    };
    assert_eq!(some(0..ROWS)[5..70], some(5..70));
    let wide = Dirichlet::<(Const<90>,)>::new(0.7);
    let some = |rows: Range<usize>| numbers(&wide.sample(rows.len(), &from(rows.start)).value());
    assert_eq!(some(0..300)[90 * 299..], some(299..300));
}
