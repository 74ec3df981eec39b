//! Recurrent layers against PyTorch's values, and against a plain loop over one row after another in `f64`.

use elbow::dfdx::nn::SaveToSafetensors;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::{
    assert_all_close, assert_close, backward, gradient_of, numbers, scattered, to_f32, weighted,
};

use crate::recurrent_values::{bi_gru, bi_lstm, gru, lstm};

/// States, and gradients by the input and by every parameter.
struct Results {
    states: Vec<f64>,
    input: Vec<f64>,
    parameters: Vec<Vec<f64>>,
}

/// A layer of these parameters on sequences with lengths, or without.
macro_rules! layer {
    ($name:ident: $($field:ident)*) => {
        fn $name<const T: usize, const I: usize, const H: usize>(
            parameters: &[Vec<f64>],
            x: &[f64],
            lengths: Option<&[f32]>,
            direction: &[f64],
        ) -> Results {
            let mut layer = Device::default().build_module::<layers::$name<I, H>, f32>();
            let mut own = parameters.iter();
            $(layer.$field.copy_from(&to_f32(own.next().expect("a parameter")));)*
            let x: Batch<(Const<T>, Const<I>)> = batch(to_f32(x)).expect("rows");
            let lengths = lengths.map(|lengths| batch::<(usize,)>(lengths.to_vec()).expect("rows"));
            let mut states = Vec::new();
            let mut grads = backward(|| {
                let x = Var::from(&x);
                let out = match &lengths {
                    None => layer.forward(x),
                    Some(lengths) => layer.forward((x, Var::from(lengths))),
                };
                states = numbers(&out);
                weighted(out, direction)
            });
            Results {
                states,
                input: gradient_of(&mut grads, &Var::from(&x)),
                parameters: vec![$(gradient_of(&mut grads, &Var::from(&layer.$field))),*],
            }
        }
    };
}

mod layers {
    pub use elbow::prelude::{
        BiGru as bi_gru_of, BiLstm as bi_lstm_of, Gru as gru_of, Lstm as lstm_of,
    };
}

layer!(gru_of: weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0);
layer!(lstm_of: weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0);
layer!(bi_gru_of: weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0
    weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse);
layer!(bi_lstm_of: weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0
    weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse);

macro_rules! golden {
    ($values:ident, $layer:ident, $lengths:expr) => {{
        let parameters: Vec<_> = $values::PARAMETERS
            .iter()
            .map(|(own, _)| own.to_vec())
            .collect();
        let found = $layer::<4, 2, 3>(&parameters, &$values::INPUT, $lengths, &$values::DIRECTION);
        let name = stringify!($values);
        assert_all_close(name, &found.states, &$values::OUTPUT, 1e-5);
        assert_all_close(name, &found.input, &$values::INPUT_GRADIENT, 1e-5);
        for (found, (_, expected)) in found.parameters.iter().zip($values::PARAMETERS) {
            assert_all_close(name, found, expected, 1e-5);
        }
    }};
}

#[test]
fn states_and_gradients_are_those_of_pytorch() {
    golden!(gru, gru_of, None);
    golden!(lstm, lstm_of, None);
    golden!(bi_gru, bi_gru_of, Some(&[4.0, 2.0, 1.0]));
    golden!(bi_lstm, bi_lstm_of, Some(&[4.0, 2.0, 1.0]));
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A gate's numbers: `W x + b` of the rows from `gate · units` on.
fn gate(weight: &[f64], bias: &[f64], x: &[f64], gate: usize, units: usize) -> Vec<f64> {
    let row = |unit: usize| {
        let own = &weight[(gate * units + unit) * x.len()..][..x.len()];
        own.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + bias[gate * units + unit]
    };
    (0..units).map(row).collect()
}

/// The states of one row at its steps, which are read in this order.
fn plain<'a>(
    [ih, hh, bih, bhh]: [&[f64]; 4],
    steps: impl Iterator<Item = &'a [f64]>,
    units: usize,
) -> Vec<Vec<f64>> {
    let is_gru = bih.len() == 3 * units;
    let (mut h, mut c) = (vec![0.0; units], vec![0.0; units]);
    let mut states = Vec::new();
    for x in steps {
        let a = |own| gate(ih, bih, x, own, units);
        let b = |own| gate(hh, bhh, &h, own, units);
        let sum = |own| -> Vec<f64> { a(own).iter().zip(b(own)).map(|(a, b)| a + b).collect() };
        h = if is_gru {
            let (r, z, an, bn) = (sum(0), sum(1), a(2), b(2));
            let own = |u: usize| {
                let n = (an[u] + sigmoid(r[u]) * bn[u]).tanh();
                (1.0 - sigmoid(z[u])) * n + sigmoid(z[u]) * h[u]
            };
            (0..units).map(own).collect()
        } else {
            let (i, f, g, o) = (sum(0), sum(1), sum(2), sum(3));
            let memory = |u: usize| sigmoid(f[u]) * c[u] + sigmoid(i[u]) * g[u].tanh();
            c = (0..units).map(memory).collect();
            (0..units).map(|u| sigmoid(o[u]) * c[u].tanh()).collect()
        };
        states.push(h.clone());
    }
    states
}

/// What a layer gives, row by row.
fn plain_layer<const T: usize, const I: usize, const H: usize>(
    parameters: &[Vec<f64>],
    x: &[f64],
    lengths: &[f32],
) -> Vec<f64> {
    let direction = |number: usize| -> [&[f64]; 4] {
        std::array::from_fn(|own| &parameters[4 * number + own][..])
    };
    let mut out = Vec::new();
    for (x, &length) in x.chunks(T * I).zip(lengths) {
        let steps: Vec<&[f64]> = x.chunks(I).take(length as usize).collect();
        let mut forwards = plain(direction(0), steps.iter().copied(), H);
        if parameters.len() == 4 {
            forwards.resize(T, vec![0.0; H]);
            out.extend(forwards.concat());
        } else {
            let backwards = plain(direction(1), steps.iter().rev().copied(), H);
            for states in [forwards, backwards] {
                out.extend(states.last().cloned().unwrap_or(vec![0.0; H]));
            }
        }
    }
    out
}

/// Parameters for a number of gates and directions.
fn parameters<const I: usize, const H: usize>(gates: usize, directions: usize) -> Vec<Vec<f64>> {
    let sizes = [gates * H * I, gates * H * H, gates * H, gates * H];
    let all = (0..directions).flat_map(|_| sizes).enumerate();
    let own = |(number, size): (usize, usize)| {
        let place = |i: usize| f64::from(scattered(i + 1000 * number) as f32);
        (0..size).map(place).collect()
    };
    all.map(own).collect()
}

fn scattered_from(count: usize, from: usize) -> Vec<f64> {
    let own = |i| f64::from(scattered(from + i) as f32);
    (0..count).map(own).collect()
}

/// Compares a layer's states with the loop's, and its gradients with the loop's differences.
macro_rules! against_a_loop {
    ($layer:ident::<$t:literal, $i:literal, $h:literal>, $gates:literal, $directions:literal, $lengths:expr, $every:literal) => {{
        let lengths: Vec<f32> = $lengths;
        let parameters = parameters::<$i, $h>($gates, $directions);
        let x = scattered_from(lengths.len() * $t * $i, 77);
        let plain = |parameters: &[Vec<f64>], x: &[f64]| {
            plain_layer::<$t, $i, $h>(parameters, x, &lengths)
        };
        let expected = plain(&parameters, &x);
        let direction = scattered_from(expected.len(), 5);
        let found = $layer::<$t, $i, $h>(&parameters, &x, Some(&lengths), &direction);
        let name = stringify!($layer);
        assert_all_close(name, &found.states, &expected, 2e-6);
        let goal = |parameters: &[Vec<f64>], x: &[f64]| -> f64 {
            let states = plain(parameters, x);
            states.iter().zip(&direction).map(|(state, way)| state * way).sum()
        };
        let step = 1e-4;
        let slope = |up: f64, down: f64| (up - down) / (2.0 * step);
        for (number, own) in parameters.iter().enumerate() {
            for i in (0..own.len()).step_by($every) {
                let moved = |by: f64| {
                    let mut all = parameters.clone();
                    all[number][i] += by;
                    goal(&all, &x)
                };
                let (found, expected) = (found.parameters[number][i], slope(moved(step), moved(-step)));
                assert_close(&format!("{name}, parameter {number}, {i}"), found, expected, 2e-5, expected);
            }
        }
        for i in (0..x.len()).step_by($every) {
            let moved = |by: f64| {
                let mut all = x.clone();
                all[i] += by;
                goal(&parameters, &all)
            };
            let (found, expected) = (found.input[i], slope(moved(step), moved(-step)));
            assert_close(&format!("{name}, input {i}"), found, expected, 2e-5, expected);
        }
    }};
}

#[test]
fn ragged_rows_give_what_a_loop_gives() {
    let lengths = || vec![2.0, 5.0, 0.0, 1.0, 5.0, 3.0];
    against_a_loop!(gru_of::<5, 3, 4>, 3, 1, lengths(), 1);
    against_a_loop!(lstm_of::<5, 3, 4>, 4, 1, lengths(), 1);
    against_a_loop!(bi_gru_of::<5, 3, 4>, 3, 2, lengths(), 1);
    against_a_loop!(bi_lstm_of::<5, 3, 4>, 4, 2, lengths(), 1);
}

/// Two parts of rows, on two threads if there are two.
#[test]
fn many_rows_give_what_a_loop_gives() {
    let lengths = || (0..41).map(|row| (row * 7 % 8) as f32).collect();
    against_a_loop!(gru_of::<7, 20, 33>, 3, 1, lengths(), 397);
    against_a_loop!(bi_lstm_of::<7, 20, 33>, 4, 2, lengths(), 397);
}

#[test]
fn nothing_behind_a_row_s_end_is_read() {
    const STEPS: usize = 4;
    let lengths = [3.0, 0.0, 4.0];
    let x = scattered_from(3 * STEPS * 2, 3);
    let all = [(3, 1), (4, 1), (3, 2), (4, 2)].map(|(gates, directions)| {
        let parameters = parameters::<2, 3>(gates, directions);
        let direction = scattered_from(3 * if directions == 1 { STEPS } else { 2 } * 3, 9);
        let run = |x: &[f64]| {
            let lengths = Some(&lengths[..]);
            match (gates, directions) {
                (3, 1) => gru_of::<STEPS, 2, 3>(&parameters, x, lengths, &direction),
                (_, 1) => lstm_of::<STEPS, 2, 3>(&parameters, x, lengths, &direction),
                (3, _) => bi_gru_of::<STEPS, 2, 3>(&parameters, x, lengths, &direction),
                _ => bi_lstm_of::<STEPS, 2, 3>(&parameters, x, lengths, &direction),
            }
        };
        let clean = run(&x);
        for padding in [f64::NAN, f64::INFINITY, 1e30] {
            let mut padded = x.clone();
            for (row, length) in padded.chunks_mut(STEPS * 2).zip(lengths) {
                row[length as usize * 2..].fill(padding);
            }
            let found = run(&padded);
            assert_eq!(found.states, clean.states);
            assert_eq!(found.parameters, clean.parameters);
            assert_eq!(found.input, clean.input);
        }
        clean.input
    });
    for input in all {
        assert_eq!(input[3 * 2..STEPS * 2 * 2], [0.0; 2 + STEPS * 2]);
        assert!(input[..3 * 2].iter().all(|&slope| slope != 0.0));
    }
}

#[test]
fn a_row_s_states_do_not_depend_on_its_neighbours() {
    let parameters = parameters::<3, 4>(3, 1);
    let x = scattered_from(5 * 6 * 3, 1);
    let lengths = [6.0, 2.0, 5.0, 1.0, 4.0];
    let direction = vec![1.0; 5 * 6 * 4];
    let together = gru_of::<6, 3, 4>(&parameters, &x, Some(&lengths), &direction);
    for row in 0..5 {
        let own = &x[row * 18..][..18];
        let alone = gru_of::<6, 3, 4>(&parameters, own, Some(&[lengths[row]]), &direction[..24]);
        assert_all_close(
            "alone",
            &together.states[row * 24..][..24],
            &alone.states,
            1e-7,
        );
        assert_all_close(
            "alone",
            &together.input[row * 18..][..18],
            &alone.input,
            1e-6,
        );
    }
}

#[test]
fn a_length_that_is_none_gives_nan_in_its_row_alone() {
    let parameters = parameters::<2, 3>(4, 1);
    let x = scattered_from(5 * 4 * 2, 1);
    let lengths = [4.0, -1.0, 2.5, 5.0, f32::NAN];
    let direction = vec![1.0; 5 * 4 * 3];
    let found = lstm_of::<4, 2, 3>(&parameters, &x, Some(&lengths), &direction);
    assert!(found.states[..12].iter().all(|state| state.is_finite()));
    assert!(found.states[12..].iter().all(|state| state.is_nan()));
    assert!(
        found.input[..8]
            .iter()
            .all(|slope| slope.is_finite() && *slope != 0.0)
    );
    assert_eq!(found.input[8..], [0.0; 32]);
}

#[test]
fn parameters_have_pytorch_s_names_and_shapes() {
    let layer = Device::default().build_module::<BiLstm<5, 7>, f32>();
    let path = std::env::temp_dir().join(format!(
        "elbow-recurrent-{}.safetensors",
        std::process::id()
    ));
    layer.save_safetensors(&path).expect("a writable folder");
    let file = std::fs::read(&path).expect("the file");
    std::fs::remove_file(&path).expect("the file");
    let header = String::from_utf8_lossy(&file);
    for direction in ["", "_reverse"] {
        for (name, shape) in [
            ("weight_ih_l0", "[28,5]"),
            ("weight_hh_l0", "[28,7]"),
            ("bias_ih_l0", "[28]"),
            ("bias_hh_l0", "[28]"),
        ] {
            let entry = format!("\"{name}{direction}\":{{\"dtype\":\"F32\",\"shape\":{shape}");
            assert!(header.contains(&entry), "{entry}");
        }
    }
    let bound = 1.0 / 7.0_f32.sqrt();
    let all = layer.weight_ih_l0_reverse.as_vec();
    assert!(all.iter().all(|weight| weight.abs() <= bound));
    assert!(all.iter().any(|weight| weight.abs() > 0.8 * bound));
}

model! {
    /// Words of up to nine letters, as the sum of what they leave in both directions.
    struct Words {
        embed: Embedding<5, 6>,
        read: (BiGru<6, 16>, ToEvent<Rank1<32>>, Linear<32, 4>),
        write: (Linear<4, 45>, ToEvent<Rank2<9, 5>>),
    }
    generative p(length: []) {
        sample z: [4] ~ Normal::new(0.0, 1.0);
        sample x: [9] ~ Categorical::logits(write(z));
    }
    inference q(x, length) {
        sample z ~ Normal::new(read(embed(x), length), 0.1);
    }
}

/// With several particles rows are repeated in place.
#[test]
fn a_model_of_words_learns() -> Result<(), elbow::Error> {
    let mut model = Words::new(2);
    let letters = (0..20 * 9).map(|i| (i / 9 % 5 + i % 2) % 5);
    let x: Batch<(Const<9>,)> = batch(letters.collect::<Vec<usize>>())?;
    let lengths: Batch<()> = batch((0..20).map(|row| 1 + row % 9).collect::<Vec<usize>>())?;
    let mut adam = Adam::new(1e-2);
    let elbo = Elbo::default().particles(3);
    let mut losses = Vec::new();
    for _ in 0..150 {
        let loss = elbo.loss(&model.q(&x, &lengths))?;
        losses.push(loss.value());
        adam.descend(&mut model, loss)?;
    }
    assert!(
        losses[149] < 0.6 * losses[0],
        "{} {}",
        losses[0],
        losses[149]
    );
    Ok(())
}
