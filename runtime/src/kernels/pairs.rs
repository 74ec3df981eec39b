//! A formula of every row of data under every row of parameters, summed over the event: one product of matrices.
//!
//! Where the states of an enumerated site are listed, what reads that site alone is the same for every row of data. The log-mass of an
//! exponential family is `x·η(θ) + r(θ) + b(x)`. Its sums over all pairs of rows are the products of the rows of `x` and `η`;
//! the rest is computed once a row of data or of parameters. All of it is in `f64`.

mod flow;
mod partly;
mod split;

use self::flow::flow;
pub(crate) use self::split::{Linear, Split, SplitInside};
use super::elementwise::{RowSums, share, stored};
use super::product::{Matrix, Write, multiply};
use crate::tensor::parts::{self, Parts};
use crate::tensor::tape::note_unlearned;
use crate::tensor::{Flat, Given, Rows, is_wanted, on_backward};

/// Rows of data and rows of parameters, each of which meets all of the other kind.
#[derive(Clone)]
struct Pairs {
    data: Flat,
    parameters: Flat,
    /// Whether a row of data meets all parameters before the next row does. Or the other way round.
    by_data: bool,
    elements: usize,
}

impl Pairs {
    fn of(given: &[Given], elements: usize) -> Option<Self> {
        let [data, parameters] = given else {
            return None;
        };
        let [own, others] = [data, parameters].map(|given| match given {
            Given::Rows(_) => stored(given, elements),
            Given::Number(_) | Given::Event(_) => None,
        });
        let (own, others) = (own?, others?);
        let (rows, states) = (own.len() / elements.max(1), others.len() / elements.max(1));
        let all = Given::most_rows(given, elements);
        if rows < 2 || states < 2 || all != rows * states {
            return None;
        }
        let shares = [data, parameters].map(|given| share(given, all, elements));
        let by_data = match shares {
            [in_turn, 1] if in_turn == states => true,
            [1, in_turn] if in_turn == rows => false,
            _ => return None,
        };
        Some(Self {
            data: own.clone(),
            parameters: others.clone(),
            by_data,
            elements,
        })
    }

    fn rows(&self) -> usize {
        self.data.len() / self.elements
    }

    fn states(&self) -> usize {
        self.parameters.len() / self.elements
    }
}

/// The sums over the elements of events that are observed, or over all, if the operands are all pairs of their rows and the formula has
/// parts, which are finite. No gradient by the data may be wanted.
pub(super) fn summed(
    split: impl FnOnce() -> Option<Box<dyn Split>>,
    given: &[Given],
    observed: Option<&Flat>,
    elements: usize,
) -> Option<Rows> {
    let pairs = Pairs::of(given, elements)?;
    let split = split()?;
    if is_wanted(&pairs.data) || !split.holds(pairs.data.values()) {
        return None;
    }
    if let Some(observed) = observed {
        return partly::summed(pairs, split, observed);
    }
    let slopes = slopes(&pairs, &*split);
    let rests = row_sums(pairs.parameters.values(), elements, |own, out| {
        split.rests(own, out);
    });
    if !slopes.iter().chain(&rests).all(|part| part.is_finite()) {
        return None;
    }
    let bases = row_sums(pairs.data.values(), elements, |data, out| {
        split.bases(data, out)
    });
    let data: Vec<f64> = pairs.data.values().iter().map(|&x| x.into()).collect();
    let out = Rows::filled(pairs.rows() * pairs.states(), |out| {
        let data = Matrix::rows(&data, pairs.rows(), elements);
        let slopes = Matrix::rows(&slopes, pairs.states(), elements);
        let (left, right) = match pairs.by_data {
            true => (data, slopes),
            false => (slopes, data),
        };
        multiply(out, left, right.transpose(), Write::Replace);
        let (slow, fast) = match pairs.by_data {
            true => (&bases, &rests),
            false => (&rests, &bases),
        };
        for (out, slow) in out.chunks_mut(fast.len()).zip(slow) {
            out.iter_mut()
                .zip(fast)
                .for_each(|(out, fast)| *out += slow + fast);
        }
    });
    if is_wanted(&pairs.parameters) {
        on_backward(out.flat(), move |upstream, grads| {
            let gradient = grads.buffer(&pairs.parameters);
            flow_back(&pairs, &*split, &data, upstream, gradient);
        });
    } else {
        note_unlearned(out.flat());
    }
    Some(out)
}

/// The slope at each parameter.
fn slopes(pairs: &Pairs, split: &dyn Split) -> Vec<f64> {
    of_parameters(pairs, |own, slopes| split.slopes(own, slopes))
}

/// A formula of each parameter.
fn of_parameters(pairs: &Pairs, formula: impl Fn(&[f32], &mut [f64]) + Sync) -> Vec<f64> {
    let parameters = pairs.parameters.values();
    let mut values = vec![0.0; parameters.len()];
    let each = Parts::new(pairs.states(), pairs.elements, 1).each() * pairs.elements;
    let jobs = parameters.chunks(each).zip(values.chunks_mut(each));
    parts::share(jobs, |(own, values)| formula(own, values));
    values
}

/// The values of a formula of one number, summed over each row.
fn row_sums(
    numbers: &[f32],
    elements: usize,
    formula: impl Fn(&[f32], &mut [f64]) + Sync,
) -> Vec<f64> {
    let mut sums = vec![0.0; numbers.len() / elements];
    let parts = Parts::new(sums.len(), elements, 1);
    let jobs = numbers
        .chunks(parts.each() * elements)
        .zip(sums.chunks_mut(parts.each()));
    parts::share(jobs, |(own, sums): (&[f32], &mut [f64])| {
        let mut terms = vec![0.0; own.len()];
        formula(own, &mut terms);
        RowSums::new(elements, sums).take(&terms);
    });
    sums
}

/// Adds to the gradient of the parameters what flows back to each pair.
fn flow_back(
    pairs: &Pairs,
    split: &dyn Split,
    data: &[f64],
    upstream: &[f32],
    gradient: &mut [f32],
) {
    let (rows, states, elements) = (pairs.rows(), pairs.states(), pairs.elements);
    let upstream: Vec<f64> = upstream.iter().map(|&up| up.into()).collect();
    let mut to_rests = vec![0.0; states];
    let by_state = if pairs.by_data {
        for upstream in upstream.chunks(states) {
            to_rests
                .iter_mut()
                .zip(upstream)
                .for_each(|(sum, up)| *sum += up);
        }
        Matrix::rows(&upstream, rows, states).transpose()
    } else {
        let of_states = to_rests.iter_mut().zip(upstream.chunks(rows));
        of_states.for_each(|(sum, upstream)| *sum = upstream.iter().sum());
        Matrix::rows(&upstream, states, rows)
    };
    let mut to_slopes = vec![0.0; states * elements];
    let data = Matrix::rows(data, rows, elements);
    multiply(&mut to_slopes, by_state, data, Write::Replace);
    let of_state = |state: usize, out: &mut [f64]| out.fill(to_rests[state]);
    flow(pairs, split, &to_slopes, &of_state, gradient);
}

#[cfg(test)]
mod tests {
    use crate::tensor::names::Const;

    use crate::distribution::{Bernoulli, Distribution, OneHotCategorical, Poisson};
    use crate::tensor::repeated::{Repeat, copied};
    use crate::tensor::tape::{note_unlearned, record};
    use crate::tensor::{Batch, Flat, Rows, Value, Var, constant, tensor};

    const WIDTH: usize = 19;
    type Event = (Const<WIDTH>,);

    fn each(copies: usize, times: usize) -> Repeat {
        Repeat {
            elements: WIDTH,
            copies,
            times,
        }
    }

    /// The log-masses and the gradient by the parameters, of rows that are read in place or copied.
    fn run(
        log_mass: impl Fn(&Value<Event>, Value<Event>) -> Rows,
        data: &Batch<Event>,
        parameters: &Batch<Event>,
        by_data: bool,
        in_place: bool,
    ) -> (Vec<f64>, Vec<f32>) {
        let rows = |batch: &Batch<Event>| batch.as_vec().len() / WIDTH;
        let (own, states) = (rows(data), rows(parameters));
        let (of_data, of_states) = match by_data {
            true => (each(states, 1), each(1, own)),
            false => (each(1, states), each(own, 1)),
        };
        let (all, recording) = record(|| {
            let all = |rows: &Flat, how: Repeat| -> Value<Event> {
                let repeated = how.apply(rows);
                let flat = match in_place {
                    true => repeated,
                    false => copied(&repeated),
                };
                Var::of(flat, (own * states, Const))
            };
            let data = Flat::of(data.as_vec());
            note_unlearned(&data);
            let parameters = all(Var::from(parameters).flat(), of_states);
            let rows = log_mass(&all(&data, of_data), parameters);
            let weights = (0..own * states)
                .map(|row| (row % 7) as f32 - 2.5)
                .collect();
            let weights: Var<(usize,)> = constant(weights, (own * states,));
            let sum: Var<()> = (rows.var() * weights).sum();
            (rows.exact().to_vec(), sum)
        });
        let (exact, sum) = all;
        (exact, recording.backward(&sum).get(parameters).as_vec())
    }

    fn batch(rows: usize, number: impl Fn(usize) -> f32) -> Batch<Event> {
        tensor((0..rows * WIDTH).map(number).collect(), (rows, Const))
    }

    fn assert_same(
        name: &str,
        log_mass: impl Fn(&Value<Event>, Value<Event>) -> Rows + Copy,
        data: &Batch<Event>,
        parameters: &Batch<Event>,
    ) {
        for by_data in [true, false] {
            let [(found, slopes), (expected, expected_slopes)] =
                [true, false].map(|in_place| run(log_mass, data, parameters, by_data, in_place));
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                let close = (found - expected).abs() <= 1e-6 * expected.abs().max(1.0);
                assert!(close || found == expected, "{name}: {found} for {expected}");
            }
            for (found, expected) in slopes.iter().zip(&expected_slopes) {
                let close = (found - expected).abs() <= 2e-5 * expected.abs().max(1.0);
                assert!(
                    close || found == expected,
                    "{name}, slope: {found} for {expected}"
                );
            }
        }
    }

    fn bernoulli(x: &Value<Event>, logits: Value<Event>) -> Rows {
        Bernoulli::<Event>::logits(logits).log_prob(x)
    }

    #[test]
    fn products_of_pairs_are_what_each_pair_gives_by_itself() {
        let number = |i: usize| ((i * 7919 + 13) % 1000) as f32 / 1000.0;
        let bits = batch(5, |i| f32::from(u8::from(number(i) > 0.6)));
        let counts = batch(5, |i| (number(i) * 40.0).floor());
        let one_hot = batch(5, |i| f32::from(u8::from(i % WIDTH == i / WIDTH * 3)));
        let logits = batch(3, |i| 8.0 * number(i + 5) - 4.0);
        let rates = batch(3, |i| 0.1 + 20.0 * number(i + 5));
        assert_same("Bernoulli", bernoulli, &bits, &logits);
        assert_same(
            "Poisson",
            |x, rates| Poisson::<Event>::new(rates).log_prob(x),
            &counts,
            &rates,
        );
        assert_same(
            "OneHotCategorical",
            |x, logits| OneHotCategorical::<Event>::logits(logits).log_prob(x),
            &one_hot,
            &logits,
        );
    }

    #[test]
    fn infinite_logits_and_data_outside_count_as_elsewhere() {
        let bits = batch(4, |i| f32::from(u8::from(i % 3 == 0)));
        let certain = batch(3, |i| match i % WIDTH {
            4 if i < WIDTH => f32::INFINITY,
            9 => f32::NEG_INFINITY,
            other => other as f32 - 9.0,
        });
        assert_same("certain bits", bernoulli, &bits, &certain);
        let halves = batch(4, |i| {
            if i == 30 {
                0.5
            } else {
                f32::from(u8::from(i % 3 == 0))
            }
        });
        let logits = batch(3, |i| (i % 11) as f32 - 5.0);
        assert_same("half a bit", bernoulli, &halves, &logits);
    }

    /// A gradient that is the small difference of two large sums keeps its digits.
    #[test]
    fn slopes_of_saturated_bits_keep_their_digits() {
        let ones = batch(5, |_| 1.0);
        let logits = batch(2, |_| 14.0);
        let (_, slopes) = run(bernoulli, &ones, &logits, true, true);
        // Rows 0, 2, … and 1, 3, … of the weights; 1 − σ(14).
        let rest = 1.0 / (1.0 + 14.0_f64.exp());
        let of = |state: usize| -> f64 {
            (0..5)
                .map(|row| ((2 * row + state) % 7) as f64 - 2.5)
                .sum::<f64>()
                * rest
        };
        for (i, slope) in slopes.iter().enumerate() {
            let expected = of(i / WIDTH);
            assert!(
                (f64::from(*slope) - expected).abs() < 1e-5 * expected.abs(),
                "{slope} {expected}"
            );
        }
    }
}
