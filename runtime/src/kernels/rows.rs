//! Rows: repeating them for particles, averaging them, and giving a tensor another identity.

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor_ops::ReshapeTo;

use super::gradient::{Grads, buffer, on_backward};
use super::slice::as_slice;
use crate::coordinates::carry;
use crate::memory::filled;
use crate::tape::{is_constant, is_unlearned, note_constant, note_unlearned};
use crate::var::{Rows, Var, constant};

/// The same values under a fresh identity.
///
/// dfdx panics in the backward pass when one tensor is both operands of an operation, `x * x`.
/// Reading a variable through an alias makes every expression legal.
pub fn alias<S: Shape>(var: &Var<S>) -> Var<S> {
    let var = var.clone().contiguous();
    let out = copy(&var);
    carry(&var, &out, Var::clone);
    if is_unlearned(&var) {
        note_unlearned(&out);
        return out;
    }
    if is_constant(&var) {
        note_constant(&out);
    }
    on_backward(&out, move |upstream, grads| {
        let gradient = buffer(grads, &var);
        gradient.iter_mut().zip(upstream).for_each(|(g, u)| *g += u);
    });
    out
}

/// A constant with the same values: nothing flows back through it.
pub fn detach<S: Shape>(var: &Var<S>) -> Var<S> {
    let var = var.clone().contiguous();
    let out = copy(&var);
    note_unlearned(&out);
    carry(&var, &out, detach);
    out
}

fn copy<S: Shape>(var: &Var<S>) -> Var<S> {
    filled(*var.shape(), |out| out.copy_from_slice(values(var))).retaped()
}

/// Each row of so many elements `times` times in a block: row `r` becomes rows `r·times .. (r+1)·times`.
///
/// `to` is the shape of the result. A tensor without a row axis counts as one row.
pub fn repeat<S: Shape, To: Shape>(var: &Var<S>, elements: usize, times: usize, to: To) -> Var<To> {
    let var = var.clone().contiguous();
    let out = filled(to, |out| {
        let rows = values(&var).chunks(elements);
        for (row, block) in rows.zip(out.chunks_mut((elements * times).max(1))) {
            let copies = block.chunks_mut(elements);
            copies.for_each(|copy| copy.copy_from_slice(row));
        }
    })
    .retaped();
    carry(&var, &out, move |own| repeat(own, elements, times, to));
    if is_unlearned(&var) {
        note_unlearned(&out);
        return out;
    }
    on_backward(&out, move |upstream, grads| {
        let gradient = buffer(grads, &var).chunks_mut(elements);
        // As many additions as copies, which may be all rows of the data: in f64.
        let mut sums = vec![0.0_f64; elements];
        for (row, block) in gradient.zip(upstream.chunks(elements * times)) {
            sums.fill(0.0);
            for copy in block.chunks(elements) {
                sums.iter_mut()
                    .zip(copy)
                    .for_each(|(sum, &u)| *sum += f64::from(u));
            }
            row.iter_mut()
                .zip(&sums)
                .for_each(|(g, &sum)| *g += sum as f32);
        }
    });
    out
}

/// The same values, whose gradient is multiplied row by row by a number that need not be known before the gradient
/// flows.
pub(crate) fn scale_gradient<S: Shape>(
    var: &Var<S>,
    elements: usize,
    scale: impl Fn(usize) -> f32 + 'static,
) -> Var<S> {
    let var = var.clone().contiguous();
    let out = constant(values(&var).to_vec(), *var.shape());
    on_backward(&out, move |upstream, grads| {
        let gradient = buffer(grads, &var).chunks_mut(elements);
        for (row, (gradient, upstream)) in gradient.zip(upstream.chunks(elements)).enumerate() {
            let scale = scale(row);
            let pairs = gradient.iter_mut().zip(upstream);
            pairs.for_each(|(g, u)| *g += scale * u);
        }
    });
    out
}

/// The mean over all rows, accumulated in `f64`.
///
/// ```
/// use elbow::{Var, batch, kernels::rows::mean};
///
/// let rows = batch::<(usize,)>(vec![0.1; 1_000_000])?.retaped();
/// assert!((mean(&rows).as_vec()[0] - 0.1).abs() < 1e-7);
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn mean(rows: &Rows) -> Var<()> {
    weighted_means(vec![(rows.clone(), 1.0)]).0
}

/// The sum of the [means](mean) of these rows, each times its weight; the means themselves, in the same order, are
/// told along with it.
///
/// ```
/// use elbow::{batch, kernels::rows::weighted_means};
///
/// let rows = |values| Ok::<_, elbow::Error>(batch::<(usize,)>(values)?.retaped());
/// let (sum, means) = weighted_means(vec![(rows(vec![1.0, 3.0])?, 1.0), (rows(vec![5.0])?, -2.0)]);
/// assert_eq!((sum.as_vec(), means), (vec![-8.0], vec![2.0, 5.0]));
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn weighted_means(terms: Vec<(Rows, f32)>) -> (Var<()>, Vec<f64>) {
    let terms = terms.into_iter();
    let terms: Vec<_> = terms.map(|(rows, w)| (rows.contiguous(), w)).collect();
    let means: Vec<f64> = terms.iter().map(|(rows, _)| mean_value(rows)).collect();
    let total = means
        .iter()
        .zip(&terms)
        .map(|(mean, (_, weight))| mean * f64::from(*weight));
    let out = constant(vec![total.sum::<f64>() as f32], ());
    on_backward(&out, move |upstream, grads| {
        for (rows, weight) in &terms {
            add_share(weight * upstream[0], rows, grads);
        }
    });
    (out, means)
}

/// The value of a mean, with all its digits.
pub(crate) fn mean_value(rows: &Rows) -> f64 {
    let values = values(rows);
    // Rows of a batch are few, and these additions wait for each other: four sums at a time.
    let (fours, rest) = values.as_chunks::<4>();
    let mut sums = [0.0_f64; 4];
    for four in fours {
        (0..4).for_each(|i| sums[i] += f64::from(four[i]));
    }
    let rest: f64 = rest.iter().copied().map(f64::from).sum();
    ((sums[0] + sums[2]) + (sums[1] + sums[3]) + rest) / values.len().max(1) as f64
}

/// Lets a gradient flow to a mean's rows.
fn add_share(upstream: f32, rows: &Rows, grads: &mut Grads<'_>) {
    let gradient = buffer(grads, rows);
    let share = upstream / gradient.len().max(1) as f32;
    gradient.iter_mut().for_each(|g| *g += share);
}

/// The sum of these numbers, each times its weight.
pub fn weighted_sum(terms: Vec<(Var<()>, f32)>) -> Var<()> {
    let total = terms.iter().map(|(term, weight)| term[[]] * weight).sum();
    let out = constant(vec![total], ());
    on_backward(&out, move |upstream, grads| {
        for (term, weight) in &terms {
            buffer(grads, term)[0] += weight * upstream[0];
        }
    });
    out
}

/// The mean of every `block` rows in a row: the inverse of [`repeat`].
pub fn block_mean(rows: &Rows, block: usize) -> Rows {
    let rows = rows.clone().contiguous();
    let share = 1.0 / block as f32;
    let means: Vec<f32> = values(&rows)
        .chunks(block)
        .map(|part| (part.iter().copied().map(f64::from).sum::<f64>() / block as f64) as f32)
        .collect();
    let count = means.len();
    let out = constant(means, (count,));
    on_backward(&out, move |upstream, grads| {
        let gradient = buffer(grads, &rows);
        for (part, u) in gradient.chunks_mut(block).zip(upstream) {
            part.iter_mut().for_each(|g| *g += u * share);
        }
    });
    out
}

/// `ln` of the sum of every `block` exponentials in a row, without overflow.
pub fn block_log_sum_exp(rows: &Rows, block: usize) -> Rows {
    let rows = rows.clone().contiguous();
    let sums: Vec<f32> = values(&rows).chunks(block).map(log_sum_exp).collect();
    let count = sums.len();
    let out = constant(sums.clone(), (count,));
    on_backward(&out, move |upstream, grads| {
        let inputs = values(&rows).to_vec();
        let gradient = buffer(grads, &rows);
        let blocks = gradient.chunks_mut(block).zip(inputs.chunks(block));
        for ((gradient, inputs), (&sum, &u)) in blocks.zip(sums.iter().zip(upstream)) {
            for (g, &x) in gradient.iter_mut().zip(inputs) {
                // A weight of zero has no part in the sum, also where all are zero.
                if x > f32::NEG_INFINITY {
                    *g += u * (x - sum).exp();
                }
            }
        }
    });
    out
}

/// `ln Σ eˣ`, −∞ where all are.
pub(crate) fn log_sum_exp(logs: &[f32]) -> f32 {
    let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    let sum: f64 = logs.iter().map(|&x| f64::from(x - most).exp()).sum();
    most + sum.ln() as f32
}

/// Zero, with the gradient of `rows`: what is added to an objective to move its gradient alone.
pub fn gradient_alone(rows: &Rows) -> Rows {
    let rows = rows.clone().contiguous();
    let out = constant(vec![0.0; rows.shape().0], *rows.shape());
    on_backward(&out, move |upstream, grads| {
        let gradient = buffer(grads, &rows);
        gradient.iter_mut().zip(upstream).for_each(|(g, u)| *g += u);
    });
    out
}

/// The elements of a contiguous tensor.
pub(crate) fn values<S: Shape>(var: &Var<S>) -> &[f32] {
    as_slice(var).expect("the tensor was made contiguous")
}
