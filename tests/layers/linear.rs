//! The linear layer against dfdx's, and its gradients against finite differences.

use elbow::__macro::nn::modules;
use elbow::__macro::tape;
use elbow::dfdx::nn::builders;
use elbow::dfdx::nn::modules::Linear as Composed;
use elbow::dfdx::shapes::Shape;
use elbow::dfdx::tensor::Trace;
use elbow::dfdx::tensor_ops::{Backward, BroadcastTo, PermuteTo, SumTo};
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    Grads, assert_close, backward, gradient_of, numbers, scattered, weighted,
};

fn values(count: usize, from: usize) -> Vec<f32> {
    (from..from + count)
        .map(|at| scattered(at) as f32)
        .collect()
}

/// Ours, and dfdx's with the same parameters.
fn layers<const I: usize, const O: usize>() -> (
    modules::Linear<I, O, f32, Device>,
    Composed<I, O, f32, Device>,
) {
    let device = Device::default();
    let mut ours = device.build_module::<Linear<I, O>, f32>();
    let mut theirs = device.build_module::<builders::Linear<I, O>, f32>();
    for (weight, bias) in [
        (&mut ours.weight, &mut ours.bias),
        (&mut theirs.weight, &mut theirs.bias),
    ] {
        weight.copy_from(&values(I * O, 3));
        bias.copy_from(&values(O, 777));
    }
    (ours, theirs)
}

/// What a layer computes, and its gradients by input, weight and bias, for an upstream of scattered numbers.
fn results<const O: usize, W: Shape, S: Shape, To: Shape, M>(
    layer: &M,
    (weight, bias): (&Tensor<W, f32, Device>, &Tensor<Rank1<O>, f32, Device>),
    x: &Tensor<S, f32, Device>,
) -> [Vec<f64>; 4]
where
    M: Module<Var<S>, Output = Var<To>>,
{
    let mut y = Vec::new();
    let mut grads = backward(|| {
        let out = layer.forward(Var::from(x));
        y = numbers(&out);
        weighted(
            out,
            &(0..y.len())
                .map(|at| scattered(at + 40))
                .collect::<Vec<_>>(),
        )
    });
    [
        y,
        gradient_of(&mut grads, &Var::from(x)),
        gradient_of(&mut grads, &Var::from(weight)),
        gradient_of(&mut grads, &Var::from(bias)),
    ]
}

fn assert_same_as_dfdx<const I: usize, const O: usize, S: Shape, To: Shape>(
    x: &Tensor<S, f32, Device>,
) where
    modules::Linear<I, O, f32, Device>: Module<Var<S>, Output = Var<To>>,
    Composed<I, O, f32, Device>: Module<Var<S>, Output = Var<To>>,
{
    let (ours, theirs) = layers::<I, O>();
    let found = results(&ours, (&ours.weight, &ours.bias), x);
    let expected = results(&theirs, (&theirs.weight, &theirs.bias), x);
    let inner = [
        I,
        O,
        x.shape().num_elements() / I,
        x.shape().num_elements() / I,
    ];
    let names = ["value", "gradient by x", "gradient by W", "gradient by b"];
    for ((name, inner), (found, expected)) in
        names.iter().zip(inner).zip(found.iter().zip(&expected))
    {
        assert_eq!(found.len(), expected.len());
        for (at, (a, b)) in found.iter().zip(expected).enumerate() {
            let what = format!("{I} to {O}, {:?}: {name} at {at}", x.shape());
            assert_close(&what, *a, *b, 1e-6 * (inner as f64).sqrt().max(1.0), *b);
        }
    }
}

/// Rows of so many numbers.
fn rows<const I: usize>(rows: usize) -> Tensor<(usize, Const<I>), f32, Device> {
    tensor(values(rows * I, 11), (rows, Const))
}

#[test]
fn same_as_dfdx_on_any_number_of_rows() {
    assert_same_as_dfdx::<1, 1, _, _>(&rows::<1>(1));
    assert_same_as_dfdx::<1, 5, _, _>(&rows::<1>(3));
    assert_same_as_dfdx::<7, 1, _, _>(&rows::<7>(4));
    assert_same_as_dfdx::<3, 4, _, _>(&rows::<3>(1));
    assert_same_as_dfdx::<17, 33, _, _>(&rows::<17>(65));
    // The sums of the bias are of so many columns at a time, and here there is no rest.
    assert_same_as_dfdx::<5, 64, _, _>(&rows::<5>(40));
    // Large enough for two threads, on borders that no vector divides.
    assert_same_as_dfdx::<131, 67, _, _>(&rows::<131>(83));
    assert_same_as_dfdx::<60, 300, _, _>(&rows::<60>(31));
}

#[test]
fn same_as_dfdx_on_other_shapes() {
    assert_same_as_dfdx::<4, 3, Rank1<4>, _>(&tensor(values(4, 5), Const::<4>.into_shape()));
    assert_same_as_dfdx::<4, 3, Rank2<6, 4>, _>(&tensor(values(24, 5), (Const, Const)));
    assert_same_as_dfdx::<4, 3, (usize, Const<5>, Const<4>), _>(&tensor(
        values(40, 5),
        (2, Const, Const),
    ));
    assert_same_as_dfdx::<4, 3, Rank3<2, 5, 4>, _>(&tensor(values(40, 5), (Const, Const, Const)));
}

trait IntoShape: Sized {
    fn into_shape(self) -> (Self,) {
        (self,)
    }
}
impl<const N: usize> IntoShape for Const<N> {}

/// A transposed input and a row that is repeated without memory: their strides are not those of rows.
#[test]
fn inputs_that_are_not_laid_out_in_rows() {
    let columns: Tensor<Rank2<4, 6>, f32, Device> = tensor(values(24, 5), (Const, Const));
    let turned: Tensor<Rank2<6, 4>, f32, Device> = columns.clone().permute();
    let one: Tensor<Rank1<4>, f32, Device> = tensor(values(4, 5), (Const,));
    let repeated: Tensor<Rank2<6, 4>, f32, Device> = one.clone().broadcast();
    let (ours, theirs) = layers::<4, 3>();
    let through = |x: Tensor<Rank2<6, 4>, f32, Device>,
                   layer: &dyn Fn(Var<Rank2<6, 4>>) -> Var<Rank2<6, 3>>| {
        let mut y = Vec::new();
        let grads = backward(|| {
            let out = layer(Var::from(&x));
            y = numbers(&out);
            weighted(
                out,
                &(0..18).map(|at| scattered(at + 40)).collect::<Vec<_>>(),
            )
        });
        (y, grads)
    };
    let (y, mut grads) = through(turned.clone(), &|x| ours.forward(x));
    let (expected, mut dfdx) = through(turned.clone(), &|x| theirs.forward(x));
    for (a, b) in y.iter().zip(&expected) {
        assert_close("turned", *a, *b, 1e-6, *b);
    }
    let by_columns = |grads: &mut Grads| gradient_of(grads, &Var::from(&columns));
    for (a, b) in by_columns(&mut grads).iter().zip(by_columns(&mut dfdx)) {
        assert_close("the gradient by what was turned", *a, b, 1e-6, b);
    }
    let (y, mut grads) = through(repeated.clone(), &|x| ours.forward(x));
    let single = theirs.forward(one.clone());
    for row in y.chunks(3) {
        for (a, b) in row.iter().zip(single.array()) {
            assert_close("repeated", *a, b.into(), 1e-6, 1.0);
        }
    }
    // A broadcast adds up the rows: Σ_r ∂y_r W.
    let weight = ours.weight.array();
    let found = gradient_of(&mut grads, &Var::from(&one));
    for (i, found) in found.iter().enumerate() {
        let exact: f64 = (0..18)
            .map(|at| scattered(at + 40) * f64::from(weight[at % 3][i]))
            .sum();
        assert_close(
            "the gradient by what was repeated",
            *found,
            exact,
            1e-6,
            exact,
        );
    }
}

/// Parameters that are not laid out in rows either.
#[test]
fn a_turned_weight() {
    let (mut ours, theirs) = layers::<4, 3>();
    let columns: Tensor<Rank2<4, 3>, f32, Device> = theirs.weight.clone().permute();
    let copied: Tensor<Rank2<4, 3>, f32, Device> = tensor(columns.as_vec(), (Const, Const));
    ours.weight = copied.clone().permute();
    let x: Tensor<Rank2<6, 4>, f32, Device> = tensor(values(24, 5), (Const, Const));
    let found = results(&ours, (&copied, &ours.bias), &x);
    let expected = results(&theirs, (&theirs.weight, &theirs.bias), &x);
    for (a, b) in found[0].iter().zip(&expected[0]) {
        assert_close("value", *a, *b, 1e-6, *b);
    }
    // Both have one gradient, which lies as the parameter does: column by column.
    for i in 0..4 {
        for o in 0..3 {
            let (a, b) = (found[2][i * 3 + o], expected[2][o * 4 + i]);
            assert_close("gradient by W", a, b, 1e-6, b);
        }
    }
}

/// `(f(x + h) − f(x − h))/2h` of the layer in `f64`, by every parameter and every input.
#[test]
fn gradients_are_finite_differences() {
    const I: usize = 3;
    const O: usize = 2;
    let x = rows::<I>(5);
    let (ours, _) = layers::<I, O>();
    let [_, by_x, by_weight, by_bias] = results(&ours, (&ours.weight, &ours.bias), &x);
    let all: Vec<f64> = [x.as_vec(), ours.weight.as_vec(), ours.bias.as_vec()]
        .concat()
        .into_iter()
        .map(f64::from)
        .collect();
    let objective = |all: &[f64]| -> f64 {
        let (x, rest) = all.split_at(5 * I);
        let (weight, bias) = rest.split_at(O * I);
        let y = |at: usize| {
            let (row, o) = (at / O, at % O);
            let sum: f64 = (0..I).map(|i| x[row * I + i] * weight[o * I + i]).sum();
            sum + bias[o]
        };
        (0..5 * O).map(|at| scattered(at + 40) * y(at)).sum()
    };
    for (at, found) in [by_x, by_weight, by_bias].concat().into_iter().enumerate() {
        let moved = |by: f64| {
            let mut all = all.clone();
            all[at] += by;
            objective(&all)
        };
        let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        assert_close(&format!("number {at}"), found, slope, 1e-5, slope);
    }
}

/// The bias of a layer gets a sum over all rows, which may be many.
#[test]
fn a_million_rows_lose_no_digits() {
    const ROWS: usize = 1_000_000;
    let layer = Device::default().build_module::<Linear<1, 1>, f32>();
    let x: Tensor<(usize, Const<1>), f32, Device> = tensor(vec![0.0; ROWS], (ROWS, Const));
    let grads = backward(|| weighted(layer.forward(Var::from(&x)), &vec![0.1; ROWS]));
    let found = f64::from(grads.get(&layer.bias).array()[0]);
    let exact = f64::from(0.1_f32) * ROWS as f64;
    assert!(
        (found / exact - 1.0).abs() < 1e-6,
        "{found}, expected {exact}"
    );
}

/// Two uses of one layer and two readers of one input: gradients add up.
#[test]
fn gradients_add_up() {
    let (ours, theirs) = layers::<4, 4>();
    let x = rows::<4>(6);
    type Fours = Var<(usize, Const<4>)>;
    let twice = |layer: &dyn Fn(Fours) -> Fours| {
        backward(|| {
            let once = layer(Var::from(&x));
            let out = layer(once.clone()) + layer(layer(once));
            weighted(
                out,
                &(0..24).map(|at| scattered(at + 9)).collect::<Vec<_>>(),
            )
        })
    };
    let found = twice(&|x| ours.forward(x));
    let expected = twice(&|x| theirs.forward(x));
    let pairs = [
        (
            found.get(&ours.weight).as_vec(),
            expected.get(&theirs.weight).as_vec(),
        ),
        (
            found.get(&ours.bias).as_vec(),
            expected.get(&theirs.bias).as_vec(),
        ),
        (found.get(&x).as_vec(), expected.get(&x).as_vec()),
    ];
    for (found, expected) in pairs {
        for (a, b) in found.into_iter().zip(expected) {
            assert_close("twice", a.into(), b.into(), 5e-6, b.into());
        }
    }
}

/// Outside a recording a layer has the same value, and what was recorded goes on as a program of dfdx.
#[test]
fn outside_a_recording_and_before_operations_of_dfdx() {
    let x: Tensor<Rank2<6, 4>, f32, Device> = tensor(values(24, 5), (Const, Const));
    let (ours, theirs) = layers::<4, 3>();
    let value = ours.forward(Var::from(&x));
    let (y, recording) = tape::record(|| ours.forward(Var::from(&x)));
    assert_eq!(y.as_vec(), value.as_vec());
    let found = recording.into_tensor(&y).square().sum::<Rank0, _>();
    let found = found.backward();
    let expected = theirs.forward(x.leaky_trace()).square().sum::<Rank0, _>();
    let expected = expected.backward();
    let pairs = [
        ("value", value.as_vec(), theirs.forward(x.clone()).as_vec()),
        (
            "by W",
            found.get(&ours.weight).as_vec(),
            expected.get(&theirs.weight).as_vec(),
        ),
        (
            "by b",
            found.get(&ours.bias).as_vec(),
            expected.get(&theirs.bias).as_vec(),
        ),
        ("by x", found.get(&x).as_vec(), expected.get(&x).as_vec()),
    ];
    for (what, found, expected) in pairs {
        assert_eq!(found.len(), expected.len());
        let tolerance = if what == "value" { 1e-6 } else { 1e-5 };
        for (a, b) in found.into_iter().zip(expected) {
            assert_close(what, a.into(), b.into(), tolerance, b.into());
        }
    }
}

model! {
    /// A layer that reads data, and one that reads another.
    struct Reader {
        direct: Linear<3, 4>,
        behind: Linear<4, 2>,
    }
    generative p(u: [3]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
    }
    inference q(u) {
        sample z ~ Normal::new(behind(direct(u)), 1.0);
    }
}

/// KL(N(m, 1) ‖ N(0, 1)) is |m|²/2: the gradient by m is m, shared among the rows.
#[test]
fn data_get_no_gradient_and_all_else_does() {
    const ROWS: usize = 5;
    let model = Reader::new(4);
    let u: Batch<(Const<3>,)> = batch(values(ROWS * 3, 1)).expect("rows");
    let loss = Elbo::default().loss(&model.q(&u)).expect("legal");
    let mut grads = loss.backward();
    let by_data = grads.get_or_alloc_mut(&u).expect("memory");
    assert!(by_data.iter().all(|&g| g == 0.0), "data got {by_data:?}");

    let by_hand = {
        backward(|| {
            let mean: Var<(usize, Const<2>)> =
                model.behind.forward(model.direct.forward(Var::from(&u)));
            let m = numbers(&mean);
            weighted(mean, &m.iter().map(|m| m / ROWS as f64).collect::<Vec<_>>())
        })
    };
    let pairs = [
        (
            grads.get(&model.direct.weight).as_vec(),
            by_hand.get(&model.direct.weight).as_vec(),
        ),
        (
            grads.get(&model.direct.bias).as_vec(),
            by_hand.get(&model.direct.bias).as_vec(),
        ),
        (
            grads.get(&model.behind.weight).as_vec(),
            by_hand.get(&model.behind.weight).as_vec(),
        ),
        (
            grads.get(&model.behind.bias).as_vec(),
            by_hand.get(&model.behind.bias).as_vec(),
        ),
    ];
    for (found, expected) in pairs {
        assert!(expected.iter().any(|&g| g.abs() > 1e-3));
        for (a, b) in found.into_iter().zip(expected) {
            assert_close("a parameter", a.into(), b.into(), 1e-5, b.into());
        }
    }
}
