//! Gradients that flow in memory of the library's own, beside operations of dfdx and without: the same either way.

use elbow::__macro::nn::modules;
use elbow::__macro::tape::{Ambient, Recording};
use elbow::dfdx::nn::Module;
use elbow::dfdx::tensor::SplitTape;
use elbow::dfdx::tensor_ops::ReshapeTo;
use elbow::family::{
    Formula, Param, Real, Rows, Value, map, mean, record, row_sum, rows_of, unrecorded,
    weighted_sum,
};
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, plate, scattered, weighted,
};

type E = (Const<3>,);

/// `a·b`, whose slopes are computed in the backward pass.
#[derive(Clone, Copy)]
struct Product;

impl Formula<2> for Product {
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a * b
    }
}

/// `eᵃ·b`, whose slopes are kept.
#[derive(Clone, Copy)]
struct Scaled;

impl Formula<2> for Scaled {
    const KEEPS_SLOPES: bool = true;

    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a.exp() * b
    }
}

fn input() -> Value<E> {
    plate::<E>(&(0..12).map(scattered).collect::<Vec<_>>())
}

fn weights() -> Vec<f64> {
    (20..32).map(scattered).collect()
}

fn pair<F: Formula<2>>(formula: F, a: &Value<E>, b: &Value<E>) -> Value<E> {
    match map(formula, [&rows_of::<E>(a), &rows_of::<E>(b)]) {
        Param::Rows(rows) => rows,
        _ => unreachable!("rows in, rows out"),
    }
}

/// A tensor as operations of dfdx read it.
type Foreign = Tensor<(usize, Const<3>), f32, Device, Ambient>;

/// What operations of dfdx make of it.
fn by_dfdx(x: &Value<E>, run: impl FnOnce(Foreign) -> Foreign) -> Value<E> {
    Var::from(run(x.clone().into_tensor()))
}

/// The gradient by the input, which has to be that of central differences of the same program.
fn check(what: &str, program: impl Fn(&Value<E>) -> Value<E>) {
    let x = input();
    let mut grads = backward(|| weighted(program(&x), &weights()));
    let found = gradient_of(&mut grads, &x);
    let at = numbers(&x);
    let loss = |values: &[f64]| -> f64 {
        let out = numbers(&program(&plate::<E>(values)));
        out.iter().zip(weights()).map(|(y, w)| y * w).sum()
    };
    const STEP: f64 = 1e-3;
    for element in 0..at.len() {
        let [mut above, mut below] = [at.clone(), at.clone()];
        above[element] += STEP;
        below[element] -= STEP;
        let expected = (loss(&above) - loss(&below)) / (2.0 * STEP);
        // Values have 24 bits, and some are near 10: an error of 10⁻⁶ over 2·10⁻³.
        assert_close(
            &format!("{what}, element {element}"),
            found[element],
            expected,
            2e-3,
            1.0,
        );
    }
}

/// Two operands are one tensor, and several operations read one.
#[test]
fn what_is_read_more_than_once_gets_the_sum() {
    check("a square", |x| pair(Product, x, x));
    check("kept slopes of a tensor with itself", |x| {
        pair(Scaled, x, x)
    });
    check("a fork", |x| {
        let y = pair(Scaled, x, x);
        let left = pair(Product, &y, x);
        let right = pair(Scaled, &y, &y);
        pair(Product, &left, &right)
    });
    check("a clone", |x| pair(Scaled, &x.clone(), x));
}

/// An activation writes over its input only where nobody will read that again.
#[test]
fn activations_in_place() {
    check("alone", |x| Tanh {}.forward(pair(Product, x, x)));
    check("a chain", |x| {
        Softplus {}.forward(Sigmoid {}.forward(Tanh {}.forward(pair(Scaled, x, x))))
    });
    check("read again after", |x| {
        let y = pair(Product, x, x);
        let active = Tanh {}.forward(y.clone());
        pair(Product, &active, &y)
    });
    check("read before", |x| {
        let y = pair(Product, x, x);
        let before = pair(Scaled, &y, x);
        let active = Sigmoid {}.forward(y);
        pair(Product, &active, &before)
    });
    check(
        "read before, by an operation of dfdx that keeps nothing",
        |x| {
            let y = pair(Product, x, x);
            let before = by_dfdx(&y, |y| y * 3.0);
            let active = Sigmoid {}.forward(y);
            pair(Product, &active, &before)
        },
    );
    check("read before, by an operator", |x| {
        let y = pair(Product, x, x);
        let before = &y * 3.0;
        let active = Sigmoid {}.forward(y);
        pair(Product, &active, &before)
    });
    check("read before and after in another shape", |x| {
        let y = pair(Product, x, x);
        let flat = y.clone().reshape_like(&(12,));
        let active = y.tanh();
        pair(Product, &active, &flat.reshape_like(&(4, Const)))
    });
    check("written over in another shape", |x| {
        let active = pair(Product, x, x).reshape_like(&(12,)).tanh();
        active.reshape_like(&(4, Const))
    });
    let x = input();
    let before = numbers(&x);
    let _ = Tanh {}.forward(x.clone());
    assert_eq!(numbers(&x), before, "the input of another is what it was");
}

/// A layer that is applied twice, to what is read elsewhere too.
#[test]
fn layers_again_and_again() {
    let mut layer = Device::default().build_module::<Linear<3, 3>, f32>();
    let program = |layer: &modules::Linear<3, 3, f32, Device>, x: &Value<E>| {
        let y = Tanh {}.forward(layer.forward(x.clone()));
        pair(Product, &layer.forward(y.clone()), &pair(Product, &y, x))
    };
    check("by the input", |x| program(&layer, x));
    let x = input();
    let loss = |layer: &_| -> f64 {
        let out = numbers(&program(layer, &x));
        out.iter().zip(weights()).map(|(y, w)| y * w).sum()
    };
    let mut grads = backward(|| weighted(program(&layer, &x), &weights()));
    let found = gradient_of(&mut grads, &Var::from(&layer.weight));
    let at = layer.weight.as_vec();
    const STEP: f32 = 1e-3;
    for (element, found) in found.into_iter().enumerate() {
        let [above, below] = [STEP, -STEP].map(|step| {
            let mut moved = at.clone();
            moved[element] += step;
            layer.weight.copy_from(&moved);
            loss(&layer)
        });
        let expected = (above - below) / (2.0 * f64::from(STEP));
        assert_close(&format!("weight {element}"), found, expected, 2e-3, 1.0);
    }
}

/// What is not recorded where its input was is a constant, also where the memory is its own.
#[test]
fn activations_of_what_is_recorded_elsewhere() {
    let x = input();
    let mut unrecorded_part = backward(|| {
        let y = pair(Product, &x, &x);
        weighted(unrecorded(|| Tanh {}.forward(y)), &weights())
    });
    assert!(
        gradient_of(&mut unrecorded_part, &x)
            .iter()
            .all(|&g| g == 0.0)
    );
    let mut inner_part = backward(|| {
        let y = pair(Product, &x, &x);
        weighted(record(|| Tanh {}.forward(y)).0, &weights())
    });
    assert!(gradient_of(&mut inner_part, &x).iter().all(|&g| g == 0.0));
    let mut untaped_part = backward(|| {
        let y = pair(Product, &x, &x).into_tensor().split_tape().0;
        weighted(Var::from(y.tanh()), &weights())
    });
    assert!(gradient_of(&mut untaped_part, &x).iter().all(|&g| g == 0.0));
    // A tensor of dfdx is told by its identity: what reads it without an operation between has its gradient.
    let mut the_same = backward(|| {
        let y = pair(Product, &x, &x).into_tensor().split_tape().0;
        weighted(Tanh {}.forward(Var::from(y)), &weights())
    });
    let mut all_recorded =
        backward(|| weighted(Tanh {}.forward(pair(Product, &x, &x)), &weights()));
    let by_x = gradient_of(&mut the_same, &x);
    assert!(by_x.iter().any(|&g| g != 0.0));
    assert_eq!(by_x, gradient_of(&mut all_recorded, &x));
}

/// A loss that nothing computed is one times itself.
#[test]
fn a_loss_that_is_a_leaf() {
    let own_x: Tensor<Rank0, f32, Device> = tensor(vec![2.0], ());
    let x = Var::from(&own_x);
    let (same, recording) = record(|| x.clone());
    assert_eq!(recording.backward(&same).get(&own_x).array(), 1.0);
    let own = || record(|| weighted_sum(vec![(x.clone(), 3.0)]));
    let leaf = || {
        record(|| {
            let _ = x.clone().exp();
            x.clone()
        })
    };
    let loss = |(value, recording): (Var<()>, Recording)| Loss::recorded(&value, recording);
    for sum in [loss(own()) + loss(leaf()), loss(leaf()) + loss(own())] {
        assert_eq!(sum.backward().get(&own_x).array(), 4.0);
    }
}

/// Operations of dfdx at the start, at the end and between.
#[test]
fn beside_operations_of_dfdx() {
    check("first", |x| pair(Scaled, &by_dfdx(x, Foreign::exp), x));
    check("last", |x| by_dfdx(&pair(Scaled, x, x), Foreign::square));
    check("alone", |x| by_dfdx(x, Foreign::square));
    check("none between there and back", |x| {
        by_dfdx(&pair(Scaled, x, x), |y| y)
    });
    check("between", |x| {
        let y = Tanh {}.forward(pair(Scaled, x, x));
        let product = pair(Product, &y, x).into_tensor();
        let z = by_dfdx(&y, |y| y.exp() + product);
        Sigmoid {}.forward(pair(Scaled, &z, &y))
    });
    check("beside", |x| {
        let own = pair(Scaled, x, x);
        let theirs = by_dfdx(x, Foreign::sin);
        pair(Product, &own, &theirs)
    });
}

/// Nothing flows to what the result does not depend on: neither to an input, nor through what infinite slopes are behind.
#[test]
fn nothing_flows_where_nothing_is_asked() {
    let x = input();
    let (total, recording) = record(|| {
        let unused = pair(Scaled, &x, &x);
        let rows: Rows = row_sum(Product, [&rows_of::<E>(&unused), &rows_of::<E>(&unused)]);
        drop(rows);
        weighted_sum(vec![(
            mean(&Var::from(tensor(vec![1.0; 4], (4,))).into()),
            1.0,
        )])
    });
    let mut gradients = recording.backward(&total);
    let by_x = x.gradient(&mut gradients).expect("a tensor of dfdx");
    assert!(by_x.iter().all(|&g| g == 0.0));
}

/// A tensor that was made while recording is a leaf all the same.
#[test]
fn what_is_made_on_the_way_has_a_gradient() {
    let ((total, made), recording) = record(|| {
        let made = plate::<()>(&[2.0, 3.0]);
        let rows: Rows = row_sum(Product, [&rows_of::<()>(&made), &rows_of::<()>(&made)]);
        (mean(&rows), made)
    });
    let mut gradients = recording.backward(&total);
    assert_eq!(made.gradient(&mut gradients), Some(&[2.0, 3.0][..]));
}

/// What was recorded can be differentiated by dfdx's own pass as well, with more operations after it.
#[test]
fn as_a_tape_of_dfdx() {
    use elbow::dfdx::tensor_ops::{Backward, SumTo};
    let x = input();
    let (y, recording) = record(|| Tanh {}.forward(pair(Scaled, &x, &x)));
    let flat = recording.into_tensor(&y).reshape_like(&(12,));
    let mut found = flat.square().sum::<Rank0, _>().backward();
    let found = x.gradient(&mut found).expect("a tensor of dfdx");
    let mut own = backward(|| {
        let y = Tanh {}.forward(pair(Scaled, &x, &x));
        weighted(pair(Product, &y, &y), &[1.0; 12])
    });
    for (found, expected) in found.iter().zip(gradient_of(&mut own, &x)) {
        assert_close("by dfdx", (*found).into(), expected, 1e-6, expected);
    }
}
