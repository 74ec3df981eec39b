//! Fused layers within dfdx's modules, and dfdx's own beside them.

use elbow::__macro::nn::Layers7;
use elbow::dfdx::nn::{LoadFromSafetensors, ModuleMut, SaveToSafetensors, builders};
use elbow::family::{Built, apply};
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, backward, scattered, weighted};

type Input = Tensor<(usize, Const<6>), f32, Device>;

fn input() -> Input {
    tensor((0..24).map(|at| scattered(at) as f32).collect(), (4, Const))
}

/// The outputs, and the sum of squares of every gradient by a first weight.
macro_rules! run {
    ($network:ty) => {{
        let network: Built<$network> = Device::seed_from_u64(8).build_module::<$network, f32>();
        let mut y = Vec::new();
        let grads = backward(|| {
            let out: Var<(usize, Const<3>)> = apply(&network, Var::from(input()));
            y = out.as_vec();
            weighted(
                out,
                &(0..12).map(|at| scattered(at + 3)).collect::<Vec<_>>(),
            )
        });
        (y, grads.get(&network.0.weight).as_vec())
    }};
}

fn assert_same(ours: (Vec<f32>, Vec<f32>), theirs: (Vec<f32>, Vec<f32>)) {
    assert!(theirs.1.iter().any(|g| g.abs() > 1e-3));
    for (found, expected) in [(ours.0, theirs.0), (ours.1, theirs.1)] {
        for (a, b) in found.into_iter().zip(expected) {
            assert_close("network", a.into(), b.into(), 2e-6, 1.0);
        }
    }
}

#[test]
fn tuples() {
    assert_same(
        run!((Linear<6, 5>, Tanh, Linear<5, 4>, Sigmoid, Linear<4, 3>)),
        run!((
            builders::Linear<6, 5>,
            builders::Tanh,
            builders::Linear<5, 4>,
            builders::Sigmoid,
            builders::Linear<4, 3>
        )),
    );
}

/// A row of seven is a row of five with a row of two at its end.
#[test]
fn long_rows() {
    assert_same(
        run!(Layers7<Linear<6, 5>, Tanh, Linear<5, 5>, Tanh, Linear<5, 4>, Sigmoid, Linear<4, 3>>),
        run!((
            Linear<6, 5>,
            Tanh,
            Linear<5, 5>,
            Tanh,
            Linear<5, 4>,
            (Sigmoid, Linear<4, 3>),
        )),
    );
}

model! {
    /// Long rows of layers, one of them within another.
    struct Deep {
        encoder: (
            Linear<4, 3>, Tanh, Linear<3, 3>, Tanh, Linear<3, 3>, Tanh, Linear<3, 3>, Tanh,
            Linear<3, 3>, Tanh, Linear<3, 3>, Tanh, Linear<3, 3>, Tanh, Tanh, Linear<3, 2>,
        ),
        decoder: (Linear<2, 3>, Residual<(Tanh, Linear<3, 3>, Tanh, Tanh, Tanh, Tanh, Linear<3, 3>)>, Linear<3, 4>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) { sample z ~ Normal::new(encoder(x), 1.0); }
}

#[test]
fn long_rows_in_files() {
    let file = std::env::temp_dir().join(format!("elbow-deep-{}.safetensors", std::process::id()));
    let (deep, mut other) = (Deep::new(1), Deep::new(2));
    assert_ne!(deep.encoder.15.bias.array(), other.encoder.15.bias.array());
    deep.save_safetensors(&file).expect("a writable folder");
    other.load_safetensors(&file).expect("the file");
    let bytes = std::fs::read(&file).expect("the file");
    std::fs::remove_file(&file).expect("the file");
    let header = String::from_utf8_lossy(&bytes[8..2048]);
    for name in [
        "encoder.0.weight",
        "encoder.15.bias",
        "decoder.1.0.6.weight",
    ] {
        assert!(header.contains(&format!("{name:?}")), "{name} in {header}");
    }
    assert_eq!(deep.encoder.15.bias.array(), other.encoder.15.bias.array());
    assert_eq!(
        deep.encoder.2.weight.array(),
        other.encoder.2.weight.array()
    );
    let x: Batch<(Const<4>,)> = batch(vec![0.5; 8]).expect("rows");
    let (a, b) = (
        deep.encoder.forward(Var::from(&x)),
        other.encoder.forward_mut(Var::from(&x)),
    );
    assert_eq!(a.as_vec(), b.as_vec());
}

/// Layer norms, dropout that evaluates, residuals and repeats are dfdx's, whatever is in them.
#[test]
fn modules_of_dfdx_around_and_beside() {
    assert_same(
        run!((
            Linear<6, 4>,
            builders::LayerNorm1D<4>,
            Residual<(Linear<4, 4>, ReLU)>,
            Repeated<(Linear<4, 4>, Tanh), 2>,
            FastGeLU,
            UnbiasedLinear<4, 3>
        )),
        run!((
            builders::Linear<6, 4>,
            builders::LayerNorm1D<4>,
            Residual<(builders::Linear<4, 4>, builders::ReLU)>,
            Repeated<(builders::Linear<4, 4>, builders::Tanh), 2>,
            FastGeLU,
            UnbiasedLinear<4, 3>,
        )),
    );
}

/// Both branches of a split read one tensor.
#[test]
fn splits() {
    let device = Device::seed_from_u64(9);
    type Ours = SplitInto<(Linear<6, 2>, Linear<6, 3>)>;
    type Theirs = SplitInto<(builders::Linear<6, 2>, builders::Linear<6, 3>)>;
    let ours = device.build_module::<Ours, f32>();
    let mut theirs = device.build_module::<Theirs, f32>();
    theirs.0.0.weight = ours.0.0.weight.clone();
    theirs.0.0.bias = ours.0.0.bias.clone();
    theirs.0.1.weight = ours.0.1.weight.clone();
    theirs.0.1.bias = ours.0.1.bias.clone();
    let x = input();
    macro_rules! gradient {
        ($network:expr) => {{
            let grads = backward(|| {
                let x: Var<(usize, Const<6>)> = Var::from(&x);
                let (a, b): (Var<(usize, Const<2>)>, Var<(usize, Const<3>)>) =
                    apply(&$network, x * 1.5);
                weighted(a, &[1.0, -0.5].repeat(4)) + weighted(b, &[0.3, 2.0, -1.0].repeat(4))
            });
            grads.get(&x).as_vec()
        }};
    }
    for (a, b) in gradient!(ours).into_iter().zip(gradient!(theirs)) {
        assert_close("by the input of both", a.into(), b.into(), 2e-6, 1.0);
    }
}
