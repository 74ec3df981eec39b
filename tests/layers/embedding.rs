//! Embeddings against a plain loop: values, and gradients by the table.

use elbow::dfdx::nn::SaveToSafetensors;
use elbow::family::repeat;
use elbow::prelude::*;
use elbow_tests::support::tensors::{
    assert_all_close, backward, gradient_of, numbers, scattered, to_f32, weighted,
};

fn values(count: usize, from: usize) -> Vec<f64> {
    let places = from..from + count;
    places.map(|at| f64::from(scattered(at) as f32)).collect()
}

/// A table of five symbols.
fn table() -> Vec<f64> {
    values(5 * 3, 7)
}

/// The symbols' rows, and the sums of what flows to each row of the table.
fn plain(symbols: &[f32], direction: &[f64]) -> [Vec<f64>; 2] {
    let (mut out, mut sums) = (Vec::new(), vec![0.0; 15]);
    for (&symbol, way) in symbols.iter().zip(direction.chunks(3)) {
        let places = symbol as usize * 3..symbol as usize * 3 + 3;
        out.extend_from_slice(&table()[places.clone()]);
        let pairs = sums[places].iter_mut().zip(way);
        pairs.for_each(|(sum, way)| *sum += way);
    }
    [out, sums]
}

/// A symbol stands several times in a row and in several rows, and one never.
#[test]
fn rows_of_the_table_and_their_sums() {
    let mut layer = Device::default().build_module::<Embedding<5, 3>, f32>();
    layer.weight.copy_from(&to_f32(&table()));
    let symbols = [0.0, 4.0, 4.0, 1.0, 0.0, 4.0, 4.0, 3.0];
    let direction = values(24, 90);
    let [expected, slopes] = plain(&symbols, &direction);
    macro_rules! check {
        ($shape:ty, $plated:expr) => {{
            let x: Tensor<$shape, f32, Device> = tensor(symbols.to_vec(), $plated);
            let mut out = Vec::new();
            let mut grads = backward(|| {
                let y = layer.forward(Var::from(&x));
                out = numbers(&y);
                weighted(y, &direction)
            });
            assert_eq!(out, expected);
            let found = gradient_of(&mut grads, &Var::from(&layer.weight));
            assert_all_close("table", &found, &slopes, 1e-6);
            assert_eq!(found[6..9], [0.0; 3]);
        }};
    }
    check!((usize,), (8,));
    check!((usize, Const<4>), (2, Const));
    check!((usize, Const<2>, Const<2>), (2, Const, Const));
}

#[test]
fn repeated_rows_give_and_get_what_copies_do() {
    let mut layer = Device::default().build_module::<Embedding<5, 3>, f32>();
    layer.weight.copy_from(&to_f32(&table()));
    let x: Batch<(Const<2>,)> = batch(vec![4, 1, 0, 0]).expect("rows");
    let direction = values(6 * 2 * 3, 90);
    let copied = [4.0, 1.0, 4.0, 1.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut out = Vec::new();
    let mut grads = backward(|| {
        let x: Var<(usize, Const<2>)> = repeat(&Var::from(&x), 2, 3, (6, Const));
        let y = layer.forward(x);
        out = numbers(&y);
        weighted(y, &direction)
    });
    let [expected, slopes] = plain(&copied, &direction);
    assert_eq!(out, expected);
    let found = gradient_of(&mut grads, &Var::from(&layer.weight));
    assert_all_close("table", &found, &slopes, 1e-6);
}

#[test]
fn a_number_that_is_no_symbol_is_nan_in_its_place_alone() {
    let layer = Device::default().build_module::<Embedding<5, 3>, f32>();
    for wrong in [5.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
        let x: Batch<(Const<2>,)> = batch(vec![4.0, wrong, 0.0, 1.0]).expect("rows");
        let direction = vec![1.0; 12];
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let y = layer.forward(Var::from(&x));
            out = numbers(&y);
            weighted(y, &direction)
        });
        assert!(out[3..6].iter().all(|x| x.is_nan()));
        assert!(out[..3].iter().chain(&out[6..]).all(|x| x.is_finite()));
        let slopes = gradient_of(&mut grads, &Var::from(&layer.weight));
        let uses = [1.0, 1.0, 0.0, 0.0, 1.0].map(|uses| [uses; 3]).concat();
        assert_eq!(slopes, uses);
    }
}

#[test]
fn the_parameter_has_pytorch_s_name_and_is_standard_normal() {
    let layer = Device::default().build_module::<Embedding<100, 50>, f32>();
    let all = layer.weight.as_vec();
    let mean = all.iter().sum::<f32>() / 5000.0;
    let variance = all.iter().map(|x| x * x).sum::<f32>() / 5000.0;
    // Four standard errors.
    assert!(mean.abs() < 4.0 / 5000.0_f32.sqrt(), "{mean}");
    assert!(
        (variance - 1.0).abs() < 4.0 * (2.0 / 5000.0_f32).sqrt(),
        "{variance}"
    );
    let path = std::env::temp_dir().join(format!("elbow-embed-{}.safetensors", std::process::id()));
    layer.save_safetensors(&path).expect("a writable folder");
    let file = std::fs::read(&path).expect("the file");
    std::fs::remove_file(&path).expect("the file");
    let header = String::from_utf8_lossy(&file);
    assert!(header.contains("\"weight\":{\"dtype\":\"F32\",\"shape\":[100,50]"));
}
