//! `detach`, `repeat`, `mean`, and reading the memory of dfdx's tensors.

use elbow::__macro::tensor::as_slice;
use elbow::dfdx::shapes::{Axes2, Axes3, Axis, Const};
use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo, SumTo};
use elbow::family::{Event, Value, detach, mean, repeat};
use elbow::prelude::{Batch, Var, tensor};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, scattered, weighted,
};

type Square = (Const<3>, Const<3>);

fn square(salt: usize) -> Value<Square> {
    plate::<Square>(&(0..18).map(|i| scattered(i + salt)).collect::<Vec<_>>())
}

fn turn(x: &Value<Square>) -> Value<Square> {
    Var::from(x.clone().into_tensor().permute::<_, Axes3<0, 2, 1>>())
}

/// dfdx panics in the backward pass of `x * x`: here one tensor is both operands like any two.
#[test]
fn a_value_times_itself() {
    let x = plate::<()>(&[3.0, -2.0]);
    let mut grads = backward(|| weighted(&x * &x, &[1.0, 10.0]));
    assert_eq!(gradient_of(&mut grads, &x), [6.0, -40.0]);
    let mut grads = backward(|| weighted(x.clone() * x.clone(), &[1.0, 10.0]));
    assert_eq!(gradient_of(&mut grads, &x), [6.0, -40.0]);
}

#[test]
fn what_dfdx_laid_out_in_any_way() {
    let x = square(0);
    let weights: Vec<f64> = (0..18).map(|i| rounded(scattered(i + 50))).collect();
    assert_eq!(numbers(&turn(&turn(&x))), numbers(&x));
    let mut grads = backward(|| weighted(turn(&x), &weights));
    let found = plate::<Square>(&gradient_of(&mut grads, &x));
    assert_eq!(numbers(&turn(&found)), weights);

    let lane = event::<(Const<3>,)>(&[1.0, 2.0, 3.0]);
    let wide = || -> Value<Square> {
        let lane = lane.clone().into_tensor();
        Var::from(
            lane.broadcast_like::<(usize, Const<3>, Const<3>), Axes2<0, 1>>(&(2, Const, Const)),
        )
    };
    assert_eq!(numbers(&wide()), [1.0, 2.0, 3.0].repeat(6));
    let mut grads = backward(|| weighted(wide(), &weights));
    for (k, found) in gradient_of(&mut grads, &lane).into_iter().enumerate() {
        let sum: f64 = weights.iter().skip(k).step_by(3).sum();
        assert_close("broadcast", found, sum, 1e-6, 6.0);
    }
}

#[test]
fn detached_values_are_constants() {
    let x = square(3);
    assert_eq!(numbers(&detach(&turn(&x))), numbers(&turn(&x)));
    let weights = vec![1.0; 18];
    let mut grads = backward(|| weighted(detach(&x) * x.clone(), &weights));
    // Of x·const(x) the slope is const(x), not 2x.
    assert_eq!(gradient_of(&mut grads, &x), numbers(&x));
    let mut grads = backward(|| weighted(detach(&x), &weights));
    assert_eq!(gradient_of(&mut grads, &x), vec![0.0; 18]);
}

fn repeated<E: Event>(rows: usize, times: usize) {
    let count = rows * E::ELEMENTS;
    let values: Vec<f64> = (0..count).map(|i| rounded(scattered(i))).collect();
    let x = plate::<E>(&values);
    let out = || -> Value<E> { repeat(&x, E::ELEMENTS, times, E::plated(rows * times)) };
    let block = |row: &[f64]| row.repeat(times);
    let expected: Vec<f64> = values.chunks(E::ELEMENTS).flat_map(block).collect();
    assert_eq!(numbers(&out()), expected);
    let weights: Vec<f64> = (0..count * times)
        .map(|i| rounded(scattered(i + 9)))
        .collect();
    let mut grads = backward(|| weighted(out(), &weights));
    for (at, found) in gradient_of(&mut grads, &x).into_iter().enumerate() {
        let (row, element) = (at / E::ELEMENTS, at % E::ELEMENTS);
        let copy = |k: usize| weights[(row * times + k) * E::ELEMENTS + element];
        let sum: f64 = (0..times).map(copy).sum();
        assert_close("repeat", found, sum, 1e-6, times as f64);
    }
}

#[test]
fn rows_repeat_in_blocks() {
    for (rows, times) in [(1, 1), (1, 5), (3, 1), (2, 4), (7, 3)] {
        repeated::<()>(rows, times);
        repeated::<(Const<5>,)>(rows, times);
        repeated::<(Const<2>, Const<3>)>(rows, times);
        repeated::<(Const<1>, Const<3>, Const<1>)>(rows, times);
    }
    // An event without a row axis, a million times: the gradient is a sum of a million tenths.
    let x = event::<()>(&[2.0]);
    let tenths = vec![0.1; 1_000_000];
    let mut grads = backward(|| {
        let all: Value<()> = repeat(&x, 1, 1_000_000, (1_000_000,));
        weighted(all, &tenths)
    });
    let exact = 1e6 * rounded(0.1);
    assert_close(
        "a million",
        gradient_of(&mut grads, &x)[0],
        exact,
        1e-6,
        exact,
    );
}

#[test]
fn the_mean_is_dfdx_mean() {
    for rows in [1, 2, 7] {
        let x = plate::<()>(&(0..rows).map(scattered).collect::<Vec<_>>());
        let sum: Var<()> = Var::from(x.clone().into_tensor().sum::<_, Axis<0>>());
        let theirs = numbers(&sum)[0] / rows as f64;
        assert_close(
            "mean",
            numbers(&mean(&x.clone().into()))[0],
            theirs,
            1e-6,
            1.0,
        );
        let mut grads = backward(|| mean(&x.clone().into()));
        for found in gradient_of(&mut grads, &x) {
            assert_close("share", found, 1.0 / rows as f64, 1e-7, 1.0);
        }
    }
    let many = plate::<()>(&vec![0.1; 1_000_000]);
    assert_close(
        "tenths",
        numbers(&mean(&many.into()))[0] / rounded(0.1),
        1.0,
        1e-6,
        1.0,
    );
}

#[test]
fn memory_is_read_only_where_it_is_in_order() {
    let x: Batch<Square> = tensor(square(0).as_vec(), (2, Const, Const));
    assert_eq!(as_slice(&x).expect("contiguous"), x.as_vec());
    let turned: Batch<Square> = x.clone().permute::<_, Axes3<0, 2, 1>>();
    assert!(as_slice(&turned).is_none());
    let lane = tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
    let wide = lane.broadcast_like::<(usize, Const<3>), Axis<0>>(&(2, Const));
    assert!(as_slice(&wide).is_none());
    let one: Batch<(Const<1>, Const<3>)> = tensor(vec![1.0, 2.0, 3.0], (1, Const, Const));
    // An axis of one element has no order.
    let moved: Batch<(Const<3>, Const<1>)> = one.permute::<_, Axes3<0, 2, 1>>();
    assert_eq!(as_slice(&moved).map(<[f32]>::to_vec), Some(moved.as_vec()));
}
