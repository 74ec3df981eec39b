//! Batch norms while a model trains, and after.

use std::collections::BTreeMap;

use elbow::Error;
use elbow::family::{follow, layer_noise, trains};
use elbow::prelude::*;
use elbow::train::checkpoint;
use elbow_tests::support::tensors::{assert_all_close, assert_close, noise, scattered, to_f32};

/// Values and gradients of five rows of three numbers, computed by PyTorch 2 in double precision: `∂Σ output · DIRECTION`.
mod golden {
    pub const WEIGHT: [f64; 3] = [0.139, -0.321, 0.075];
    pub const BIAS: [f64; 3] = [0.794, -0.322, -0.567];
    pub const INPUT: [f64; 15] = [
        0.88, -1.83, -0.4, 0.95, -0.16, -0.09, -0.43, 1.15, 0.3, 0.04, 0.64, 0.59, 0.21, 1.55,
        -0.06,
    ];
    pub const OUTPUT: [f64; 15] = [
        0.94042208891,
        0.241921756147,
        -0.669464392926,
        0.959057627499,
        -0.206530307075,
        -0.601592679663,
        0.591671295324,
        -0.558310069242,
        -0.516205685558,
        0.716795625847,
        -0.42135764275,
        -0.452712792506,
        0.76205336242,
        -0.66572373708,
        -0.595024449347,
    ];
    pub const DIRECTION: [f64; 15] = [
        0.997, -0.149, 0.096, -0.045, 0.079, 0.851, -0.839, -1.012, 0.085, -1.606, -1.373, 1.867,
        0.757, -0.01, 1.238,
    ];
    pub const INPUT_GRADIENT: [f64; 15] = [
        0.139933739435,
        -0.002993131884,
        -0.045494462802,
        -0.158428511723,
        -0.135299388981,
        0.043869915504,
        0.043381928748,
        0.101913658895,
        -0.219371392139,
        -0.301534696059,
        0.220561702429,
        0.099744506212,
        0.276647539599,
        -0.184182840458,
        0.121251433225,
    ];
    pub const WEIGHT_GRADIENT: [f64; 3] = [2.936083689707, -0.947348395684, 1.916300169514];
    pub const BIAS_GRADIENT: [f64; 3] = [-0.736, -2.465, 4.137];
    pub const RUNNING_MEAN: [f64; 3] = [0.033, 0.027, 0.0068];
    pub const RUNNING_VAR: [f64; 3] = [0.934075, 1.078615, 0.914667];
}

model! {
    /// Rows of a learned table through a batch norm. Adding the shift tells the norm's values by their slopes.
    struct Table<const ROWS: usize, const N: usize> {
        input: Parameter<Rank2<ROWS, N>>,
        shift: Parameter<Rank2<ROWS, N>>,
        norm: BatchNorm<N>,
    }
    generative p(row: [ROWS]) {
        let y = norm(row.clone().matmul(input)) + row.matmul(shift);
        sample x: [N] ~ Normal::new(y, 1.0);
    }
    inference q(x, row) {}
}

/// One-hot rows, in order.
fn one_hot<const ROWS: usize>() -> Batch<(Const<ROWS>,)> {
    let place = |at: usize| f32::from(u8::from(at / ROWS == at % ROWS));
    batch((0..ROWS * ROWS).map(place).collect()).expect("rows")
}

/// The norm's output in training, and the gradients by input, weight and bias of `Σ output · direction`.
struct Results([Vec<f64>; 4]);

fn results<const ROWS: usize, const N: usize>(
    model: &Table<ROWS, N>,
    expected: &[f64],
    direction: &[f64],
) -> Results {
    // The loss has the slope (y − x)/ROWS by y, which is the direction.
    let pairs = expected.iter().zip(direction);
    let data: Vec<f64> = pairs.map(|(y, way)| y - ROWS as f64 * way).collect();
    let x: Batch<(Const<N>,)> = batch(to_f32(&data)).expect("rows");
    let loss = Elbo::default()
        .loss(&model.q(&x, one_hot::<ROWS>()))
        .expect("legal");
    let gradients = loss.backward();
    let wide = |values: Vec<f32>| -> Vec<f64> { values.into_iter().map(f64::from).collect() };
    let by_shift = wide(gradients.get(&model.shift.value).as_vec());
    let slopes = by_shift.iter().zip(&data);
    let y = slopes.map(|(slope, x)| slope * ROWS as f64 + x).collect();
    Results([
        y,
        wide(gradients.get(&model.input.value).as_vec()),
        wide(gradients.get(&model.norm.weight).as_vec()),
        wide(gradients.get(&model.norm.bias).as_vec()),
    ])
}

fn golden_model() -> Table<5, 3> {
    let mut model = Table::<5, 3>::new(0);
    model.input.value.copy_from(&to_f32(&golden::INPUT));
    model.norm.weight.copy_from(&to_f32(&golden::WEIGHT));
    model.norm.bias.copy_from(&to_f32(&golden::BIAS));
    model
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

#[test]
fn training_is_pytorch_s() -> Result<(), Error> {
    let mut model = golden_model();
    let Results([y, by_input, by_weight, by_bias]) =
        results(&model, &golden::OUTPUT, &golden::DIRECTION);
    assert_all_close("output", &y, &golden::OUTPUT, 1e-5);
    assert_all_close("input", &by_input, &golden::INPUT_GRADIENT, 1e-5);
    assert_all_close("weight", &by_weight, &golden::WEIGHT_GRADIENT, 1e-5);
    assert_all_close("bias", &by_bias, &golden::BIAS_GRADIENT, 1e-5);
    // A loss that is not descended moves nothing.
    assert_eq!(model.norm.running_mean.as_vec(), [0.0; 3]);
    assert_eq!(model.norm.running_var.as_vec(), [1.0; 3]);
    let x: Batch<(Const<3>,)> = batch(vec![0.0; 15])?;
    let loss = Elbo::default().loss(&model.q(&x, one_hot::<5>()))?;
    Adam::new(1e-3).descend(&mut model, loss)?;
    let mean = wide(&model.norm.running_mean.as_vec());
    assert_all_close("mean", &mean, &golden::RUNNING_MEAN, 1e-6);
    let variance = wide(&model.norm.running_var.as_vec());
    assert_all_close("variance", &variance, &golden::RUNNING_VAR, 1e-6);
    Ok(())
}

/// The output and the three gradients in `f64`.
fn plain(x: &[f64], weight: &[f64], bias: &[f64], direction: &[f64]) -> [Vec<f64>; 4] {
    let (width, rows) = (weight.len(), x.len() / weight.len());
    let (mut y, mut by_x) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let (mut by_weight, mut by_bias) = (vec![0.0; width], vec![0.0; width]);
    for channel in 0..width {
        let places: Vec<usize> = (0..rows).map(|row| row * width + channel).collect();
        let mean = places.iter().map(|&at| x[at]).sum::<f64>() / rows as f64;
        let squares = places.iter().map(|&at| (x[at] - mean).powi(2));
        let scale = 1.0 / (squares.sum::<f64>() / rows as f64 + 1e-5).sqrt();
        let normal = |at: usize| (x[at] - mean) * scale;
        for &at in &places {
            y[at] = normal(at) * weight[channel] + bias[channel];
            by_weight[channel] += direction[at] * normal(at);
            by_bias[channel] += direction[at];
            // ∂y_i/∂x_j = w scale (δ_ij − 1/M − n_i n_j/M)
            let slope = |from: usize| {
                let same = f64::from(u8::from(from == at));
                same - (1.0 + normal(from) * normal(at)) / rows as f64
            };
            let flow = places.iter().map(|&from| direction[from] * slope(from));
            by_x[at] = weight[channel] * scale * flow.sum::<f64>();
        }
    }
    [y, by_x, by_weight, by_bias]
}

fn values(count: usize, from: usize) -> Vec<f64> {
    (from..from + count)
        .map(|at| f64::from(scattered(at) as f32))
        .collect()
}

fn against_a_loop<const ROWS: usize, const N: usize>(offset: f64) {
    let mut model = Table::<ROWS, N>::new(0);
    let x: Vec<f64> = values(ROWS * N, 1)
        .iter()
        .map(|x| f64::from((x + offset) as f32))
        .collect();
    let (weight, bias) = (values(N, 333), values(N, 555));
    model.input.value.copy_from(&to_f32(&x));
    model.norm.weight.copy_from(&to_f32(&weight));
    model.norm.bias.copy_from(&to_f32(&bias));
    let direction: Vec<f64> = values(ROWS * N, 777)
        .iter()
        .map(|way| way / ROWS as f64)
        .collect();
    let exact = plain(&x, &weight, &bias, &direction);
    let Results(found) = results(&model, &exact[0], &direction);
    for (name, (found, exact)) in ["y", "x", "weight", "bias"]
        .iter()
        .zip(found.iter().zip(&exact))
    {
        let size = exact.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        for (found, exact) in found.iter().zip(exact) {
            // The slopes come from values that were rounded once.
            let close = (found - exact).abs() <= 1e-5 * size.max(0.02);
            assert!(close, "{ROWS} rows of {N}, {name}: {found} for {exact}");
        }
    }
}

/// The last has several parts, which two threads share.
#[test]
fn training_is_a_plain_loop() {
    against_a_loop::<2, 1>(0.0);
    against_a_loop::<7, 5>(0.0);
    against_a_loop::<9, 4>(100.0);
    against_a_loop::<150, 130>(0.0);
}

#[test]
fn evaluations_and_draws_read_running_statistics() -> Result<(), Error> {
    let mut model = golden_model();
    model.norm.running_mean.copy_from(&[0.5, -1.0, 2.0]);
    model.norm.running_var.copy_from(&[4.0, 0.25, 1.0]);
    let x: Batch<(Const<3>,)> = batch(vec![0.0; 15])?;
    let program = model.q(&x, one_hot::<5>());
    let (mean, variance) = ([0.5, -1.0, 2.0], [4.0, 0.25, 1.0]);
    let normal = |at: usize| {
        let channel = at % 3;
        let scale = 1.0 / (variance[channel] + 1e-5_f64).sqrt();
        let normal = (golden::INPUT[at] - mean[channel]) * scale;
        normal * golden::WEIGHT[channel] + golden::BIAS[channel]
    };
    let expected: Vec<f64> = (0..15).map(normal).collect();
    let found = program
        .reconstruct(&mut noise(1, "means").row(0))?
        .x
        .as_vec();
    assert_all_close("means", &wide(&found), &expected, 1e-6);
    // A single row has no neighbours, and needs none.
    let one: Batch<(Const<3>,)> = batch(vec![0.0; 3])?;
    let row: Batch<(Const<5>,)> = batch(vec![0.0, 0.0, 1.0, 0.0, 0.0])?;
    let found = Elbo::default().evaluate(&model.q(&one, &row))?.elbo;
    let log_density = |y: &f64| -0.5 * (y * y + (2.0 * std::f64::consts::PI).ln());
    let exact: f64 = expected[6..9].iter().map(log_density).sum();
    assert_close("one row", found, exact, 1e-6, exact);
    assert_eq!(model.norm.running_mean.as_vec(), [0.5, -1.0, 2.0]);
    Ok(())
}

#[test]
fn a_single_row_is_refused_in_training() -> Result<(), Error> {
    let model = golden_model();
    let x: Batch<(Const<3>,)> = batch(vec![0.0; 3])?;
    let row: Batch<(Const<5>,)> = batch(vec![0.0, 0.0, 1.0, 0.0, 0.0])?;
    let error = Elbo::default()
        .loss(&model.q(&x, &row))
        .expect_err("one row");
    let said = error.to_string();
    assert!(
        said.contains("the number of rows of a batch norm is 1"),
        "{said}"
    );
    assert!(said.contains("2 or more"), "{said}");
    Ok(())
}

#[test]
fn what_no_file_could_keep_is_refused() -> Result<(), Error> {
    let mut model = golden_model();
    let mut wild = to_f32(&golden::INPUT);
    wild[0] = 1e30;
    model.input.value.copy_from(&wild);
    let x: Batch<(Const<3>,)> = batch(vec![0.0; 15])?;
    let error = Elbo::default()
        .loss(&model.q(&x, one_hot::<5>()))
        .expect_err("too wide");
    assert!(
        error
            .to_string()
            .contains("the variance of a batch norm's rows"),
        "{error}"
    );
    wild[0] = f32::NAN;
    model.input.value.copy_from(&wild);
    let error = Elbo::default()
        .loss(&model.q(&x, one_hot::<5>()))
        .expect_err("no number");
    assert!(error.to_string().contains("at site `x`"), "{error}");
    Ok(())
}

/// Two losses of one step count both, in order.
#[test]
fn added_losses_move_running_statistics_twice() -> Result<(), Error> {
    let mut model = golden_model();
    let x: Batch<(Const<3>,)> = batch(vec![0.0; 15])?;
    let program = || model.q(&x, one_hot::<5>());
    let (one, two) = (
        Elbo::default().loss(&program())?,
        Elbo::default().loss(&program())?,
    );
    assert_eq!(one.value(), two.value());
    let _dropped = Elbo::default().loss(&program())?;
    Adam::new(1e-3).descend(&mut model, one + two * 3.0)?;
    let means = wide(&model.norm.running_mean.as_vec());
    for (found, once) in means.iter().zip(golden::RUNNING_MEAN) {
        assert_close("mean", *found, once + 0.9 * once, 1e-6, 1.0);
    }
    // A gradient that is refused moves nothing.
    let before = model.norm.running_mean.as_vec();
    let loss = Elbo::default().loss(&model.q(&x, one_hot::<5>()))? * f32::INFINITY;
    assert!(Adam::new(1e-3).descend(&mut model, loss).is_err());
    assert_eq!(model.norm.running_mean.as_vec(), before);
    Ok(())
}

model! {
    /// Norms of data, of a sequence, before a draw and behind it.
    #[derive(Clone)]
    struct Both {
        encoder: (BatchNorm<3>, Linear<3, 4>, BatchNorm<4>, Tanh, Linear<4, 2>),
        turns: (BatchNorm<2>, ToEvent<Rank1<6>>, Linear<6, 2>),
        decoder: (Linear<2, 5>, BatchNorm<5>, Tanh, Linear<5, 3>),
    }
    generative p(u: [3, 2]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(decoder(z), 0.5);
    }
    inference q(x, u) {
        sample z ~ Normal::new(encoder(x) + turns(u), 0.5);
    }
}

fn both_data(rows: usize) -> (Batch<(Const<3>,)>, Batch<(Const<3>, Const<2>)>) {
    let x = batch(to_f32(&values(3 * rows, 9))).expect("rows");
    (x, batch(to_f32(&values(6 * rows, 99))).expect("rows"))
}

/// In front of a draw, particles are no rows of the batch. Behind it they are.
#[test]
fn particles_are_rows_behind_a_draw_alone() -> Result<(), Error> {
    let (x, u) = both_data(8);
    let step = |particles: usize| -> Result<Both, Error> {
        let mut model = Both::new(1);
        let loss = Elbo::default()
            .particles(particles)
            .loss(&model.q(&x, &u))?;
        Adam::new(1e-3).descend(&mut model, loss)?;
        Ok(model)
    };
    let (one, many) = (step(1)?, step(40)?);
    let running = |model: &Both| {
        let of_data = &model.encoder.0;
        let of_layer = &model.encoder.2;
        let of_turns = &model.turns.0;
        [
            of_data.running_mean.as_vec(),
            of_data.running_var.as_vec(),
            of_layer.running_mean.as_vec(),
            of_layer.running_var.as_vec(),
            of_turns.running_mean.as_vec(),
            of_turns.running_var.as_vec(),
        ]
    };
    assert_eq!(running(&one), running(&many));
    assert_ne!(
        one.decoder.1.running_mean.as_vec(),
        many.decoder.1.running_mean.as_vec()
    );
    // Of a sequence, the steps are rows too.
    let mean = |channel: usize| {
        let own = values(48, 99).into_iter().skip(channel).step_by(2);
        own.sum::<f64>() / 24.0
    };
    for channel in 0..2 {
        let found = f64::from(one.turns.0.running_mean.as_vec()[channel]);
        assert_close("a sequence", found, 0.1 * mean(channel), 1e-7, 1.0);
        let squares = values(48, 99).into_iter().skip(channel).step_by(2);
        let variance = squares.map(|x| (x - mean(channel)).powi(2)).sum::<f64>() / 23.0;
        let found = f64::from(one.turns.0.running_var.as_vec()[channel]);
        assert_close("a sequence", found, 0.9 + 0.1 * variance, 1e-6, 1.0);
    }
    Ok(())
}

/// By gradients of each parameter of the whole model, in which rows are repeated in place.
#[test]
fn gradients_in_a_model_are_finite_differences() -> Result<(), Error> {
    let (x, u) = both_data(5);
    let mut model = Both::new(2);
    let elbo = Elbo::default().particles(3);
    let loss = |model: &Both| -> Result<f64, Error> {
        // The same key for each.
        let copy = model.clone();
        Ok(f64::from(elbo.loss(&copy.q(&x, &u))?.value()))
    };
    let gradients = elbo.loss(&model.clone().q(&x, &u))?.backward();
    let step = 2e-2_f32;
    macro_rules! check {
        ($($tensor:ident $(. $place:tt)* ;)*) => {$(
            let slopes = gradients.get(&model.$tensor$(.$place)*).as_vec();
            let before = model.$tensor$(.$place)*.as_vec();
            for i in 0..slopes.len() {
                let mut moved = |by: f32| {
                    let mut values = before.clone();
                    values[i] += by;
                    model.$tensor$(.$place)*.copy_from(&values);
                    let own = loss(&model);
                    model.$tensor$(.$place)*.copy_from(&before);
                    own
                };
                let [far, near] = [step, step / 2.0];
                let wide = (moved(far)? - moved(-far)?) / f64::from(2.0 * far);
                let close = (moved(near)? - moved(-near)?) / f64::from(2.0 * near);
                // Richardson's extrapolation.
                let slope = (4.0 * close - wide) / 3.0;
                let what = format!("{} {i}", stringify!($tensor$(.$place)*));
                assert_close(&what, f64::from(slopes[i]), slope, 1e-3, slope);
            }
        )*};
    }
    check! {
        encoder.0.weight; encoder.0.bias; encoder.1.weight; encoder.2.weight; encoder.2.bias;
        turns.0.weight; turns.0.bias; decoder.0.weight; decoder.1.weight; decoder.1.bias;
    }
    Ok(())
}

#[test]
fn a_model_learns_and_its_checkpoint_has_the_statistics() -> Result<(), Error> {
    let (x, u) = both_data(30);
    let (mut model, mut adam) = (Both::new(3), Adam::new(1e-2));
    let bound = |model: &Both| -> Result<f64, Error> {
        Ok(Elbo::default()
            .particles(20)
            .evaluate(&model.q(&x, &u))?
            .elbo)
    };
    for _ in 0..20 {
        let loss = Elbo::default().loss(&model.q(&x, &u))?;
        adam.descend(&mut model, loss)?;
    }
    let early = bound(&model)?;
    for _ in 0..300 {
        let loss = Elbo::default().loss(&model.q(&x, &u))?;
        adam.descend(&mut model, loss)?;
    }
    let late = bound(&model)?;
    assert!(late > early + 0.05, "from {early} to {late}");
    let path = std::env::temp_dir().join(format!(
        "elbow-batch-norm-{}.safetensors",
        std::process::id()
    ));
    checkpoint::save(&path, &model, &adam, &BTreeMap::new())?;
    let mut other = Both::new(4);
    checkpoint::load_model(&path, &mut other)?;
    let bytes = std::fs::read(&path).expect("the file");
    std::fs::remove_file(&path).expect("the file");
    assert_eq!(bound(&other)?, bound(&model)?);
    assert_eq!(
        other.decoder.1.running_var.as_vec(),
        model.decoder.1.running_var.as_vec()
    );
    let header = String::from_utf8_lossy(&bytes);
    for name in ["weight", "bias", "running_mean", "running_var"] {
        assert!(header.contains(&format!("\"encoder.2.{name}\"")), "{name}");
    }
    // No moment of what no gradient moves.
    assert!(!header.contains("adam.first.encoder.2.running_mean"));
    Ok(())
}

/// Outside a model that trains a layer hears nothing, and tells nobody.
#[test]
fn nothing_trains_here() {
    let layer = Device::default().build_module::<BatchNorm<2>, f32>();
    assert!(!trains() && layer_noise().is_none());
    follow(&layer.running_mean, vec![1.0, 2.0], 0.5);
    assert_eq!(layer.running_mean.as_vec(), [0.0; 2]);
    let x: Batch<(Const<2>,)> = batch(vec![3.0, -1.0]).expect("rows");
    let y = layer.forward(Var::from(x)).as_vec();
    let exact = 1.0 / (1.0 + 1e-5_f64).sqrt();
    assert_all_close("one row", &wide(&y), &[3.0 * exact, -exact], 1e-7);
}

model! {
    /// Images of two channels, the shift of which tells the norm's values.
    struct Pictures {
        input: Parameter<Rank2<4, 12>>,
        shift: Parameter<Rank2<4, 12>>,
        image: (ToEvent<Rank3<2, 3, 2>>, BatchNorm2D<Rank3<2, 3, 2>>, ToEvent<Rank1<12>>),
    }
    generative p(row: [4]) {
        let y = image(row.clone().matmul(input)) + row.matmul(shift);
        sample x: [12] ~ Normal::new(y, 1.0);
    }
    inference q(x, row) {}
}

/// A channel's pixels in all rows are the rows of a number.
#[test]
fn a_channel_of_images_is_a_number_of_many_rows() -> Result<(), Error> {
    let mut model = Pictures::new(0);
    let input = values(48, 11);
    let (weight, bias) = (values(2, 5), values(2, 50));
    model.input.value.copy_from(&to_f32(&input));
    model.image.1.weight.copy_from(&to_f32(&weight));
    model.image.1.bias.copy_from(&to_f32(&bias));
    let direction: Vec<f64> = values(48, 300).iter().map(|way| way / 4.0).collect();
    // From rows, channels and pixels to rows and pixels, and channels.
    let place = |at: usize| (at / 12 * 6 + at % 6) * 2 + at % 12 / 6;
    let moved = |from: &[f64]| -> Vec<f64> {
        let mut to = vec![0.0; 48];
        (0..48).for_each(|at| to[place(at)] = from[at]);
        to
    };
    let [y, by_input, by_weight, by_bias] =
        plain(&moved(&input), &weight, &bias, &moved(&direction));
    let back = |from: &[f64]| -> Vec<f64> { (0..48).map(|at| from[place(at)]).collect() };
    let (y, by_input) = (back(&y), back(&by_input));
    let data: Vec<f64> = y
        .iter()
        .zip(&direction)
        .map(|(y, way)| y - 4.0 * way)
        .collect();
    let x: Batch<(Const<12>,)> = batch(to_f32(&data))?;
    let loss = Elbo::default().loss(&model.q(&x, one_hot::<4>()))?;
    let gradients = loss.backward();
    let by_shift = wide(&gradients.get(&model.shift.value).as_vec());
    let found: Vec<f64> = by_shift
        .iter()
        .zip(&data)
        .map(|(slope, x)| 4.0 * slope + x)
        .collect();
    assert_all_close("output", &found, &y, 1e-6);
    let found = wide(&gradients.get(&model.input.value).as_vec());
    assert_all_close("input", &found, &by_input, 1e-6);
    let found = wide(&gradients.get(&model.image.1.weight).as_vec());
    assert_all_close("weight", &found, &by_weight, 1e-6);
    let found = wide(&gradients.get(&model.image.1.bias).as_vec());
    assert_all_close("bias", &found, &by_bias, 1e-6);
    // One image has pixels enough for a variance.
    let one: Batch<(Const<12>,)> = batch(vec![0.0; 12])?;
    let row: Batch<(Const<4>,)> = batch(vec![0.0, 1.0, 0.0, 0.0])?;
    let loss = Elbo::default().loss(&model.q(&one, &row))?;
    Adam::new(0.0).descend(&mut model, loss)?;
    let own = &input[12..18];
    let mean = own.iter().sum::<f64>() / 6.0;
    let variance = own.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
    let found = f64::from(model.image.1.running_mean.as_vec()[0]);
    assert_close("mean", found, 0.1 * mean, 1e-7, 1.0);
    let found = f64::from(model.image.1.running_var.as_vec()[0]);
    assert_close("variance", found, 0.9 + 0.1 * variance, 1e-6, 1.0);
    Ok(())
}
