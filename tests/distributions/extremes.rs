//! The limits of what is legal: finite where the truth is, never NaN.

use elbow::dfdx::shapes::Const;
use elbow::family::{Event, Param, Value};
use elbow::prelude::Distribution;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, rounded, weighted,
};

use crate::family::Family;

/// The largest result that is asked for in `f32`.
const LARGE: f64 = 1e38;

/// Densities, draws, densities of draws, means and entropies, and the gradients of all of them.
pub fn extremes<F: Family>() {
    for ((family, params), points) in F::extremes() {
        if F::LANED {
            extreme::<F, (Const<3>,)>(family, &params, &points);
        } else {
            extreme::<F, ()>(family, &params, &points);
        }
    }
}

fn extreme<F: Family, E: Event>(family: F, params: &[f64], points: &[Vec<f64>]) {
    let what = format!("{} {params:?}", F::Of::<E>::FAMILY);
    let rows: Vec<Value<E>> = params.chunks(F::lane::<E>()).map(plate::<E>).collect();
    let of = family.build(
        &rows
            .iter()
            .cloned()
            .map(Param::<E>::Rows)
            .collect::<Vec<_>>(),
    );
    assert_eq!(of.check(1), Ok(()), "{what}");
    let theta: Vec<f64> = params.iter().copied().map(rounded).collect();

    for point in points {
        let what = format!("{what} at {point:?}");
        let at: Vec<f64> = point.iter().copied().map(rounded).collect();
        let truth = family.log_density(&at, &theta);
        let x = plate::<E>(point);
        let found = numbers(&of.log_prob(&x))[0];
        if truth.abs() < LARGE {
            // Arguments of a large logarithm or exponent are themselves rounded.
            assert_close(&what, found, truth, 1e-5, truth);
        } else {
            // Beyond f32 it may be infinite, on the right side; where it is infinite it must be.
            assert!(found.is_infinite() || truth.is_finite(), "{what}: {found}");
            assert_eq!(found > 0.0, truth > 0.0, "{what}: {found}, true {truth}");
            assert!(!found.is_nan(), "{what}: NaN");
        }
        let mut grads = backward(|| weighted(of.log_prob(&x), &[1.0]));
        assert_no_nan(&format!("{what}, by value"), &gradient_of(&mut grads, &x));
        for row in &rows {
            assert_no_nan(&what, &gradient_of(&mut grads, row));
        }
    }

    let count = 1000;
    let draw = of.sample(count, &noise(9, "z"));
    assert_no_nan(&format!("{what}: draws"), &numbers(&draw.value()));
    let log_probs = numbers(&of.log_prob_of(&draw));
    assert!(
        log_probs.iter().all(|l| l.is_finite()),
        "{what}: of draws {log_probs:?}"
    );
    if F::rsample(&of, 1, &noise(9, "z")).is_some() {
        let mut grads = backward(|| {
            let draw = F::rsample(&of, count, &noise(9, "z")).expect("as before");
            weighted(of.log_prob_of(&draw), &vec![1.0; count])
        });
        for row in &rows {
            assert_no_nan(
                &format!("{what}: through draws"),
                &gradient_of(&mut grads, row),
            );
        }
    }
    if let Some(mean) = of.mean(1) {
        assert_no_nan(&format!("{what}: mean"), &numbers(&mean));
    }
    if let Some(entropy) = of.entropy() {
        let truth = family.entropy(&theta).expect("the library has one");
        assert_close(
            &format!("{what}: entropy"),
            numbers(&entropy)[0],
            truth,
            1e-5,
            truth,
        );
        let mut grads = backward(|| weighted(of.entropy().expect("as before"), &[1.0]));
        for row in &rows {
            assert_no_nan(&format!("{what}: entropy"), &gradient_of(&mut grads, row));
        }
    }
}

fn assert_no_nan(what: &str, values: &[f64]) {
    assert!(values.iter().all(|v| !v.is_nan()), "{what}: {values:?}");
}

/// A parameter outside its domain is a fault, not a number.
pub fn faults<F: Family>() {
    let (family, params) = F::cases().remove(0);
    let width = F::lane::<(Const<3>,)>();
    for index in 0..F::POSITIVE.len() {
        let bad: &[f64] = match F::POSITIVE[index] {
            true => &[0.0, -1.0, f64::NAN, f64::INFINITY],
            false => &[f64::NAN],
        };
        for &bad in bad {
            let param = |i: usize| {
                Param::<(Const<3>,)>::Number(if i == index { bad } else { params[i * width] } as f32)
            };
            let all: Vec<_> = (0..F::POSITIVE.len()).map(param).collect();
            assert!(family.build(&all).check(4).is_err(), "{bad} was accepted");
        }
        // Rows that do not go into the site's.
        let three = Param::<(Const<3>,)>::Rows(plate::<(Const<3>,)>(&[params[index * width]; 9]));
        let param = |i: usize| match i == index {
            true => three.clone(),
            false => Param::Number(params[i * width] as f32),
        };
        let all: Vec<_> = (0..F::POSITIVE.len()).map(param).collect();
        assert!(
            family.build(&all).check(4).is_err(),
            "3 rows in a site of 4"
        );
        assert!(family.build(&all).check(6).is_ok(), "3 rows in a site of 6");
    }
}
