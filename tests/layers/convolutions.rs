//! Convolutional layers and pools against PyTorch's values, and against plain loops in `f64`.

use elbow::dfdx::nn::SaveToSafetensors;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::{
    assert_all_close, backward, gradient_of, numbers, rows_of, scattered, to_f32, weighted,
};

use crate::convolution_values::{conv, conv_transpose};

/// The output, and the gradients by the input, the weight and the bias.
type Results = [Vec<f64>; 4];

/// A layer of these parameters on images.
macro_rules! run {
    ($layer:ty, $x:expr, $weight:expr, $bias:expr, $direction:expr) => {{
        let mut layer = Device::default().build_module::<$layer, f32>();
        layer.weight.copy_from(&to_f32($weight));
        layer.bias.copy_from(&to_f32($bias));
        let x = rows_of(to_f32($x));
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let y = layer.forward(Var::from(&x));
            out = numbers(&y);
            weighted(y, $direction)
        });
        let results: Results = [
            out,
            gradient_of(&mut grads, &Var::from(&x)),
            gradient_of(&mut grads, &Var::from(&layer.weight)),
            gradient_of(&mut grads, &Var::from(&layer.bias)),
        ];
        results
    }};
}

#[track_caller]
fn assert_same(what: &str, found: &Results, expected: [&[f64]; 4], relative: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert_all_close(what, found, expected, relative);
    }
}

fn values(count: usize, from: usize) -> Vec<f64> {
    let own = |i| f64::from(scattered(from + i) as f32);
    (0..count).map(own).collect()
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    use conv as c;
    let found = run!(
        Conv2D<Rank3<2, 5, 4>, Rank3<3, 3, 2>, 3, 2, 1>,
        &c::INPUT,
        &c::WEIGHT,
        &c::BIAS,
        &c::DIRECTION
    );
    let expected = [
        &c::OUTPUT[..],
        &c::INPUT_GRADIENT,
        &c::WEIGHT_GRADIENT,
        &c::BIAS_GRADIENT,
    ];
    assert_same("Conv2D", &found, expected, 1e-5);
    use conv_transpose as t;
    let found = run!(
        ConvTranspose2D<Rank3<2, 5, 4>, Rank3<3, 10, 8>, 4, 2, 1>,
        &t::INPUT,
        &t::WEIGHT,
        &t::BIAS,
        &t::DIRECTION
    );
    let expected = [
        &t::OUTPUT[..],
        &t::INPUT_GRADIENT,
        &t::WEIGHT_GRADIENT,
        &t::BIAS_GRADIENT,
    ];
    assert_same("ConvTranspose2D", &found, expected, 1e-5);
}

/// Of every image's pixel, map's number and weight that belong together, the places.
fn for_products(
    [image, map]: [[usize; 3]; 2],
    [kernel, stride, padding]: [usize; 3],
    mut with: impl FnMut([usize; 3]),
) {
    let ([channels, height, width], [maps, down, across]) = (image, map);
    for (m, c) in (0..maps).flat_map(|m| (0..channels).map(move |c| (m, c))) {
        for (p, q) in (0..down).flat_map(|p| (0..across).map(move |q| (p, q))) {
            for (ky, kx) in (0..kernel).flat_map(|y| (0..kernel).map(move |x| (y, x))) {
                let (y, x) = (p * stride + ky, q * stride + kx);
                if y >= padding && x >= padding && y - padding < height && x - padding < width {
                    let pixel = (c * height + y - padding) * width + x - padding;
                    let weight = ((m * channels + c) * kernel + ky) * kernel + kx;
                    with([pixel, (m * down + p) * across + q, weight]);
                }
            }
        }
    }
}

/// A convolution, or its transpose, one product after the other.
fn plain(
    sizes: [[usize; 3]; 2],
    window: [usize; 3],
    is_transposed: bool,
    [x, weight, bias, direction]: [&[f64]; 4],
) -> Results {
    let [image, map] = sizes.map(|sizes| sizes.iter().product::<usize>());
    let (inputs, outputs, out_sizes) = match is_transposed {
        false => (image, map, sizes[1]),
        true => (map, image, sizes[0]),
    };
    let rows = x.len() / inputs;
    let area = out_sizes[1] * out_sizes[2];
    let mut out: Vec<f64> = (0..rows * outputs)
        .map(|i| bias[i / area % bias.len()])
        .collect();
    let (mut by_x, mut by_weight) = (vec![0.0; x.len()], vec![0.0; weight.len()]);
    let mut by_bias = vec![0.0; bias.len()];
    for (i, way) in direction.iter().enumerate() {
        by_bias[i / area % bias.len()] += way;
    }
    for row in 0..rows {
        for_products(sizes, window, |[pixel, number, w]| {
            let (input, output) = if is_transposed {
                (number, pixel)
            } else {
                (pixel, number)
            };
            let (input, output) = (row * inputs + input, row * outputs + output);
            out[output] += weight[w] * x[input];
            by_x[input] += weight[w] * direction[output];
            by_weight[w] += x[input] * direction[output];
        });
    }
    [out, by_x, by_weight, by_bias]
}

macro_rules! against_a_loop {
    ($rows:literal, [$c:literal, $h:literal, $w:literal], [$m:literal, $p:literal, $q:literal], $k:literal, $s:literal, $d:literal) => {{
        let sizes = [[$c, $h, $w], [$m, $p, $q]];
        let (image, map) = ($rows * $c * $h * $w, $rows * $m * $p * $q);
        let weight = values($m * $c * $k * $k, 9);
        for is_transposed in [false, true] {
            let (inputs, outputs, channels) = match is_transposed {
                false => (image, map, $m),
                true => (map, image, $c),
            };
            let (x, direction) = (values(inputs, 100), values(outputs, 7));
            let bias = values(channels, 3);
            let expected = plain(
                sizes,
                [$k, $s, $d],
                is_transposed,
                [&x, &weight, &bias, &direction],
            );
            let found = match is_transposed {
                false => run!(
                    Conv2D<Rank3<$c, $h, $w>, Rank3<$m, $p, $q>, $k, $s, $d>,
                    &x,
                    &weight,
                    &bias,
                    &direction
                ),
                true => run!(
                    ConvTranspose2D<Rank3<$m, $p, $q>, Rank3<$c, $h, $w>, $k, $s, $d>,
                    &x,
                    &weight,
                    &bias,
                    &direction
                ),
            };
            let name = format!("{sizes:?}, {} {} {}, {is_transposed}", $k, $s, $d);
            assert_same(&name, &found, expected.each_ref().map(|own| &own[..]), 3e-6);
        }
    }};
}

#[test]
fn every_window_gives_what_a_loop_gives() {
    against_a_loop!(3, [2, 5, 7], [3, 5, 7], 1, 1, 0);
    against_a_loop!(2, [1, 6, 6], [4, 4, 4], 3, 1, 0);
    against_a_loop!(2, [3, 4, 5], [2, 6, 7], 3, 1, 2);
    against_a_loop!(2, [2, 8, 6], [2, 4, 3], 4, 2, 1);
    against_a_loop!(1, [2, 7, 7], [3, 3, 3], 3, 3, 1);
    against_a_loop!(2, [1, 10, 4], [2, 3, 1], 2, 4, 0);
    // A window that is wider than the image.
    against_a_loop!(2, [2, 2, 3], [2, 2, 3], 5, 1, 2);
    against_a_loop!(2, [1, 1, 1], [3, 2, 2], 3, 2, 2);
}

/// Several blocks of patches, on two threads if there are two.
#[test]
fn many_rows_give_what_a_loop_gives() {
    against_a_loop!(70, [3, 14, 14], [8, 7, 7], 4, 2, 1);
    against_a_loop!(9, [16, 20, 20], [20, 18, 18], 3, 1, 0);
}

#[test]
fn no_rows_are_none() {
    let layer = Device::default().build_module::<Conv2D<Rank3<1, 3, 3>, Rank3<2, 2, 2>, 2>, f32>();
    let none: Tensor<(usize, Const<1>, Const<3>, Const<3>), f32, Device> = rows_of(Vec::new());
    assert!(layer.forward(Var::from(none)).as_vec().is_empty());
}

macro_rules! pooled {
    ($layer:ty, $x:expr, $direction:expr) => {{
        let layer = <$layer>::default();
        let x = rows_of(to_f32($x));
        let mut out = Vec::new();
        let mut grads = backward(|| {
            let y = layer.forward(Var::from(&x));
            out = numbers(&y);
            weighted(y, $direction)
        });
        (out, gradient_of(&mut grads, &Var::from(&x)))
    }};
}

/// Each window's pixels by their places, without padding.
fn windows(
    [channels, height, width]: [usize; 3],
    [down, across]: [usize; 2],
    [kernel, stride, padding]: [usize; 3],
) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new(); channels * down * across];
    for channel in 0..channels {
        for_products(
            [[1, height, width], [1, down, across]],
            [kernel, stride, padding],
            |[pixel, place, _]| {
                all[channel * down * across + place].push(channel * height * width + pixel);
            },
        );
    }
    all
}

#[test]
fn pools_give_what_a_loop_gives() {
    const SIZES: [usize; 3] = [2, 7, 6];
    type Maximum = MaxPool2D<Rank3<2, 7, 6>, Rank3<2, 4, 3>, 3, 2, 1>;
    type Mean = AvgPool2D<Rank3<2, 7, 6>, Rank3<2, 4, 3>, 3, 2, 1>;
    let (rows, elements) = (130, 2 * 7 * 6);
    // Numbers of few values, so that some are equal.
    let x: Vec<f64> = values(rows * elements, 1)
        .iter()
        .map(|x| (x * 4.0).round())
        .collect();
    let direction = values(rows * 24, 50);
    let (most, by_most) = pooled!(Maximum, &x, &direction);
    let (mean, by_mean) = pooled!(Mean, &x, &direction);
    let windows = windows(SIZES, [4, 3], [3, 2, 1]);
    let (mut expected, mut flows) = (
        [Vec::new(), Vec::new()],
        [vec![0.0; x.len()], vec![0.0; x.len()]],
    );
    for row in 0..rows {
        for (place, pixels) in windows.iter().enumerate() {
            let at = |pixel: usize| row * elements + pixel;
            let up = direction[row * 24 + place];
            let first = pixels.iter().copied().reduce(|most, pixel| {
                if x[at(pixel)] > x[at(most)] {
                    pixel
                } else {
                    most
                }
            });
            let first = at(first.expect("a pixel"));
            expected[0].push(x[first]);
            flows[0][first] += up;
            expected[1].push(pixels.iter().map(|&pixel| x[at(pixel)]).sum::<f64>() / 9.0);
            pixels
                .iter()
                .for_each(|&pixel| flows[1][at(pixel)] += up / 9.0);
        }
    }
    assert_eq!(most, expected[0]);
    assert_all_close("largest", &by_most, &flows[0], 1e-6);
    assert_all_close("mean", &mean, &expected[1], 1e-6);
    assert_all_close("mean", &by_mean, &flows[1], 1e-6);
}

#[test]
fn nan_passes_a_pool() {
    let layer = MaxPool2D::<Rank3<1, 2, 4>, Rank3<1, 1, 2>, 2>::default();
    let x = rows_of::<(usize, Const<1>, Const<2>, Const<4>)>(vec![
        1.0,
        f32::NAN,
        2.0,
        3.0,
        5.0,
        0.0,
        1.0,
        0.0,
    ]);
    let y = layer.forward(Var::from(x)).as_vec();
    assert!(y[0].is_nan() && y[1] == 3.0, "{y:?}");
}

#[test]
fn upscaled_images_repeat_their_pixels() {
    type Layer = Upscale<Rank3<2, 2, 3>, Rank3<2, 6, 9>>;
    let (x, direction) = (values(3 * 12, 4), values(3 * 108, 9));
    let (y, by_x) = pooled!(Layer, &x, &direction);
    let mut flows = vec![0.0; x.len()];
    for (i, y) in y.iter().enumerate() {
        let (image, row, column) = (i / 54, i / 9 % 6, i % 9);
        let pixel = image * 6 + row / 3 * 3 + column / 3;
        assert_eq!(*y, x[pixel]);
        flows[pixel] += direction[i];
    }
    assert_all_close("pixels", &by_x, &flows, 1e-6);
}

#[test]
fn parameters_have_pytorch_s_names_and_shapes() {
    let header = |save: &dyn Fn(&std::path::Path)| {
        let path =
            std::env::temp_dir().join(format!("elbow-conv-{}.safetensors", std::process::id()));
        save(&path);
        let file = std::fs::read(&path).expect("the file");
        std::fs::remove_file(&path).expect("the file");
        String::from_utf8_lossy(&file).into_owned()
    };
    let device = Device::default();
    let there = device.build_module::<Conv2D<Rank3<2, 5, 5>, Rank3<7, 3, 3>, 3>, f32>();
    let back = device.build_module::<ConvTranspose2D<Rank3<7, 3, 3>, Rank3<2, 5, 5>, 3>, f32>();
    let there_file = header(&|path| there.save_safetensors(path).expect("a writable folder"));
    let back_file = header(&|path| back.save_safetensors(path).expect("a writable folder"));
    for (file, bias) in [(there_file, 7), (back_file, 2)] {
        assert!(
            file.contains("\"weight\":{\"dtype\":\"F32\",\"shape\":[7,2,3,3]"),
            "{file}"
        );
        assert!(
            file.contains(&format!("\"bias\":{{\"dtype\":\"F32\",\"shape\":[{bias}]")),
            "{file}"
        );
    }
    // Both have 2 · 3² inputs, as PyTorch counts them.
    let bound = 1.0 / 18.0_f32.sqrt();
    for weights in [there.weight.as_vec(), back.weight.as_vec()] {
        assert!(weights.iter().all(|weight| weight.abs() <= bound));
        assert!(weights.iter().any(|weight| weight.abs() > 0.9 * bound));
    }
}

model! {
    /// Images by convolutions each way.
    struct Pictures {
        encoder: (
            Conv2D<Rank3<1, 8, 8>, Rank3<4, 8, 8>, 3, 1, 1>,
            ReLU,
            MaxPool2D<Rank3<4, 8, 8>, Rank3<4, 4, 4>, 2>,
            ToEvent<Rank1<64>>,
            Linear<64, 2>,
        ),
        decoder: (
            Linear<2, 16>,
            ToEvent<Rank3<4, 2, 2>>,
            Upscale<Rank3<4, 2, 2>, Rank3<4, 4, 4>>,
            ReLU,
            ConvTranspose2D<Rank3<4, 4, 4>, Rank3<1, 8, 8>, 4, 2, 1>,
        ),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [1, 8, 8] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 0.3);
    }
}

/// Every loss of some steps with several particles, whose rows are repeated in place, and the last weights.
fn trained() -> Vec<f32> {
    let mut model = Pictures::new(1);
    let bits =
        |row: usize, i: usize| f32::from(u8::from((i / 8 + i * (row % 2)).is_multiple_of(2)));
    let x = (0..24 * 64).map(|i| bits(i / 64, i % 64)).collect();
    let x: Batch<(Const<1>, Const<8>, Const<8>)> = batch(x).expect("rows");
    let mut adam = Adam::new(1e-2);
    let elbo = Elbo::default().particles(2);
    let mut all = Vec::new();
    for _ in 0..120 {
        let loss = elbo.loss(&model.q(&x)).expect("legal");
        all.push(loss.value());
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    all.extend(model.encoder.0.weight.as_vec());
    all.extend(model.decoder.4.weight.as_vec());
    all
}

#[test]
fn a_model_of_pictures_learns_on_any_number_of_threads() {
    let own = trained();
    assert!(own[119] < 0.5 * own[0], "{} {}", own[0], own[119]);
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let found = pool.build().expect("threads").install(trained);
        assert!(own == found, "{threads} threads");
    }
}

model! {
    /// Sizes of images are the struct's.
    struct Sized<const SIDE: usize, const HALF: usize, const FLAT: usize> {
        encoder: (
            Conv2D<Rank3<1, SIDE, SIDE>, Rank3<2, HALF, HALF>, 4, 2, 1>,
            ToEvent<Rank1<FLAT>>,
            Linear<FLAT, 3>,
        ),
        decoder: (Linear<3, FLAT>, ToEvent<Rank3<2, HALF, HALF>>, ConvTranspose2D<Rank3<2, HALF, HALF>, Rank3<1, SIDE, SIDE>, 4, 2, 1>),
    }
    generative p {
        sample z: [3] ~ Normal::new(0.0, 1.0);
        sample x: [1, SIDE, SIDE] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

#[test]
fn a_model_s_sizes_may_be_those_of_images() -> Result<(), elbow::Error> {
    let model = Sized::<8, 4, 32>::new(0);
    let x: Batch<(Const<1>, Const<8>, Const<8>)> = batch(vec![1.0; 128])?;
    assert!(Elbo::default().loss(&model.q(&x))?.value().is_finite());
    Ok(())
}
