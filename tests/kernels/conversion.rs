//! From dfdx's tensors to variables and back, with gradients through both.

use elbow::__macro::tape::Ambient;
use elbow::dfdx::optim::{Optimizer, Sgd, SgdConfig};
use elbow::dfdx::shapes::{Axes2, Axes3, Axis};
use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo, SumTo, TryMatMul};
use elbow::family::{Built, Value, detach, record, unrecorded};
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, plate, weighted,
};

use crate::program::{FEW_ROUNDINGS, Tolerance, check, values};

type Square = (Const<3>, Const<3>);

fn squares() -> Batch<Square> {
    let numbers = values(18, 4).into_iter().map(|v| v as f32);
    tensor(numbers.collect(), (2, Const, Const))
}

/// Row by row, each of three columns, columns first.
fn turned(numbers: &[f64]) -> Vec<f64> {
    let place = |at: usize| at / 9 * 9 + at % 3 * 3 + at % 9 / 3;
    (0..numbers.len()).map(|at| numbers[place(at)]).collect()
}

/// A variable has its numbers in row-major order, however they lay in the memory of dfdx.
#[test]
fn numbers_are_in_order() {
    let x = squares();
    let var = Var::from(&x);
    assert_eq!(
        (var.values(), var.shape()),
        (&x.as_vec()[..], &(2, Const, Const))
    );
    let across: Batch<Square> = x.clone().permute::<_, Axes3<0, 2, 1>>();
    let var = Var::from(&across);
    assert_eq!(
        (var.values(), var.as_vec()),
        (&across.as_vec()[..], across.as_vec())
    );
    assert_eq!(numbers(&var), turned(&numbers(&Var::from(&x))));
    let lane = tensor(vec![1.0, 2.0, 3.0], (Const::<3>,));
    let wide: Batch<(Const<3>,)> = lane.broadcast_like::<_, Axis<0>>(&(2, Const));
    assert_eq!(Var::from(&wide).values(), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    let number: Tensor<Rank0, f32, Device> = tensor(vec![4.0], ());
    assert_eq!(Var::from(&number).number(), 4.0);
    let none: Batch<(Const<3>,)> = tensor(vec![], (0, Const));
    assert!(Var::from(&none).values().is_empty());
}

/// There and back, within a recording and outside.
#[test]
fn there_and_back() {
    let x = squares();
    let same = Var::<(usize, Const<3>, Const<3>)>::from(Var::from(&x).into_tensor());
    assert_eq!(same.as_vec(), x.as_vec());
    let back = |x: Value<()>| -> Value<()> { Var::from(x.into_tensor()) };
    let linear = |[x]: [&[f64]; 1]| x.to_vec();
    check("once", [values(5, 1)], |[x]| back(x), linear, FEW_ROUNDINGS);
    check(
        "of what was made here",
        [values(5, 1)],
        |[x]| back(back(&x * &x) * &x),
        |[x]| x.iter().map(|x| x * x * x).collect(),
        FEW_ROUNDINGS,
    );
    check(
        "twice, beside the variable itself",
        [values(5, 1)],
        |[x]| back(x.clone()) * back(x.clone()) + x,
        |[x]| x.iter().map(|x| x * x + x).collect(),
        FEW_ROUNDINGS,
    );
    check(
        "what dfdx made, read twice",
        [values(5, 1)],
        |[x]| {
            let made = (x * 2.0).into_tensor().exp();
            Var::from(made.clone()) * Var::from(made)
        },
        |[x]| x.iter().map(|x| (4.0 * x).exp()).collect(),
        Tolerance {
            value: 5e-6,
            slope: 2e-5,
            least: 1.0,
        },
    );
}

/// Operations of dfdx that permute, broadcast, pick, multiply and sum, between operations here.
#[test]
fn operations_of_both() {
    let softened = |x: f64| (0.5 * x).tanh();
    check(
        "a program",
        [values(6, 11), values(6, 40)],
        |[a, b]| {
            let a: Var<Rank2<2, 3>> = (a * 0.5).tanh().reshape();
            let b: Var<Rank2<2, 3>> = b.reshape();
            let across = b
                .clone()
                .into_tensor()
                .permute::<Rank2<3, 2>, Axes2<1, 0>>();
            let product: Var<Rank2<2, 2>> = Var::from(a.clone().into_tensor().matmul(across));
            let sums = product.clone().into_tensor().sum::<Rank1<2>, Axis<0>>();
            let wide: Var<Rank2<2, 2>> = Var::from(sums.broadcast::<_, Axis<1>>());
            let out = &product * &product - wide / 3.0;
            let first = out.clone().into_tensor();
            let first: Var<Rank2<2, 2>> = Var::from(first.permute::<_, Axes2<1, 0>>());
            out * 0.25 + first
        },
        |[a, b]| {
            let product = |r: usize, c: usize| -> f64 {
                (0..3).map(|k| softened(a[r * 3 + k]) * b[c * 3 + k]).sum()
            };
            let out =
                |r: usize, c: usize| product(r, c).powi(2) - (product(0, r) + product(1, r)) / 3.0;
            let all = [(0, 0), (0, 1), (1, 0), (1, 1)];
            all.map(|(r, c)| 0.25 * out(r, c) + out(c, r)).into()
        },
        FEW_ROUNDINGS,
    );
    check(
        "one tensor read by both",
        [values(4, 2)],
        |[x]| {
            let total: Var<()> = Var::from(x.clone().into_tensor().sum::<_, Axis<0>>());
            &x * &x + total
        },
        |[x]| {
            let total: f64 = x.iter().sum();
            x.iter().map(|x| x * x + total).collect()
        },
        FEW_ROUNDINGS,
    );
}

/// A tensor of dfdx has one gradient, whether operations here read it or dfdx's.
#[test]
fn a_tensor_that_both_read() {
    let x = squares();
    let (total, recording) = record(|| {
        let own = Var::from(&x).square();
        let theirs: Value<Square> = Var::from(x.retaped::<Ambient>().square());
        let across: Batch<Square> = x.clone().permute::<_, Axes3<0, 2, 1>>();
        (own + theirs + Var::from(&across)).sum()
    });
    let by_x = recording.backward(&total).get(&x).as_vec();
    for (found, x) in by_x.into_iter().zip(x.as_vec()) {
        assert_close("both", found.into(), f64::from(4.0 * x + 1.0), 1e-6, 1.0);
    }
}

/// Nothing flows through what is no part of the recording.
#[test]
fn constants() {
    let x = plate::<()>(&values(4, 6));
    let weights = vec![1.0; 4];
    let through = |run: &dyn Fn() -> Value<()>| -> Vec<f64> {
        let mut grads = backward(|| weighted(run() + &x, &weights));
        gradient_of(&mut grads, &x)
    };
    let foreign = |x: Value<()>| -> Value<()> { Var::from(x.into_tensor().exp()) };
    assert_eq!(through(&|| detach(&foreign(x.clone()))), [1.0; 4]);
    assert_eq!(through(&|| foreign(detach(&x))), [1.0; 4]);
    assert_eq!(through(&|| unrecorded(|| foreign(x.clone()))), [1.0; 4]);
    let before = foreign(x.clone());
    assert_eq!(through(&|| before.clone()), [1.0; 4]);
}

/// A layer whose weight is permuted in memory, and one with the same weight in order.
fn permuted_and_straight() -> [Built<Linear<4, 3>>; 2] {
    let build = || Device::default().build_module::<Linear<4, 3>, f32>();
    let (mut permuted, mut straight) = (build(), build());
    let columns: Vec<f32> = values(12, 9).into_iter().map(|v| v as f32).collect();
    let columns: Tensor<Rank2<4, 3>, f32, Device> = tensor(columns, (Const, Const));
    permuted.weight = columns.permute();
    straight.weight = tensor(permuted.weight.as_vec(), (Const, Const));
    straight.bias = tensor(permuted.bias.as_vec(), (Const,));
    assert!(elbow::__macro::tensor::as_slice(&permuted.weight).is_none());
    [permuted, straight]
}

/// The gradient by a parameter lies where dfdx's optimiser looks, also where the parameter is permuted in memory.
#[test]
fn a_permuted_parameter_under_an_optimiser_of_dfdx() {
    let x = plate::<(Const<4>,)>(&values(20, 3));
    let trained = permuted_and_straight().map(|mut layer| {
        let config = SgdConfig {
            lr: 0.1,
            momentum: None,
            weight_decay: None,
        };
        let mut sgd = Sgd::new(&layer, config);
        let start = layer.weight.as_vec();
        for _ in 0..3 {
            let (loss, recording) = record(|| layer.forward(x.clone()).square().sum());
            let gradients = recording.backward(&loss);
            let by_weight = gradients.get(&layer.weight).as_vec();
            let before = layer.weight.as_vec();
            sgd.update(&mut layer, &gradients).expect("every gradient");
            let steps = before.iter().zip(&by_weight).map(|(w, g)| w - 0.1 * g);
            for (found, expected) in layer.weight.as_vec().into_iter().zip(steps) {
                assert_close("a step", found.into(), expected.into(), 1e-6, 1.0);
            }
        }
        assert_ne!(layer.weight.as_vec(), start);
        [layer.weight.as_vec(), layer.bias.as_vec()].concat()
    });
    assert_eq!(trained[0], trained[1]);
}

model! {
    /// A line, whose activation may be dfdx's.
    struct Line { weight: Parameter<Rank2<3, 2>>, layer: Linear<3, 3> }
    generative p(u: [3]) {
        let h = bent(layer(u));
        let loc = h * weight.select(0) + weight.select(1);
        sample x: [3] ~ Normal::new(loc, 1.0);
    }
    inference q(x, u) {}
}

thread_local! {
    static BY_DFDX: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn bent(x: Value<(Const<3>,)>) -> Value<(Const<3>,)> {
    match BY_DFDX.get() {
        true => Var::from(x.into_tensor().tanh()),
        false => x.tanh(),
    }
}

/// Steps of Adam here, whose buffers hold the last step's gradients: operations of dfdx only add to theirs.
#[test]
fn steps_with_operations_of_both_and_a_permuted_parameter() {
    let u: Batch<(Const<3>,)> = batch((0..30).map(|i| i as f32 / 30.0).collect()).expect("rows");
    let x: Batch<(Const<3>,)> =
        batch((0..30).map(|i| 1.0 - i as f32 / 9.0).collect()).expect("rows");
    let trained = |permuted: bool, by_dfdx: fn(usize) -> bool| -> Vec<f32> {
        let mut line = Line::new(3);
        if permuted {
            let columns = tensor(vec![0.0; 6], (Const::<2>, Const::<3>));
            line.weight.value = columns.permute();
        }
        let mut adam = Adam::new(0.05);
        for step in 0..20 {
            BY_DFDX.set(by_dfdx(step));
            let loss = Elbo::default().loss(&line.q(&x, &u)).expect("legal");
            adam.descend(&mut line, loss).expect("finite gradients");
        }
        [line.weight.value.as_vec(), line.layer.weight.as_vec()].concat()
    };
    let own = trained(false, |_| false);
    assert!(own.iter().all(|w| *w != 0.0));
    for (permuted, by_dfdx) in [
        (false, (|_| true) as fn(usize) -> bool),
        (false, |step| step % 3 == 1),
        (true, |_| false),
        (true, |_| true),
        (true, |step| step % 3 == 1),
    ] {
        for (found, own) in trained(permuted, by_dfdx).into_iter().zip(&own) {
            assert_close("a parameter", found.into(), (*own).into(), 2e-4, 1.0);
        }
    }
}
