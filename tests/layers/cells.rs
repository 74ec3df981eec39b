//! Recurrent cells step by step: against PyTorch's sequences, against whole sequences as one operation, by finite differences, and on
//! repeated rows.

use elbow::dfdx::nn::SaveToSafetensors;
use elbow::family::{modules, repeat};
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::{
    Grads, assert_all_close, assert_close, backward, gradient_of, numbers, scattered, to_f32,
    weighted,
};

use crate::recurrent_values::{gru, lstm};

fn scattered_from(count: usize, from: usize) -> Vec<f64> {
    let own = |i| f64::from(scattered(from + i) as f32);
    (0..count).map(own).collect()
}

/// States, and gradients by the inputs, the first state and every parameter.
struct Results {
    states: Vec<f64>,
    inputs: Vec<f64>,
    start: Vec<f64>,
    parameters: Vec<Vec<f64>>,
}

/// A cell and the layer of whole sequences of the same rule.
macro_rules! cell {
    ($name:ident: $cell:ident, $layer:ident, $state:ty, $rows:literal) => {
        mod $name {
            use super::*;

            pub type Own<const I: usize, const H: usize> = modules::$cell<I, H, f32, Device>;

            pub fn of<const I: usize, const H: usize>(parameters: &[Vec<f64>]) -> Own<I, H> {
                let mut cell = Device::default().build_module::<$cell<I, H>, f32>();
                cell.weight_ih.copy_from(&to_f32(&parameters[0]));
                cell.weight_hh.copy_from(&to_f32(&parameters[1]));
                cell.bias_ih.copy_from(&to_f32(&parameters[2]));
                cell.bias_hh.copy_from(&to_f32(&parameters[3]));
                cell
            }

            pub fn by_parameters<const I: usize, const H: usize>(
                cell: &Own<I, H>,
                grads: &mut Grads,
            ) -> Vec<Vec<f64>> {
                vec![
                    gradient_of(grads, &Var::from(&cell.weight_ih)),
                    gradient_of(grads, &Var::from(&cell.weight_hh)),
                    gradient_of(grads, &Var::from(&cell.bias_ih)),
                    gradient_of(grads, &Var::from(&cell.bias_hh)),
                ]
            }

            /// The hidden states of all steps from `start`, row by row. The direction is that of whole rows of states.
            pub fn unrolled<const I: usize, const H: usize>(
                parameters: &[Vec<f64>],
                x: &[f64],
                start: &[f64],
                direction: &[f64],
            ) -> Results {
                let cell = of::<I, H>(parameters);
                let rows = start.len() / ($rows * H);
                let steps = x.len() / (rows * I);
                let of_step = |values: &[f64], each: usize, step: usize| -> Vec<f64> {
                    let rows = values.chunks(steps * each);
                    let own = rows.map(|row| &row[step * each..][..each]);
                    own.collect::<Vec<_>>().concat()
                };
                let inputs: Vec<Batch<(Const<I>,)>> = (0..steps)
                    .map(|step| batch(to_f32(&of_step(x, I, step))).expect("rows"))
                    .collect();
                let start: Batch<$state> = batch(to_f32(start)).expect("rows");
                let mut states = Vec::new();
                let mut grads = backward(|| {
                    states.clear();
                    let mut state = Var::from(&start);
                    let mut total: Var<()> = Var::from(tensor(vec![0.0], ()));
                    for (step, x) in inputs.iter().enumerate() {
                        state = cell.forward((Var::from(x), state));
                        let direction = of_step(direction, $rows * H, step);
                        states.push(numbers(&state));
                        total = total + weighted(state.clone(), &direction);
                    }
                    total
                });
                let ordered = |of_steps: Vec<Vec<f64>>, each: usize| -> Vec<f64> {
                    let row = |row| {
                        of_steps
                            .iter()
                            .flat_map(move |own| own[row * each..][..each].to_vec())
                    };
                    (0..rows).flat_map(row).collect()
                };
                let by_inputs: Vec<Vec<f64>> = inputs
                    .iter()
                    .map(|x| gradient_of(&mut grads, &Var::from(x)))
                    .collect();
                Results {
                    states: ordered(states, $rows * H),
                    inputs: ordered(by_inputs, I),
                    start: gradient_of(&mut grads, &Var::from(&start)),
                    parameters: by_parameters(&cell, &mut grads),
                }
            }

            /// The same of the layer of whole sequences, whose states begin at zero.
            pub fn whole<const T: usize, const I: usize, const H: usize>(
                parameters: &[Vec<f64>],
                x: &[f64],
                direction: &[f64],
            ) -> Results {
                let mut layer = Device::default().build_module::<$layer<I, H>, f32>();
                layer.weight_ih_l0.copy_from(&to_f32(&parameters[0]));
                layer.weight_hh_l0.copy_from(&to_f32(&parameters[1]));
                layer.bias_ih_l0.copy_from(&to_f32(&parameters[2]));
                layer.bias_hh_l0.copy_from(&to_f32(&parameters[3]));
                let x: Batch<(Const<T>, Const<I>)> = batch(to_f32(x)).expect("rows");
                let mut states = Vec::new();
                let mut grads = backward(|| {
                    let out = layer.forward(Var::from(&x));
                    states = numbers(&out);
                    weighted(out, direction)
                });
                Results {
                    states,
                    inputs: gradient_of(&mut grads, &Var::from(&x)),
                    start: Vec::new(),
                    parameters: vec![
                        gradient_of(&mut grads, &Var::from(&layer.weight_ih_l0)),
                        gradient_of(&mut grads, &Var::from(&layer.weight_hh_l0)),
                        gradient_of(&mut grads, &Var::from(&layer.bias_ih_l0)),
                        gradient_of(&mut grads, &Var::from(&layer.bias_hh_l0)),
                    ],
                }
            }
        }
    };
}

cell!(gru_cell: GruCell, Gru, (Const<H>,), 1);
cell!(lstm_cell: LstmCell, Lstm, (Const<2>, Const<H>), 2);

/// A direction for hidden states, with nothing for the memories behind them.
fn beside_memories(direction: &[f64], units: usize, rows: usize) -> Vec<f64> {
    let own = direction.chunks(units).flat_map(|own| {
        let memories = vec![0.0; (rows - 1) * units];
        [own.to_vec(), memories].concat()
    });
    own.collect()
}

/// The hidden states among rows of states.
fn hidden(states: &[f64], units: usize, rows: usize) -> Vec<f64> {
    let own = states
        .chunks(rows * units)
        .flat_map(|row| row[..units].to_vec());
    own.collect()
}

macro_rules! golden {
    ($values:ident, $cell:ident, $rows:literal) => {{
        let parameters: Vec<_> = $values::PARAMETERS
            .iter()
            .map(|(own, _)| own.to_vec())
            .collect();
        let direction = beside_memories(&$values::DIRECTION, 3, $rows);
        let start = vec![0.0; 3 * $rows * 3];
        let found = $cell::unrolled::<2, 3>(&parameters, &$values::INPUT, &start, &direction);
        let name = stringify!($cell);
        assert_all_close(
            name,
            &hidden(&found.states, 3, $rows),
            &$values::OUTPUT,
            1e-5,
        );
        assert_all_close(name, &found.inputs, &$values::INPUT_GRADIENT, 1e-5);
        for (found, (_, expected)) in found.parameters.iter().zip($values::PARAMETERS) {
            assert_all_close(name, found, expected, 1e-5);
        }
    }};
}

#[test]
fn steps_and_their_gradients_are_those_of_pytorch() {
    golden!(gru, gru_cell, 1);
    golden!(lstm, lstm_cell, 2);
}

/// Parameters for a number of gates.
fn parameters<const I: usize, const H: usize>(gates: usize) -> Vec<Vec<f64>> {
    let sizes = [gates * H * I, gates * H * H, gates * H, gates * H];
    let all = sizes.into_iter().enumerate();
    all.map(|(number, size)| scattered_from(size, 1000 * number))
        .collect()
}

macro_rules! against_whole {
    ($cell:ident::<$t:literal, $i:literal, $h:literal>, $gates:literal, $rows:literal, $count:literal) => {{
        let parameters = parameters::<$i, $h>($gates);
        let x = scattered_from($count * $t * $i, 77);
        let direction = scattered_from($count * $t * $h, 5);
        let start = vec![0.0; $count * $rows * $h];
        let own = beside_memories(&direction, $h, $rows);
        let found = $cell::unrolled::<$i, $h>(&parameters, &x, &start, &own);
        let expected = $cell::whole::<$t, $i, $h>(&parameters, &x, &direction);
        let name = stringify!($cell);
        assert_all_close(name, &hidden(&found.states, $h, $rows), &expected.states, 1e-6);
        assert_all_close(name, &found.inputs, &expected.inputs, 2e-6);
        for (found, expected) in found.parameters.iter().zip(&expected.parameters) {
            assert_all_close(name, found, expected, 4e-6);
        }
    }};
}

/// The second sizes are enough for two threads.
#[test]
fn unrolled_steps_are_the_whole_sequence() {
    against_whole!(gru_cell::<5, 3, 4>, 3, 1, 6);
    against_whole!(lstm_cell::<5, 3, 4>, 4, 2, 6);
    against_whole!(gru_cell::<3, 40, 65>, 3, 1, 130);
    against_whole!(lstm_cell::<3, 40, 65>, 4, 2, 130);
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A step of one row in `f64`.
fn plain(parameters: &[Vec<f64>], x: &[f64], state: &[f64], units: usize) -> Vec<f64> {
    let (h, c) = state.split_at(units);
    let sums = |weight: &[f64], bias: &[f64], x: &[f64]| -> Vec<f64> {
        let rows = weight.chunks(x.len()).zip(bias);
        let sum =
            |(row, bias): (&[f64], &f64)| bias + row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
        rows.map(sum).collect()
    };
    let a = sums(&parameters[0], &parameters[2], x);
    let b = sums(&parameters[1], &parameters[3], h);
    let both = |gate: usize, unit: usize| a[gate * units + unit] + b[gate * units + unit];
    if c.is_empty() {
        let own = |u: usize| {
            let n = (a[2 * units + u] + sigmoid(both(0, u)) * b[2 * units + u]).tanh();
            let z = sigmoid(both(1, u));
            (1.0 - z) * n + z * h[u]
        };
        return (0..units).map(own).collect();
    }
    let memory = |u: usize| sigmoid(both(1, u)) * c[u] + sigmoid(both(0, u)) * both(2, u).tanh();
    let memories: Vec<f64> = (0..units).map(memory).collect();
    let own = |u: usize| sigmoid(both(3, u)) * memories[u].tanh();
    let states: Vec<f64> = (0..units).map(own).collect();
    [states, memories].concat()
}

macro_rules! differences {
    ($cell:ident, $gates:literal, $rows:literal) => {{
        const UNITS: usize = 4;
        let parameters = parameters::<3, UNITS>($gates);
        let (x, start) = (
            scattered_from(2 * 3, 3),
            scattered_from(2 * $rows * UNITS, 50),
        );
        let direction = scattered_from(2 * $rows * UNITS, 9);
        let found = $cell::unrolled::<3, UNITS>(&parameters, &x, &start, &direction);
        let all: Vec<Vec<f64>> = parameters.iter().cloned().chain([x, start]).collect();
        let goal = |all: &[Vec<f64>]| -> f64 {
            let rows = all[4].chunks(3).zip(all[5].chunks($rows * UNITS));
            let states = rows.flat_map(|(x, state)| plain(all, x, state, UNITS));
            states.zip(&direction).map(|(state, way)| state * way).sum()
        };
        let mut slopes = found.parameters;
        slopes.extend([found.inputs, found.start]);
        for (number, own) in slopes.iter().enumerate() {
            for (i, &found) in own.iter().enumerate() {
                let moved = |by: f64| {
                    let mut all = all.clone();
                    all[number][i] += by;
                    goal(&all)
                };
                let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                let what = format!("{}, tensor {number}, {i}", stringify!($cell));
                assert_close(&what, found, expected, 2e-6, expected);
            }
        }
    }};
}

/// By parameters, inputs, states and memories. States do not begin at zero.
#[test]
fn gradients_are_finite_differences() {
    differences!(gru_cell, 3, 1);
    differences!(lstm_cell, 4, 2);
}

/// What is repeated in place, and copies of it, alone and together.
macro_rules! repeated {
    ($cell:ident, $gates:literal, $rows:literal, $state:ty, $plated:expr) => {{
        const UNITS: usize = 4;
        let cell = $cell::of::<3, UNITS>(&parameters::<3, UNITS>($gates));
        let direction = scattered_from(12 * $rows * UNITS, 9);
        let run = |x_times: usize, state_times: usize, copies: bool| {
            let x: Batch<(Const<3>,)> =
                batch(to_f32(&scattered_from(12 / x_times * 3, 3))).expect("rows");
            let state: Batch<$state> = batch(to_f32(&scattered_from(
                12 / state_times * $rows * UNITS,
                50,
            )))
            .expect("rows");
            let mut out = Vec::new();
            let mut grads = backward(|| {
                let mut own: Var<(usize, Const<3>)> =
                    repeat(&Var::from(&x), 3, x_times, (12, Const));
                let mut before = repeat(&Var::from(&state), $rows * UNITS, state_times, $plated);
                if copies {
                    own = Var::from(own.into_tensor());
                    before = Var::from(before.into_tensor());
                }
                let after = cell.forward((own, before));
                out = numbers(&after);
                weighted(after, &direction)
            });
            let mut all = vec![
                out,
                gradient_of(&mut grads, &Var::from(&x)),
                gradient_of(&mut grads, &Var::from(&state)),
            ];
            all.extend($cell::by_parameters(&cell, &mut grads));
            all
        };
        for (x_times, state_times) in [(3, 1), (1, 4), (3, 3), (2, 6)] {
            let (found, expected) = (
                run(x_times, state_times, false),
                run(x_times, state_times, true),
            );
            for (found, expected) in found.iter().zip(&expected) {
                let name = format!("{} {x_times} {state_times}", stringify!($cell));
                assert_all_close(&name, found, expected, 1e-6);
            }
        }
    }};
}

#[test]
fn repeated_rows_give_and_get_what_copies_do() {
    repeated!(gru_cell, 3, 1, (Const<UNITS>,), (12, Const));
    repeated!(
        lstm_cell,
        4,
        2,
        (Const<2>, Const<UNITS>),
        (12, Const, Const)
    );
}

/// A learned first state or input, which is one event for all rows.
macro_rules! one_for_all {
    ($cell:ident, $gates:literal, $rows:literal, $state:ty) => {{
        const UNITS: usize = 4;
        let cell = $cell::of::<3, UNITS>(&parameters::<3, UNITS>($gates));
        let (x, state) = (scattered_from(3, 3), scattered_from($rows * UNITS, 50));
        let (one, two) = (
            scattered_from(5 * 3, 30),
            scattered_from(5 * $rows * UNITS, 70),
        );
        let event_x: Tensor<Rank1<3>, f32, Device> = tensor(to_f32(&x), (Const,));
        let event_state: Tensor<$state, f32, Device> = tensor(to_f32(&state), Default::default());
        let copied_x: Batch<(Const<3>,)> = batch(to_f32(&x.repeat(5))).expect("rows");
        let copied_state: Batch<$state> = batch(to_f32(&state.repeat(5))).expect("rows");
        let rows_x: Batch<(Const<3>,)> = batch(to_f32(&one)).expect("rows");
        let rows_state: Batch<$state> = batch(to_f32(&two)).expect("rows");
        let direction = scattered_from(5 * $rows * UNITS, 9);
        let sum = |copies: &[f64], each: usize| -> Vec<f64> {
            (0..each)
                .map(|i| copies.iter().skip(i).step_by(each).sum())
                .collect()
        };
        // The input is one for all, and then the state is.
        let mut by_event = backward(|| {
            weighted(
                cell.forward((Var::from(&event_x), Var::from(&rows_state))),
                &direction,
            )
        });
        let mut by_copies = backward(|| {
            weighted(
                cell.forward((Var::from(&copied_x), Var::from(&rows_state))),
                &direction,
            )
        });
        let found = gradient_of(&mut by_event, &Var::from(&event_x));
        let expected = sum(&gradient_of(&mut by_copies, &Var::from(&copied_x)), 3);
        assert_all_close("one input", &found, &expected, 1e-6);
        let mut values = [Vec::new(), Vec::new()];
        let mut by_event = backward(|| {
            let out = cell.forward((Var::from(&rows_x), Var::from(&event_state)));
            values[0] = numbers(&out);
            weighted(out, &direction)
        });
        let mut by_copies = backward(|| {
            let out = cell.forward((Var::from(&rows_x), Var::from(&copied_state)));
            values[1] = numbers(&out);
            weighted(out, &direction)
        });
        assert_all_close("one state's values", &values[0], &values[1], 1e-6);
        let found = gradient_of(&mut by_event, &Var::from(&event_state));
        let copied = gradient_of(&mut by_copies, &Var::from(&copied_state));
        assert_all_close("one state", &found, &sum(&copied, $rows * UNITS), 1e-6);
        let one = cell
            .forward((Var::from(&event_x), Var::from(&event_state)))
            .as_vec();
        let all = cell
            .forward((Var::from(&copied_x), Var::from(&event_state)))
            .as_vec();
        assert_eq!(one[..], all[..one.len()]);
    }};
}

#[test]
fn one_event_stands_for_all_rows() {
    one_for_all!(gru_cell, 3, 1, (Const<UNITS>,));
    one_for_all!(lstm_cell, 4, 2, (Const<2>, Const<UNITS>));
}

#[test]
fn a_step_of_no_number_is_nan_in_its_row_alone() {
    let cell = gru_cell::of::<3, 4>(&parameters::<3, 4>(3));
    let mut x = scattered_from(3 * 3, 1);
    x[4] = f64::NAN;
    let x: Batch<(Const<3>,)> = batch(to_f32(&x)).expect("rows");
    let state: Batch<(Const<4>,)> = batch(vec![0.0; 12]).expect("rows");
    let out = cell.forward((Var::from(x), Var::from(state))).as_vec();
    assert!(out[4..8].iter().all(|state| state.is_nan()));
    assert!(
        out[..4]
            .iter()
            .chain(&out[8..])
            .all(|state| state.is_finite())
    );
}

#[test]
fn parameters_have_pytorch_s_names_and_shapes() {
    let layer = Device::default().build_module::<LstmCell<5, 7>, f32>();
    let path = std::env::temp_dir().join(format!("elbow-cell-{}.safetensors", std::process::id()));
    layer.save_safetensors(&path).expect("a writable folder");
    let file = std::fs::read(&path).expect("the file");
    std::fs::remove_file(&path).expect("the file");
    let header = String::from_utf8_lossy(&file);
    for (name, shape) in [
        ("weight_ih", "[28,5]"),
        ("weight_hh", "[28,7]"),
        ("bias_ih", "[28]"),
        ("bias_hh", "[28]"),
    ] {
        let entry = format!("\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape}");
        assert!(header.contains(&entry), "{entry}");
    }
    let bound = 1.0 / 7.0_f32.sqrt();
    let all = layer.weight_ih.as_vec();
    assert!(all.iter().all(|weight| weight.abs() <= bound));
    assert!(all.iter().any(|weight| weight.abs() > 0.8 * bound));
}

model! {
    /// Three numbers in turn, each by a state that has read those before it.
    struct Turns {
        start: (Linear<2, 8>, Tanh),
        begin: Parameter<Rank1<1>>,
        writer: GruCell<1, 8>,
        out: Linear<8, 1>,
        reader: LstmCell<1, 6>,
        empty: Parameter<Rank2<2, 6>>,
        code: (ToEvent<Rank1<12>>, Linear<12, 2>),
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let first = writer(begin, start(z));
        sample a: [1] ~ Normal::new(out(first), 0.1);
        let second = writer(a, first);
        sample b: [1] ~ Normal::new(out(second), 0.1);
        sample c: [1] ~ Normal::new(out(writer(b, second)), 0.1);
    }
    inference q(a, b, c) {
        let one = reader(a, empty);
        let two = reader(b, one);
        sample z ~ Normal::new(code(reader(c, two)), 0.3);
    }
}

/// With several particles the first state is repeated in place beside data.
#[test]
fn a_model_of_steps_learns() -> Result<(), elbow::Error> {
    let mut model = Turns::new(3);
    let column = |shift: usize| -> Batch<(Const<1>,)> {
        batch(
            (0..30)
                .map(|row| ((row + shift) % 3) as f32 - 1.0)
                .collect::<Vec<f32>>(),
        )
        .expect("rows")
    };
    let (a, b, c) = (column(0), column(1), column(2));
    let mut adam = Adam::new(1e-2);
    let elbo = Elbo::default().particles(3);
    let mut losses = Vec::new();
    for _ in 0..300 {
        let loss = elbo.loss(&model.q(&a, &b, &c))?;
        losses.push(loss.value());
        adam.descend(&mut model, loss)?;
    }
    assert!(
        losses[299] < 0.1 * losses[0],
        "{} {}",
        losses[0],
        losses[299]
    );
    // Every tensor has learned.
    assert!(model.begin.value.as_vec()[0] != 0.0);
    assert!(model.empty.value.as_vec().iter().all(|start| *start != 0.0));
    Ok(())
}
