//! `log_softmax`.

use elbow::dfdx::shapes::{Axes3, Axis, Const};
use elbow::dfdx::tensor_ops::PermuteTo;
use elbow::family::{Event, IntoParam, Param, Value, log_softmax};
use elbow::prelude::Var;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, scattered, weighted,
};

const TOLERANCE: f64 = 2e-6;

fn reference(logits: &[f64]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logits.iter().map(|l| (l - most).exp()).sum();
    logits.iter().map(|l| (l - most) - total.ln()).collect()
}

fn out<E: Event>(logits: &Value<E>) -> Value<E> {
    match log_softmax(&Param::<E>::Rows(logits.clone())) {
        Param::Rows(out) => out,
        _ => unreachable!("rows were given"),
    }
}

fn against_differences<E: Event>(rows: usize) {
    let count = rows * E::ELEMENTS;
    let logits: Vec<f64> = (0..count).map(|i| rounded(3.0 * scattered(i))).collect();
    let weights: Vec<f64> = (0..count).map(|i| rounded(scattered(i + 77))).collect();
    let leaf = plate::<E>(&logits);
    let found = numbers(&out::<E>(&leaf));
    let mut grads = backward(|| weighted(out::<E>(&leaf), &weights));
    let slopes = gradient_of(&mut grads, &leaf);
    for start in (0..count).step_by(E::LAST) {
        let lane = start..start + E::LAST;
        for (found, exact) in found[lane.clone()]
            .iter()
            .zip(reference(&logits[lane.clone()]))
        {
            assert_close("value", *found, exact, TOLERANCE, exact);
        }
        let score = |l: &[f64]| {
            let terms = reference(l).into_iter().zip(&weights[lane.clone()]);
            terms.map(|(l, w)| l * w).sum::<f64>()
        };
        for (found, exact) in slopes[lane.clone()]
            .iter()
            .zip(gradient(score, &logits[lane.clone()]))
        {
            assert_close("slope", *found, exact, TOLERANCE, E::LAST as f64);
        }
    }
}

#[test]
fn every_shape() {
    for rows in [1, 2, 7] {
        against_differences::<(Const<1>,)>(rows);
        against_differences::<(Const<5>,)>(rows);
        against_differences::<(Const<2>, Const<3>)>(rows);
        against_differences::<(Const<3>, Const<1>)>(rows);
        against_differences::<(Const<2>, Const<1>, Const<7>)>(rows);
    }
}

#[test]
fn the_same_as_dfdx() {
    type Event = (Const<2>, Const<3>);
    let leaf = plate::<Event>(&(0..24).map(|i| 2.0 * scattered(i)).collect::<Vec<_>>());
    let weights: Vec<f64> = (0..24).map(|i| scattered(i + 5)).collect();
    let theirs = |x: &Value<Event>| -> Value<Event> {
        Var::from(x.clone().into_tensor().log_softmax::<Axis<2>>())
    };
    for (found, dfdx) in numbers(&out::<Event>(&leaf))
        .iter()
        .zip(numbers(&theirs(&leaf)))
    {
        assert_close("value", *found, dfdx, TOLERANCE, dfdx);
    }
    let mut ours = backward(|| weighted(out::<Event>(&leaf), &weights));
    let mut grads = backward(|| weighted(theirs(&leaf), &weights));
    let dfdx = gradient_of(&mut grads, &leaf);
    for (found, dfdx) in gradient_of(&mut ours, &leaf).iter().zip(dfdx) {
        assert_close("slope", *found, dfdx, TOLERANCE, 3.0);
    }
}

/// Of logits that dfdx permuted, of which its own operation has a wrong gradient without a word.
#[test]
fn permuted_logits() {
    let leaf = plate::<(Const<3>, Const<2>)>(&(0..24).map(scattered).collect::<Vec<_>>());
    let weights: Vec<f64> = (0..24).map(|i| scattered(i + 5)).collect();
    let turn = |x: &Value<(Const<3>, Const<2>)>| -> Value<(Const<2>, Const<3>)> {
        Var::from(x.clone().into_tensor().permute::<_, Axes3<0, 2, 1>>())
    };
    let straight = plate::<(Const<2>, Const<3>)>(&numbers(&turn(&leaf)));
    let through = |x: &Value<(Const<3>, Const<2>)>| match log_softmax(&turn(x).into_param()) {
        Param::Rows(out) => out,
        _ => unreachable!("rows were given"),
    };
    assert_eq!(
        numbers(&through(&leaf)),
        numbers(&out::<(Const<2>, Const<3>)>(&straight))
    );
    let mut grads = backward(|| weighted(through(&leaf), &weights));
    let by_leaf = plate::<(Const<3>, Const<2>)>(&gradient_of(&mut grads, &leaf));
    let mut grads = backward(|| weighted(out::<(Const<2>, Const<3>)>(&straight), &weights));
    assert_eq!(numbers(&turn(&by_leaf)), gradient_of(&mut grads, &straight));
}

#[test]
fn events_and_numbers() {
    let leaf = event::<(Const<3>,)>(&[0.5, -1.0, 2.0]);
    let weights = [0.3, -0.7, 1.1];
    let out = || match log_softmax(&Param::<(Const<3>,)>::Event(leaf.clone())) {
        Param::Event(out) => out,
        _ => unreachable!("an event was given"),
    };
    let mut grads = backward(|| weighted(out(), &weights));
    let score = |l: &[f64]| {
        reference(l)
            .iter()
            .zip(weights)
            .map(|(l, w)| l * w)
            .sum::<f64>()
    };
    let exact = gradient(score, &[0.5, -1.0, 2.0]);
    for (found, exact) in gradient_of(&mut grads, &leaf).into_iter().zip(exact) {
        assert_close("slope", found, exact, TOLERANCE, 3.0);
    }
    let number = log_softmax(&Param::<(Const<3>,)>::Number(-40.0));
    assert_close(
        "number",
        f64::from(number.values()[0]),
        -3.0_f64.ln(),
        TOLERANCE,
        1.0,
    );
}

/// Exact where the logits are, however far out, and with impossible categories.
#[test]
fn far_out() {
    let lanes: [[f64; 3]; 5] = [
        [1e4, -1e4, 0.0],
        [8192.0, 8192.0, 8191.5],
        [-8192.0, -8193.0, -8192.0],
        [f64::NEG_INFINITY, 0.5, 1.0],
        [3e38, 3e38, -3e38],
    ];
    let leaf = plate::<(Const<3>,)>(&lanes.concat());
    let found = numbers(&out::<(Const<3>,)>(&leaf));
    for (lane, found) in lanes.iter().zip(found.chunks(3)) {
        let exact = reference(&lane.map(rounded));
        for (found, exact) in found.iter().zip(exact) {
            // Beyond f32 a difference of logits is −∞, whose probability is right.
            if exact > -3e38 {
                assert_close(&format!("{lane:?}"), *found, exact, TOLERANCE, exact);
            }
        }
    }
    let mut grads = backward(|| weighted(out::<(Const<3>,)>(&leaf), &[1.0; 15]));
    assert!(gradient_of(&mut grads, &leaf).iter().all(|g| g.is_finite()));
}
