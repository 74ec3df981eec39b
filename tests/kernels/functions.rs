//! The functions of every element of a variable, of any shape.

use elbow::dfdx::shapes::{Const, Shape};
use elbow::family::Value;
use elbow::prelude::Var;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::tensors::{
    backward, event, gradient_of, numbers, plate, rounded, weighted,
};

use crate::program::{FEW_ROUNDINGS, Tolerance, assert_digits, check, values};

/// Enough elements for several threads.
const MANY: usize = 70_001;

/// The digits that `f32` has, whatever the size.
const ALL_DIGITS: Tolerance = Tolerance {
    value: 8e-7,
    slope: 2e-6,
    least: 1e-30,
};

/// `count` numbers of `f32` from `from` to `to`, at no place that is special.
fn between(from: f64, to: f64, count: usize) -> Vec<f64> {
    values(count, 3)
        .into_iter()
        .map(|u| rounded(from + (to - from) * 0.5 * (u + 1.0)))
        .collect()
}

/// A variable of every number of axes, through which the function goes one by one.
fn assert_function(
    name: &str,
    run: impl Fn(Value<()>) -> Value<()>,
    exact: fn(f64) -> f64,
    range: [f64; 2],
    tolerance: Tolerance,
) {
    let [from, to] = range;
    let x = between(from, to, MANY);
    let leaf = plate::<()>(&x);
    let weights = values(MANY, 700);
    let found = numbers(&run(leaf.clone()));
    let mut grads = backward(|| weighted(run(leaf.clone()), &weights));
    let slopes = gradient_of(&mut grads, &leaf);
    for (place, &x) in x.iter().enumerate() {
        let what = format!("{name} of {x}");
        let Tolerance {
            value,
            slope,
            least,
        } = tolerance;
        assert_digits(&what, found[place], exact(x), value, least);
        let own = derivative(exact, x);
        let what = format!("slope of {what}");
        let (found, least) = (slopes[place], least * weights[place].abs());
        assert_digits(&what, found, own * weights[place], slope, least);
    }
}

/// The same function of a variable of a shape.
fn assert_shaped<S: Shape>(
    name: &str,
    shape: S,
    run: impl Fn(Var<S>) -> Var<S>,
    exact: fn(f64) -> f64,
    [from, to]: [f64; 2],
    tolerance: Tolerance,
) {
    check(
        &format!("{name} of {:?}", shape.concrete()),
        [between(from, to, shape.num_elements())],
        |[x]| {
            let out = run(x.reshape_like(&shape));
            assert_eq!(out.shape(), &shape);
            out
        },
        |[x]| x.iter().map(|&x| exact(x)).collect(),
        tolerance,
    );
}

macro_rules! functions {
    ($($function:ident($($argument:expr),*), from $from:literal to $to:literal, $tolerance:expr, $exact:expr;)*) => {$(
        #[test]
        fn $function() {
            let (name, range) = (stringify!($function), [$from, $to]);
            assert_function(name, |x| x.$function($($argument),*), $exact, range, $tolerance);
            macro_rules! shaped {
                ($shape:expr) => {
                    assert_shaped(name, $shape, |x| x.$function($($argument),*), $exact, range, $tolerance);
                };
            }
            shaped!(());
            shaped!((5,));
            shaped!((Const::<3>,));
            shaped!((2, Const::<3>));
            shaped!((Const::<2>, Const::<3>));
            shaped!((2, Const::<3>, Const::<2>));
            shaped!((2, Const::<1>, Const::<3>, Const::<2>));
        }
    )*};
}

functions! {
    exp(), from -20.0 to 20.0, ALL_DIGITS, f64::exp;
    exp_m1(), from -2.0 to 2.0, ALL_DIGITS, f64::exp_m1;
    ln(), from 0.001 to 50.0, FEW_ROUNDINGS, f64::ln;
    ln_1p(), from -0.5 to 2.0, ALL_DIGITS, f64::ln_1p;
    sqrt(), from 0.001 to 50.0, ALL_DIGITS, f64::sqrt;
    square(), from -50.0 to 50.0, ALL_DIGITS, |x| x * x;
    abs(), from 0.001 to 50.0, ALL_DIGITS, f64::abs;
    recip(), from 0.01 to 50.0, ALL_DIGITS, f64::recip;
    sin(), from -7.0 to 7.0, FEW_ROUNDINGS, f64::sin;
    cos(), from -7.0 to 7.0, FEW_ROUNDINGS, f64::cos;
    tanh(), from -4.0 to 4.0, FEW_ROUNDINGS, f64::tanh;
    sigmoid(), from -9.0 to 9.0, FEW_ROUNDINGS, |x| 1.0 / (1.0 + (-x).exp());
    softplus(), from -9.0 to 9.0, FEW_ROUNDINGS, |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
    relu(), from 0.001 to 9.0, ALL_DIGITS, |x| x.max(0.0);
    clamp(-1.0, 2.0), from -0.99 to 1.99, ALL_DIGITS, |x| x.clamp(-1.0, 2.0);
    powi(3), from -4.0 to 4.0, ALL_DIGITS, |x| x.powi(3);
    powf(1.7), from 0.01 to 9.0, FEW_ROUNDINGS, |x| x.powf(1.7);
}

#[test]
fn whole_powers() {
    for n in [-7, -2, -1, 0, 1, 2, 5, 8, 31] {
        for (from, to) in [(0.4, 1.6), (-1.6, -0.4)] {
            check(
                &format!("power {n} between {from} and {to}"),
                [between(from, to, 40)],
                |[x]| x.powi(n),
                |[x]| x.iter().map(|x| x.powi(n)).collect(),
                Tolerance {
                    value: 5e-6,
                    slope: 2e-5,
                    least: 1e-30,
                },
            );
        }
    }
    assert_eq!(plate::<()>(&[0.0, 0.0]).powi(0).as_vec(), [1.0, 1.0]);
}

/// The value and the slope at each number.
fn at(x: &[f64], run: impl Fn(Value<()>) -> Value<()>) -> (Vec<f64>, Vec<f64>) {
    let leaf = plate::<()>(x);
    let mut grads = backward(|| weighted(run(leaf.clone()), &vec![1.0; x.len()]));
    (numbers(&run(leaf.clone())), gradient_of(&mut grads, &leaf))
}

#[test]
fn both_sides_of_a_kink() {
    let x = [-3.0, -0.5, 0.0, 0.5, 3.0];
    let sizes = ([3.0, 0.5, 0.0, 0.5, 3.0], [-1.0, -1.0, 0.0, 1.0, 1.0]);
    assert_eq!(at(&x, Var::abs), (sizes.0.into(), sizes.1.into()));
    let (values, slopes) = at(&x, |x| x.clamp(-1.0, 2.0));
    assert_eq!(values, [-1.0, -0.5, 0.0, 0.5, 2.0]);
    assert_eq!(slopes, [0.0, 1.0, 1.0, 1.0, 0.0]);
    let (values, slopes) = at(&x, Var::relu);
    assert_eq!(values, [0.0, 0.0, 0.0, 0.5, 3.0]);
    assert_eq!(slopes, [0.0, 0.0, 0.0, 1.0, 1.0]);
}

/// What `1 − eˣ` and `ln` of `1 + x` would lose, and what overflows in between.
#[test]
fn ends_of_the_range() {
    let tiny = rounded(1e-10);
    assert_eq!(numbers(&plate::<()>(&[tiny]).exp_m1()), [tiny]);
    assert_eq!(numbers(&plate::<()>(&[tiny]).ln_1p()), [tiny]);
    let (values, slopes) = at(&[-1e4, 1e4], Var::softplus);
    assert_eq!((values, slopes), (vec![0.0, 1e4], vec![0.0, 1.0]));
    let (values, slopes) = at(&[-1e4, 1e4], Var::sigmoid);
    assert_eq!((values, slopes), (vec![0.0, 1.0], vec![0.0, 0.0]));
    let (values, slopes) = at(&[-1e4, 1e4], Var::tanh);
    assert_eq!((values, slopes), (vec![-1.0, 1.0], vec![0.0, 0.0]));
    assert_eq!(numbers(&plate::<()>(&[0.0]).ln()), [f64::NEG_INFINITY]);
    for run in [
        Var::exp,
        Var::ln,
        Var::sqrt,
        Var::abs,
        Var::relu,
        Var::softplus,
        |x: Value<()>| x.clamp(0.0, 1.0),
    ] {
        assert!(run(plate::<()>(&[f64::NAN])).as_vec()[0].is_nan());
    }
}

fn log_softmax(lane: &[f64]) -> Vec<f64> {
    let total: f64 = lane.iter().map(|x| x.exp()).sum();
    lane.iter().map(|x| x - total.ln()).collect()
}

fn assert_softmax<S: Shape>(shape: S, lane: usize) {
    let x = || [between(-3.0, 3.0, shape.num_elements())];
    let what = format!("log-softmax of {:?}", shape.concrete());
    let exact = |[x]: [&[f64]; 1]| x.chunks(lane).flat_map(log_softmax).collect();
    let run = |[x]: [Value<()>; 1]| x.reshape_like(&shape).log_softmax();
    check(&what, x(), run, exact, FEW_ROUNDINGS);
    let what = format!("softmax of {:?}", shape.concrete());
    let shares = |[x]: [&[f64]; 1]| -> Vec<f64> {
        let logs = x.chunks(lane).flat_map(log_softmax);
        logs.map(f64::exp).collect()
    };
    let run = |[x]: [Value<()>; 1]| x.reshape_like(&shape).softmax();
    check(&what, x(), run, shares, FEW_ROUNDINGS);
}

#[test]
fn softmax_is_along_the_last_axis() {
    assert_softmax((), 1);
    assert_softmax((5,), 5);
    assert_softmax((Const::<4>,), 4);
    assert_softmax((3, Const::<4>), 4);
    assert_softmax((3, Const::<1>), 1);
    assert_softmax((2, Const::<3>, Const::<4>), 4);
    assert_softmax((Const::<2>, Const::<3>), 3);
    let far = event::<(Const<3>,)>(&[1e4, 0.0, -1e4]);
    assert_eq!(numbers(&far.clone().softmax()), [1.0, 0.0, 0.0]);
    assert_eq!(numbers(&far.log_softmax()), [0.0, -1e4, -2e4]);
}
