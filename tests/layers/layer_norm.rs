//! Layer norms against a plain loop, dfdx's, and finite differences.

use elbow::dfdx::nn::{SaveToSafetensors, builders};
use elbow::dfdx::shapes::Shape;
use elbow::family::modules;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, numbers, scattered, weighted,
};

type Norm<const N: usize> = modules::LayerNorm<N, f32, Device>;

fn values(count: usize, from: usize) -> Vec<f32> {
    let places = from..from + count;
    places.map(|at| scattered(at) as f32).collect()
}

/// A layer of scattered parameters.
fn layer<const N: usize>() -> Norm<N> {
    let mut layer = Device::default().build_module::<LayerNorm<N>, f32>();
    layer.weight.copy_from(&values(N, 3));
    layer.bias.copy_from(&values(N, 777));
    layer
}

/// The weights of the objective.
fn weights(count: usize) -> Vec<f64> {
    (0..count).map(|at| scattered(at + 40)).collect()
}

/// The value, and the gradients by input, weight and bias.
fn results<const N: usize, S: Shape>(layer: &Norm<N>, x: &Tensor<S, f32, Device>) -> [Vec<f64>; 4]
where
    Norm<N>: Module<Var<S>, Output = Var<S>>,
{
    let mut y = Vec::new();
    let mut grads = backward(|| {
        let out = layer.forward(Var::from(x));
        y = numbers(&out);
        weighted(out, &weights(y.len()))
    });
    [
        y,
        gradient_of(&mut grads, &Var::from(x)),
        gradient_of(&mut grads, &Var::from(&layer.weight)),
        gradient_of(&mut grads, &Var::from(&layer.bias)),
    ]
}

/// The same in `f64`, one row after the other.
fn plain(x: &[f32], weight: &[f32], bias: &[f32], upstream: &[f64]) -> [Vec<f64>; 4] {
    let width = weight.len();
    let (mut y, mut by_x) = (Vec::new(), Vec::new());
    let (mut by_weight, mut by_bias) = (vec![0.0; width], vec![0.0; width]);
    for (x, upstream) in x.chunks(width).zip(upstream.chunks(width)) {
        let x: Vec<f64> = x.iter().copied().map(f64::from).collect();
        let mean = x.iter().sum::<f64>() / width as f64;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / width as f64;
        let scale = 1.0 / (variance + 1e-5).sqrt();
        let normal: Vec<f64> = x.iter().map(|x| (x - mean) * scale).collect();
        // ∂y_i/∂x_j = w_i scale (δ_ij − 1/N − n_i n_j/N)
        for j in 0..width {
            let slope = |i: usize| {
                let same = f64::from(u8::from(i == j));
                f64::from(weight[i]) * scale * (same - (1.0 + normal[i] * normal[j]) / width as f64)
            };
            by_x.push((0..width).map(|i| upstream[i] * slope(i)).sum());
        }
        for i in 0..width {
            y.push(f64::from(weight[i]) * normal[i] + f64::from(bias[i]));
            by_weight[i] += upstream[i] * normal[i];
            by_bias[i] += upstream[i];
        }
    }
    [y, by_x, by_weight, by_bias]
}

fn assert_plain<const N: usize>(x: Vec<f32>) {
    let rows = x.len() / N;
    let layer = layer::<N>();
    let upstream: Vec<f64> = weights(x.len())
        .iter()
        .map(|w| f64::from(*w as f32))
        .collect();
    let (weight, bias) = (layer.weight.as_vec(), layer.bias.as_vec());
    let exact = plain(&x, &weight, &bias, &upstream);
    let x: Tensor<(usize, Const<N>), f32, Device> = tensor(x, (rows, Const));
    let found = results(&layer, &x);
    let names = ["value", "gradient by x", "gradient by w", "gradient by b"];
    for (name, (found, exact)) in names.iter().zip(found.iter().zip(&exact)) {
        assert_eq!(found.len(), exact.len());
        let size = exact.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
        for (at, (found, exact)) in found.iter().zip(exact).enumerate() {
            let what = format!("{rows} rows of {N}: {name} at {at}");
            assert_close(&what, *found, *exact, 4e-7, size);
        }
    }
}

#[test]
fn a_plain_loop() {
    assert_plain::<1>(values(4, 1));
    assert_plain::<2>(values(2, 1));
    assert_plain::<3>(values(15, 1));
    assert_plain::<7>(values(7, 1));
    assert_plain::<8>(values(24, 1));
    assert_plain::<9>(values(27, 1));
    assert_plain::<17>(values(17 * 65, 1));
    assert_plain::<131>(values(131 * 5, 1));
    // Enough for several parts, the last of which is shorter.
    assert_plain::<33>(values(33 * 2011, 1));
    // No rows.
    let none: Tensor<(usize, Const<3>), f32, Device> = tensor(Vec::new(), (0, Const));
    assert_eq!(results(&layer::<3>(), &none)[2], [0.0; 3]);
}

/// Numbers that are close to each other and far from zero, or all the same, or small.
#[test]
fn rows_that_lose_digits() {
    assert_plain::<5>(vec![1e6, 1e6 + 1.0, 1e6 + 2.0, 1e6 + 0.5, 1e6 - 1.0]);
    assert_plain::<4>(vec![3.0e30, -3.0e30, 1.0e30, 0.0]);
    assert_plain::<4>(vec![1e-3, 2e-3, -1e-3, 0.0]);
    let equal: Tensor<Rank1<4>, f32, Device> = tensor(vec![0.1; 4], (Const,));
    let layer = layer::<4>();
    let [y, by_x, by_weight, _] = results(&layer, &equal);
    for (y, bias) in y.into_iter().zip(layer.bias.as_vec()) {
        assert_close("equal numbers", y, bias.into(), 1e-7, 1.0);
    }
    assert!(by_x.iter().all(|g| g.is_finite()), "{by_x:?}");
    assert!(by_weight.iter().all(|g| g.abs() < 1e-4), "{by_weight:?}");
    let wide: Tensor<Rank1<100_003>, f32, Device> = tensor(
        (0..100_003).map(|i| 1e4 + (i % 2) as f32).collect(),
        (Const,),
    );
    let device = Device::default();
    let layer = device.build_module::<LayerNorm<100_003>, f32>();
    let y = layer.forward(Var::from(&wide)).as_vec();
    // The variance is ¼ but for the odd one out.
    let exact = 0.5 / (0.25_f64 + 1e-5).sqrt();
    assert_close("a wide row", y[1].into(), exact, 2e-5, 1.0);
    assert_close("a wide row", y[0].into(), -exact, 2e-5, 1.0);
}

/// `(f(x + h) − f(x − h))/2h` of the layer in `f64`, by every parameter and every input.
#[test]
fn gradients_are_finite_differences() {
    const N: usize = 5;
    let layer = layer::<N>();
    let x: Tensor<Rank2<3, N>, f32, Device> = tensor(values(3 * N, 11), (Const, Const));
    let [_, by_x, by_weight, by_bias] = results(&layer, &x);
    let all = [x.as_vec(), layer.weight.as_vec(), layer.bias.as_vec()].concat();
    let objective = |all: &[f64]| -> f64 {
        let (x, rest) = all.split_at(3 * N);
        let (weight, bias) = rest.split_at(N);
        let rows = x.chunks(N).enumerate().map(|(row, x)| {
            let mean = x.iter().sum::<f64>() / N as f64;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / N as f64;
            let normal = |i: usize| (x[i] - mean) / (variance + 1e-5).sqrt();
            let y = |i: usize| normal(i) * weight[i] + bias[i];
            (0..N)
                .map(|i| scattered(row * N + i + 40) * y(i))
                .sum::<f64>()
        });
        rows.sum()
    };
    let all: Vec<f64> = all.into_iter().map(f64::from).collect();
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

/// Events of one and of two axes and a single event, beside dfdx's layer.
#[test]
fn same_as_dfdx() {
    fn check<S: Shape>(x: &Tensor<S, f32, Device>)
    where
        Norm<5>: Module<Var<S>, Output = Var<S>>,
        elbow::dfdx::nn::modules::LayerNorm1D<5, f32, Device>: Module<Var<S>, Output = Var<S>>,
    {
        let ours = layer::<5>();
        let mut theirs = Device::default().build_module::<builders::LayerNorm1D<5>, f32>();
        theirs.gamma = ours.weight.clone();
        theirs.beta = ours.bias.clone();
        let found = ours.forward(Var::from(x)).as_vec();
        let expected = theirs.forward(Var::from(x)).as_vec();
        for (a, b) in found.into_iter().zip(expected) {
            assert_close("value", a.into(), b.into(), 2e-6, 1.0);
        }
    }
    check(&tensor(values(5, 1), (Const::<5>,)));
    check(&tensor(values(15, 1), (3, Const::<5>)));
    check(&tensor(values(30, 1), (3, Const::<2>, Const::<5>)));
}

/// The parameters' gradients are sums over all rows, which may be many.
#[test]
fn a_million_rows_lose_no_digits() {
    const ROWS: usize = 1_000_000;
    let layer = Device::default().build_module::<LayerNorm<2>, f32>();
    let x: Tensor<(usize, Const<2>), f32, Device> = tensor([1.0, 3.0].repeat(ROWS), (ROWS, Const));
    let grads = backward(|| weighted(layer.forward(Var::from(&x)), &vec![0.1; 2 * ROWS]));
    let exact = f64::from(0.1_f32) * ROWS as f64;
    let normal = 1.0 / (1.0_f64 + 1e-5).sqrt();
    let bias = grads.get(&layer.bias).array();
    let weight = grads.get(&layer.weight).array();
    for (found, exact) in [
        (bias[0], exact),
        (bias[1], exact),
        (weight[0], -exact * normal),
        (weight[1], exact * normal),
    ] {
        assert_close("a sum", f64::from(found) / exact, 1.0, 1e-6, 1.0);
    }
}

model! {
    /// Norms within and behind networks, one of them of data.
    struct Normed {
        encoder: (LayerNorm<4>, Linear<4, 3>, LayerNorm<3>, Tanh, Linear<3, 2>),
        decoder: (Linear<2, 3>, Residual<(LayerNorm<3>, SiLU, Linear<3, 3>)>, GELU, Linear<3, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) { sample z ~ Normal::new(encoder(x), 1.0); }
}

#[test]
fn in_a_model() {
    let mut model = Normed::new(3);
    let x: Batch<(Const<4>,)> = batch(values(4 * 50, 9)).expect("rows");
    let mut adam = Adam::new(1e-2);
    let bound = |model: &Normed| {
        let program = model.q(&x);
        Elbo::default()
            .particles(50)
            .evaluate(&program)
            .expect("legal")
            .elbo
    };
    let before = bound(&model);
    for _ in 0..200 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    let after = bound(&model);
    assert!(after > before + 0.1, "from {before} to {after}");
    // Every norm has learned.
    for weight in [&model.encoder.2.weight, &model.decoder.1.0.0.weight] {
        assert!(weight.as_vec().iter().all(|w| *w != 1.0));
    }
    let mut gradients = Elbo::default()
        .loss(&model.q(&x))
        .expect("legal")
        .backward();
    let by_data = gradients.get_or_alloc_mut(&x).expect("memory");
    assert!(by_data.iter().all(|&g| g == 0.0), "data got {by_data:?}");
    let file = std::env::temp_dir().join(format!("elbow-norm-{}.safetensors", std::process::id()));
    model.save_safetensors(&file).expect("a writable folder");
    let bytes = std::fs::read(&file).expect("the file");
    std::fs::remove_file(&file).expect("the file");
    let header = String::from_utf8_lossy(&bytes);
    for name in ["encoder.0.weight", "encoder.2.bias", "decoder.1.0.0.weight"] {
        assert!(header.contains(&format!("{name:?}")), "{name} in {header}");
    }
}
