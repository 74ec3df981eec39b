//! Pairs of rows of data that are observed in part with rows of parameters: two products of matrices.
//!
//! Over the elements with `o = 1` alone, the sum of `x·η(θ) + r(θ) + b(x)` is `(o·x)·η + o·r + Σ o·b`.

use super::{Pairs, RowSums, Split, flow, of_parameters};
use crate::kernels::product::{Matrix, Write, multiply};
use crate::tensor::tape::note_unlearned;
use crate::tensor::{Flat, Rows, is_wanted, on_backward};

/// Rows of data as factors: the observed numbers, with zeros in between, and ones in their places.
struct Factors {
    data: Vec<f64>,
    observed: Vec<f64>,
}

impl Factors {
    fn of(data: &[f32], observed: &[f32]) -> Self {
        let pairs = data.iter().zip(observed);
        let only = |(&x, &o): (&f32, &f32)| if o == 0.0 { 0.0 } else { f64::from(x) };
        let one = |&o: &f32| if o == 0.0 { 0.0 } else { 1.0 };
        Self {
            data: pairs.map(only).collect(),
            observed: observed.iter().map(one).collect(),
        }
    }
}

/// The sums over the elements that are observed, if all parts are finite. Data with a mask are read as they are, so each row of them
/// meets all states before the next row does.
pub(super) fn summed(pairs: Pairs, split: Box<dyn Split>, observed: &Flat) -> Option<Rows> {
    if !pairs.by_data || observed.len() != pairs.data.len() {
        return None;
    }
    let slopes = of_parameters(&pairs, |own, out| split.slopes(own, out));
    let rests = of_parameters(&pairs, |own, out| split.rests(own, out));
    if !slopes.iter().chain(&rests).all(|part| part.is_finite()) {
        return None;
    }
    let factors = Factors::of(pairs.data.values(), observed.values());
    let bases = bases(&pairs, &*split, &factors.observed);
    let (rows, states, elements) = (pairs.rows(), pairs.states(), pairs.elements);
    let out = Rows::filled(rows * states, |out| {
        let terms = [(&factors.data, &slopes), (&factors.observed, &rests)];
        for ((of_rows, of_states), write) in terms.into_iter().zip([Write::Replace, Write::Add]) {
            let of_rows = Matrix::rows(of_rows, rows, elements);
            let of_states = Matrix::rows(of_states, states, elements);
            multiply(out, of_rows, of_states.transpose(), write);
        }
        for (out, base) in out.chunks_mut(states).zip(&bases) {
            out.iter_mut().for_each(|out| *out += base);
        }
    });
    if is_wanted(&pairs.parameters) {
        on_backward(out.flat(), move |upstream, grads| {
            let gradient = grads.buffer(&pairs.parameters);
            flow_back(&pairs, &*split, &factors, upstream, gradient);
        });
    } else {
        note_unlearned(out.flat());
    }
    Some(out)
}

/// What the observed numbers of each row add alone.
fn bases(pairs: &Pairs, split: &dyn Split, observed: &[f64]) -> Vec<f64> {
    let mut terms = vec![0.0; pairs.data.len()];
    split.bases(pairs.data.values(), &mut terms);
    for (term, &observed) in terms.iter_mut().zip(observed) {
        if observed == 0.0 {
            *term = 0.0;
        }
    }
    let mut sums = vec![0.0; pairs.rows()];
    RowSums::new(pairs.elements, &mut sums).take(&terms);
    sums
}

/// Adds to the gradient of the parameters what flows back to each pair.
fn flow_back(
    pairs: &Pairs,
    split: &dyn Split,
    factors: &Factors,
    upstream: &[f32],
    gradient: &mut [f32],
) {
    let (rows, states, elements) = (pairs.rows(), pairs.states(), pairs.elements);
    let upstream: Vec<f64> = upstream.iter().map(|&up| up.into()).collect();
    let by_state = Matrix::rows(&upstream, rows, states).transpose();
    let [to_slopes, to_rests] = [&factors.data, &factors.observed].map(|of_rows| {
        let mut flows = vec![0.0; states * elements];
        let of_rows = Matrix::rows(of_rows, rows, elements);
        multiply(&mut flows, by_state, of_rows, Write::Replace);
        flows
    });
    let of_state = |state: usize, out: &mut [f64]| {
        out.copy_from_slice(&to_rests[state * elements..][..elements]);
    };
    flow(pairs, split, &to_slopes, &of_state, gradient);
}
