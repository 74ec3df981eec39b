//! Sums, picks, stacks, other shapes and broadcasts of variables.

use elbow::dfdx::shapes::{Axes2, Axis, Shape};
use elbow::family::{Value, WithLast};
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, weighted,
};

use crate::program::{FEW_ROUNDINGS, check, values};

/// Every sum and every pick of a tensor with this last axis.
fn assert_lanes<S: WithLast>(shape: S, lane: usize) {
    let x = || [values(shape.num_elements(), 5)];
    let named = |what: &str| format!("{what} of {:?}", shape.concrete());
    let rest = shape.rest();
    let lanes = |of: fn(&[f64]) -> f64| move |[x]: [&[f64]; 1]| x.chunks(lane).map(of).collect();
    check(
        &named("sums"),
        x(),
        |[x]| {
            let out = x.reshape_like(&shape).sum_last();
            assert_eq!(out.shape(), &rest);
            out
        },
        lanes(|lane| lane.iter().sum()),
        FEW_ROUNDINGS,
    );
    check(
        &named("means"),
        x(),
        |[x]| x.reshape_like(&shape).mean_last(),
        lanes(|lane| lane.iter().sum::<f64>() / lane.len() as f64),
        FEW_ROUNDINGS,
    );
    check(
        &named("logarithms of sums"),
        x(),
        |[x]| x.reshape_like(&shape).log_sum_exp_last(),
        lanes(|lane| lane.iter().map(|x| x.exp()).sum::<f64>().ln()),
        FEW_ROUNDINGS,
    );
    for index in 0..lane {
        check(
            &named(&format!("number {index}")),
            x(),
            |[x]| {
                let x = x.reshape_like(&shape);
                // Two picks of one tensor, of which one may be the other.
                &x.clone().select(index) * &x.select(lane / 2)
            },
            |[x]| {
                let lanes = x.chunks(lane);
                lanes.map(|own| own[index] * own[lane / 2]).collect()
            },
            FEW_ROUNDINGS,
        );
    }
    let one = |of: fn(&[f64]) -> f64| move |[x]: [&[f64]; 1]| vec![of(x)];
    check(
        &named("sum"),
        x(),
        |[x]| x.reshape_like(&shape).sum(),
        one(|x| x.iter().sum()),
        FEW_ROUNDINGS,
    );
    check(
        &named("mean"),
        x(),
        |[x]| x.reshape_like(&shape).mean(),
        one(|x| x.iter().sum::<f64>() / x.len() as f64),
        FEW_ROUNDINGS,
    );
}

#[test]
fn along_the_last_axis() {
    assert_lanes((6,), 6);
    assert_lanes((Const::<5>,), 5);
    assert_lanes((4, Const::<3>), 3);
    assert_lanes((4, Const::<1>), 1);
    assert_lanes((Const::<2>, Const::<3>), 3);
    assert_lanes((2, Const::<3>, Const::<4>), 4);
    assert_lanes((2, Const::<3>, Const::<1>, Const::<2>), 2);
}

#[test]
fn a_number_is_its_own_sum() {
    let of = |run: fn(Var<()>) -> Var<()>| {
        let run = |[x]: [Value<()>; 1]| run(x.reshape_like(&()));
        check(
            "a number",
            [vec![0.75]],
            run,
            |[x]| x.to_vec(),
            FEW_ROUNDINGS,
        );
    };
    of(Var::sum);
    of(Var::mean);
}

/// Sums of many like terms are taken in `f64`.
#[test]
fn a_million_tenths() {
    let exact = 1e6 * rounded(0.1);
    let tenths = plate::<(Const<1000>,)>(&vec![0.1; 1_000_000]);
    assert_close("sum", numbers(&tenths.clone().sum())[0], exact, 1e-6, exact);
    assert_close("mean", numbers(&tenths.clone().mean())[0], 0.1, 1e-6, 0.1);
    let lane = plate::<()>(&vec![0.1; 1_000_000]);
    let sums = [lane.clone().sum_last(), lane.mean_last() * 1e6];
    for found in sums {
        assert_close("lane", numbers(&found)[0], exact, 1e-6, exact);
    }
    // What is broadcast gets a sum of as many terms.
    let narrow = event::<(Const<1>,)>(&[1.0]);
    let mut grads = backward(|| {
        let wide = narrow.clone();
        let wide: Value<(Const<1>,)> = wide.broadcast_like(&(1_000_000, Const::<1>));
        (wide * 0.1).sum()
    });
    let found = gradient_of(&mut grads, &narrow)[0];
    assert_close("broadcast", found, exact, 1e-6, exact);
}

#[test]
fn logarithms_of_sums_neither_overflow_nor_vanish() {
    let x = plate::<(Const<2>,)>(&[1e4, 1e4, -1e4, -1e4, f64::NEG_INFINITY, 2.0]);
    let mut grads = backward(|| x.clone().log_sum_exp_last().sum());
    let found = numbers(&x.clone().log_sum_exp_last());
    for (found, exact) in found.into_iter().zip([1e4, -1e4, 2.0]) {
        let ln_2 = if exact == 2.0 { 0.0 } else { 2.0_f64.ln() };
        assert_close("far", found, exact + ln_2, 1e-7, exact);
    }
    assert_eq!(gradient_of(&mut grads, &x), [0.5, 0.5, 0.5, 0.5, 0.0, 1.0]);
    let none = plate::<(Const<2>,)>(&[f64::NEG_INFINITY; 2]);
    let mut grads = backward(|| none.clone().log_sum_exp_last().sum());
    assert_eq!(
        numbers(&none.clone().log_sum_exp_last()),
        [f64::NEG_INFINITY]
    );
    assert_eq!(gradient_of(&mut grads, &none), [0.0; 2]);
}

#[test]
fn no_element() {
    let none: Value<(Const<3>,)> = plate::<()>(&[]).reshape_like(&(0, Const));
    assert_eq!(numbers(&none.clone().sum()), [0.0]);
    assert_eq!(numbers(&none.clone().mean()), [0.0]);
    for rows in [
        none.clone().sum_last(),
        none.clone().mean_last(),
        none.clone().log_sum_exp_last(),
        none.clone().select(2),
    ] {
        assert!(numbers(&rows).is_empty());
    }
    let both = || stack([none.clone(), none.clone()]);
    assert_eq!(both().shape(), &(0, Const::<3>, Const::<2>));
    let mut grads = backward(|| both().select(1).sum() + none.clone().select(2).sum());
    assert!(gradient_of(&mut grads, &none).is_empty());
    let mut grads = backward(|| none.clone().sum());
    assert!(gradient_of(&mut grads, &none).is_empty());
}

#[test]
fn other_shapes_of_the_same_numbers() {
    let x = || [values(12, 8)];
    let same = |[x]: [&[f64]; 1]| x.to_vec();
    check("rows", x(), |[x]| x, same, FEW_ROUNDINGS);
    check(
        "constant",
        x(),
        |[x]| x.reshape::<(Const<3>, Const<4>)>(),
        same,
        FEW_ROUNDINGS,
    );
    check(
        "like another tensor",
        x(),
        |[x]| x.reshape_like(&plate::<(Const<2>,)>(&[0.0; 12])),
        same,
        FEW_ROUNDINGS,
    );
    // Both shapes are one tensor: what flows to each adds up.
    check(
        "two shapes at once",
        x(),
        |[x]| {
            let wide = x.clone().reshape::<(Const<3>, Const<4>)>();
            let back = (&wide * &wide).reshape_like(&(12,));
            back * &x + &x
        },
        |[x]| x.iter().map(|x| x * x * x + x).collect(),
        FEW_ROUNDINGS,
    );
}

#[test]
#[should_panic(expected = "the elements of the new shape")]
fn a_shape_of_other_elements() {
    let _ = plate::<()>(&[1.0, 2.0]).reshape::<(Const<3>,)>();
}

#[test]
#[should_panic(expected = "the last axis has 2 elements: there is no number 2")]
fn a_pick_beyond_the_axis() {
    let _ = plate::<(Const<2>,)>(&[1.0, 2.0]).select(2);
}

macro_rules! assert_stack {
    ($shape:expr => $stacked:expr) => {{
        let shape = $shape;
        let count = shape.num_elements();
        check(
            &format!("three of {:?}", shape.concrete()),
            [values(count, 1), values(count, 40)],
            |[a, b]| {
                let (a, b) = (a.reshape_like(&shape), b.reshape_like(&shape));
                // One of them twice.
                let out = stack([a.clone(), b, a]);
                assert_eq!(out.shape(), &$stacked);
                &out * &out
            },
            |[a, b]| {
                let pairs = a.iter().zip(b);
                pairs.flat_map(|(a, b)| [a * a, b * b, a * a]).collect()
            },
            FEW_ROUNDINGS,
        );
    }};
}

#[test]
fn side_by_side() {
    assert_stack!(() => (Const::<3>,));
    assert_stack!((4,) => (4, Const::<3>));
    assert_stack!((Const::<2>,) => (Const::<2>, Const::<3>));
    assert_stack!((4, Const::<2>) => (4, Const::<2>, Const::<3>));
    assert_stack!((2, Const::<2>, Const::<5>) => (2, Const::<2>, Const::<5>, Const::<3>));
    let x = plate::<()>(&[1.0, 2.0]);
    assert_eq!(stack([x.clone()]).select(0).as_vec(), x.as_vec());
}

#[test]
#[should_panic(expected = "two tensors differ in their rows")]
fn rows_side_by_side_must_be_as_many() {
    let _ = stack([plate::<()>(&[1.0, 2.0]), plate::<()>(&[1.0])]);
}

/// New axes before, between and behind.
#[test]
fn broadcasts() {
    let lane = || [values(3, 30)];
    let tolerance = FEW_ROUNDINGS;
    check(
        "before",
        lane(),
        |[x]| x.reshape::<(Const<3>,)>().broadcast_like(&(4, Const::<3>)),
        |[x]| x.repeat(4),
        tolerance,
    );
    let repeated =
        |x: &[f64], times: usize| -> Vec<f64> { x.iter().flat_map(|&x| vec![x; times]).collect() };
    check(
        "behind",
        lane(),
        |[x]| {
            let x = x.reshape::<(Const<3>,)>();
            x.broadcast::<(Const<3>, Const<4>), Axis<1>>()
        },
        |[x]| repeated(x, 4),
        tolerance,
    );
    check(
        "around",
        lane(),
        |[x]| {
            let x = x.reshape::<(Const<3>,)>();
            x.broadcast_like::<_, Axes2<0, 2>>(&(2, Const::<3>, Const::<4>))
        },
        |[x]| repeated(x, 4).repeat(2),
        tolerance,
    );
    check(
        "between",
        [values(6, 30)],
        |[x]| {
            let x = x.reshape_like(&(2, Const::<3>));
            x.broadcast_like::<_, Axis<1>>(&(2, Const::<4>, Const::<3>))
        },
        |[x]| x.chunks(3).flat_map(|lane| lane.repeat(4)).collect(),
        tolerance,
    );
    check(
        "a number",
        [vec![0.5]],
        |[x]| x.reshape::<()>().broadcast_like(&(7,)),
        |[x]| x.repeat(7),
        tolerance,
    );
}

#[test]
#[should_panic]
fn a_broadcast_keeps_the_axes_that_both_have() {
    let _: Var<(Const<2>, usize)> = plate::<()>(&[1.0, 2.0]).broadcast_like(&(Const, 3));
}

model! {
    /// A class and a style, given to one network beside each other.
    struct Joined {
        encoder: (Linear<5, 8>, Tanh, Linear<8, 2>),
        decoder: (Linear<5, 8>, Tanh, Linear<8, 5>),
    }
    generative p(u: [3]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [5] ~ Normal::new(decoder(concat(u, z)), 1.0);
    }
    inference q(x, u) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

/// A covariate has a row for each row of the data, and a draw one for each particle too.
#[test]
fn joined_tensors_have_the_rows_of_their_statement() -> Result<(), elbow::Error> {
    let model = Joined::new(0);
    let x: Batch<(Const<5>,)> = batch((0..20).map(|i| i as f32 / 20.0).collect())?;
    let u: Batch<(Const<3>,)> = batch((0..12).map(|i| (i % 3) as f32).collect())?;
    let one = Elbo::default().evaluate(&model.q(&x, &u))?.elbo;
    let several = Elbo::default()
        .particles(200)
        .evaluate(&model.q(&x, &u))?
        .elbo;
    assert!((one - several).abs() < 5.0, "{one} {several}");
    assert!(Elbo::default().particles(3).loss(&model.q(&x, &u)).is_ok());
    Ok(())
}

#[test]
fn joined_gradients_are_those_of_the_parts() {
    let (a, b) = ([1.0, -2.0, 0.5, 3.0], [4.0, 5.0, -6.0, 7.0, 8.0, 9.0]);
    let a = plate::<(Const<2>,)>(&a);
    let b = plate::<(Const<3>,)>(&b);
    let weights: Vec<f64> = (1..=10).map(f64::from).collect();
    let mut grads = backward(|| {
        let both: Var<(usize, Const<5>)> = concat(a.clone(), b.clone());
        assert_eq!(
            numbers(&both),
            [1.0, -2.0, 4.0, 5.0, -6.0, 0.5, 3.0, 7.0, 8.0, 9.0]
        );
        weighted(both, &weights)
    });
    assert_eq!(gradient_of(&mut grads, &a), [1.0, 2.0, 6.0, 7.0]);
    assert_eq!(gradient_of(&mut grads, &b), [3.0, 4.0, 5.0, 8.0, 9.0, 10.0]);
}
