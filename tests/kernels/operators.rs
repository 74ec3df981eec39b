//! `+`, `-`, `*` and `/` of variables and numbers, in every pair of shapes.

use std::ops::{Add, Div, Mul, Sub};

use elbow::dfdx::shapes::{Const, Shape};
use elbow::family::Value;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, weighted,
};

use crate::program::{FEW_ROUNDINGS, check, values};

/// Numbers that one may divide by.
fn apart(count: usize, salt: usize) -> Vec<f64> {
    let values = values(count, salt).into_iter();
    values.map(|v| rounded(v + 1.5_f64.copysign(v))).collect()
}

/// The operation on each element, of which the shorter operand repeats.
fn each(a: &[f64], b: &[f64], of: fn(f64, f64) -> f64) -> Vec<f64> {
    let count = a.len().max(b.len());
    let pair = |at: usize| of(a[at % a.len()], b[at % b.len()]);
    (0..count).map(pair).collect()
}

/// Two tensors, by value and by reference.
macro_rules! assert_pair {
    ($what:expr, $method:ident, $exact:expr, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        let what = format!("{} of {:?} and {:?}", $what, a.concrete(), b.concrete());
        let at = [apart(a.num_elements(), 1), apart(b.num_elements(), 50)];
        check(
            &what,
            at.clone(),
            |[x, y]| (&x.reshape_like(&a)).$method(&y.reshape_like(&b)),
            |[a, b]| each(a, b, $exact),
            FEW_ROUNDINGS,
        );
        let [x, y] = at.map(|values| plate::<()>(&values));
        let (x, y) = (x.reshape_like(&a), y.reshape_like(&b));
        let expected = (&x).$method(&y).as_vec();
        assert_eq!(x.clone().$method(&y).as_vec(), expected, "{what}");
        assert_eq!((&x).$method(y.clone()).as_vec(), expected, "{what}");
        assert_eq!(x.$method(y).as_vec(), expected, "{what}");
    }};
}

macro_rules! assert_both_ways {
    ($what:expr, $method:ident, $exact:expr, $a:expr, $b:expr) => {
        assert_pair!($what, $method, $exact, $a, $b);
        assert_pair!($what, $method, $exact, $b, $a);
    };
}

/// One tensor with numbers and with itself.
macro_rules! assert_alone {
    ($what:expr, $method:ident, $exact:expr, $shape:expr) => {{
        let shape = $shape;
        let what = format!("{} of {:?}", $what, shape.concrete());
        let x = || [apart(shape.num_elements(), 9)];
        let exact: fn(f64, f64) -> f64 = $exact;
        check(
            &format!("{what} and a number"),
            x(),
            |[x]| (&x.reshape_like(&shape)).$method(2.5),
            |[x]| each(x, &[2.5], exact),
            FEW_ROUNDINGS,
        );
        check(
            &format!("{what} behind a number"),
            x(),
            |[x]| 2.5_f32.$method(&x.reshape_like(&shape)),
            |[x]| each(&[2.5], x, exact),
            FEW_ROUNDINGS,
        );
        check(
            &format!("{what} and itself"),
            x(),
            |[x]| {
                let x = x.reshape_like(&shape);
                (&x).$method(&x)
            },
            |[x]| each(x, x, exact),
            FEW_ROUNDINGS,
        );
        check(
            &format!("{what}, made here, and itself"),
            x(),
            |[x]| {
                let x = x.reshape_like(&shape) * 1.0;
                x.clone().$method(x)
            },
            |[x]| each(x, x, exact),
            FEW_ROUNDINGS,
        );
        let [x] = x().map(|values| plate::<()>(&values).reshape_like(&shape));
        assert_eq!(x.clone().$method(2.5).as_vec(), (&x).$method(2.5).as_vec());
        assert_eq!(
            2.5_f32.$method(x.clone()).as_vec(),
            2.5_f32.$method(&x).as_vec()
        );
    }};
}

macro_rules! operators {
    ($($name:ident $method:ident $exact:expr;)*) => {$(
        #[test]
        fn $name() {
            let what = stringify!($name);
            assert_alone!(what, $method, $exact, ());
            assert_alone!(what, $method, $exact, (5,));
            assert_alone!(what, $method, $exact, (Const::<3>,));
            assert_alone!(what, $method, $exact, (2, Const::<3>));
            assert_alone!(what, $method, $exact, (2, Const::<3>, Const::<2>));
            assert_alone!(what, $method, $exact, (2, Const::<1>, Const::<3>, Const::<2>));

            assert_pair!(what, $method, $exact, (), ());
            assert_pair!(what, $method, $exact, (5,), (5,));
            assert_pair!(what, $method, $exact, (Const::<3>,), (Const::<3>,));
            assert_pair!(what, $method, $exact, (4, Const::<3>), (4, Const::<3>));
            assert_pair!(what, $method, $exact, (Const::<2>, Const::<3>), (Const::<2>, Const::<3>));
            assert_pair!(
                what, $method, $exact,
                (2, Const::<1>, Const::<3>, Const::<2>), (2, Const::<1>, Const::<3>, Const::<2>)
            );

            // An event on every row.
            assert_both_ways!(what, $method, $exact, (5,), ());
            assert_both_ways!(what, $method, $exact, (4, Const::<3>), (Const::<3>,));
            assert_both_ways!(what, $method, $exact, (1, Const::<3>), (Const::<3>,));
            assert_both_ways!(what, $method, $exact, (3, Const::<2>, Const::<3>), (Const::<2>, Const::<3>));
            assert_both_ways!(
                what, $method, $exact,
                (2, Const::<2>, Const::<1>, Const::<3>), (Const::<2>, Const::<1>, Const::<3>)
            );

            // A learned number with everything.
            assert_both_ways!(what, $method, $exact, (Const::<3>,), ());
            assert_both_ways!(what, $method, $exact, (Const::<2>, Const::<3>), ());
            assert_both_ways!(what, $method, $exact, (Const::<2>, Const::<3>, Const::<2>), ());
            assert_both_ways!(what, $method, $exact, (4, Const::<3>), ());
            assert_both_ways!(what, $method, $exact, (4, Const::<2>, Const::<3>), ());
            assert_both_ways!(what, $method, $exact, (2, Const::<2>, Const::<3>, Const::<2>), ());
        }
    )*};
}

operators! {
    sums add |a, b| a + b;
    differences sub |a, b| a - b;
    products mul |a, b| a * b;
    ratios div |a, b| a / b;
}

#[test]
fn minus() {
    for shape in [(0,), (1,), (7,)] {
        check(
            "minus",
            [apart(shape.num_elements(), 4)],
            |[x]| -x.reshape_like(&shape),
            |[x]| x.iter().map(|x| -x).collect(),
            FEW_ROUNDINGS,
        );
    }
    let x = plate::<(Const<2>,)>(&[0.0, 1.5, -2.0, 3.0]);
    assert_eq!((-&x).as_vec(), [0.0, -1.5, 2.0, -3.0]);
    assert!((-x).as_vec()[0].is_sign_negative());
}

/// An event that is made of what it stands beside, and a number that is made of both.
#[test]
fn one_leaf_in_several_forms() {
    type Event = (Const<3>,);
    check(
        "rows, their event and their number",
        [apart(12, 2), apart(3, 60)],
        |[x, bias]| {
            let (x, bias) = (x.reshape_like(&(4, Const::<3>)), bias.reshape::<Event>());
            let number = (&x * &bias).sum();
            (&bias / &x + &number * (&x - &bias)) * &bias - 2.0 * &number
        },
        |[x, bias]| {
            let number: f64 = each(x, bias, |x, b| x * b).iter().sum();
            let one = |at: usize| {
                let (x, bias) = (x[at], bias[at % 3]);
                (bias / x + number * (x - bias)) * bias - 2.0 * number
            };
            (0..12).map(one).collect()
        },
        crate::program::Tolerance {
            slope: 3e-5,
            ..FEW_ROUNDINGS
        },
    );
}

/// The gradient of what all rows share is a sum over them, in `f64`.
#[test]
fn a_million_rows() {
    const ROWS: usize = 1_000_000;
    let (tenth, exact) = (rounded(0.1), 1e6 * rounded(0.1));
    let rows = plate::<(Const<1>,)>(&vec![tenth; ROWS]);
    let (bias, number) = (event::<(Const<1>,)>(&[2.0]), event::<()>(&[3.0]));
    let weights = vec![1.0; ROWS];
    let mut grads = backward(|| weighted((&rows * &bias) * &number, &weights));
    let by_bias = gradient_of(&mut grads, &bias)[0];
    assert_close("by an event", by_bias, 3.0 * exact, 1e-6, 3.0 * exact);
    let by_number = gradient_of(&mut grads, &number)[0];
    assert_close("by a number", by_number, 2.0 * exact, 1e-6, 2.0 * exact);
    assert!(gradient_of(&mut grads, &rows).iter().all(|&g| g == 6.0));
}

#[test]
#[should_panic(expected = "two tensors differ in their rows")]
fn rows_must_be_as_many() {
    let _ = plate::<()>(&[1.0, 2.0]) + plate::<()>(&[1.0, 2.0, 3.0]);
}

/// No row, with everything that may stand beside it.
#[test]
fn no_rows() {
    let none: Value<(Const<3>,)> = plate::<()>(&[]).reshape_like(&(0, Const));
    let (bias, number) = (event::<(Const<3>,)>(&[1.0; 3]), event::<()>(&[2.0]));
    let mut grads = backward(|| weighted(2.0 * (&none + &bias) * &number - &none, &[]));
    assert_eq!(gradient_of(&mut grads, &bias), [0.0; 3]);
    assert_eq!(gradient_of(&mut grads, &number), [0.0]);
    assert!(numbers(&(&none * &none)).is_empty());
}
