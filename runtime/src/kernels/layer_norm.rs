//! Layer normalisation in one operation, and its gradients.

use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::vectorised_by;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, on_backward};

/// `(x − m)/√(s² + ε) · w + b` of every row of `x`, with the row's mean `m` and its variance `s²` about it.
///
/// Sums are in `f64`. No gradient is computed for data.
pub fn layer_norm(x: Flat, weight: Flat, bias: Flat, epsilon: f64) -> Flat {
    let width = weight.len();
    let parts = Parts::new(x.len() / width, width, 1);
    let each = parts.each() * width;
    let out = Flat::written_over(x.len(), |out| {
        let (weight, bias) = (weight.values(), bias.values());
        let jobs = out.chunks_mut(each).zip(x.values().chunks(each));
        share(jobs, |(out, x): (&mut [f32], &[f32])| {
            vectorised_by(
                #[inline(always)]
                || {
                    let rows = out.chunks_exact_mut(width).zip(x.chunks_exact(width));
                    rows.for_each(|(out, x)| forward(x, weight, bias, epsilon, out));
                },
            );
        });
    });
    let is_data = is_constant(&x);
    on_backward(&out, move |upstream, grads| {
        let mut by_input = (!is_data).then(|| grads.take(&x).or_zeros());
        let mut inputs = by_input.as_mut().map(|values| values.chunks_mut(each));
        // Of weight and bias, one after the other. Parts are added in order, so threads do not change the digits.
        let mut sums = vec![0.0; 2 * width * parts.count()];
        let rows = upstream.chunks(each).zip(x.values().chunks(each));
        let jobs = rows.zip(sums.chunks_mut(2 * width)).map(|(rows, sums)| {
            let input = inputs.as_mut().and_then(Iterator::next);
            (rows, sums, input.unwrap_or_default())
        });
        let weights = weight.values();
        share(jobs, |((upstream, x), sums, by_input): Job<'_>| {
            let (by_weight, by_bias) = sums.split_at_mut(width);
            vectorised_by(
                #[inline(always)]
                || {
                    let rows = upstream.chunks_exact(width).zip(x.chunks_exact(width));
                    let mut inputs = by_input.chunks_exact_mut(width);
                    for (upstream, x) in rows {
                        let row = Row::of(x, epsilon);
                        row.by_parameters(upstream, by_weight, by_bias);
                        if let Some(by_input) = inputs.next() {
                            row.by_input(upstream, weights, by_input);
                        }
                    }
                },
            );
        });
        if let Some(by_input) = by_input {
            grads.put(&x, by_input);
        }
        for (at, parameter) in [&weight, &bias].into_iter().enumerate() {
            let gradient = grads.buffer(parameter);
            for (i, g) in gradient.iter_mut().enumerate() {
                let own = sums.iter().skip(at * width + i).step_by(2 * width);
                *g += own.sum::<f64>() as f32;
            }
        }
    });
    out
}

/// Rows of `∂y` and `x`, and where their sums and `∂x` go. For data the last is empty.
type Job<'a> = ((&'a [f32], &'a [f32]), &'a mut [f64], &'a mut [f32]);

#[inline(always)]
fn forward(x: &[f32], weight: &[f32], bias: &[f32], epsilon: f64, out: &mut [f32]) {
    let row = Row::of(x, epsilon);
    let parameters = weight.iter().zip(bias);
    for ((out, i), (&w, &b)) in out.iter_mut().zip(0..x.len()).zip(parameters) {
        *out = (row.normal(i) * f64::from(w) + f64::from(b)) as f32;
    }
}

/// A row, its mean, and `1/√(s² + ε)`.
struct Row<'a> {
    x: &'a [f32],
    mean: f64,
    scale: f64,
}

impl<'a> Row<'a> {
    #[inline(always)]
    fn of(x: &'a [f32], epsilon: f64) -> Self {
        let share = 1.0 / x.len() as f64;
        let [total] = sums(x.len(), |i| [f64::from(x[i])]);
        let mean = total * share;
        let [squares] = sums(x.len(), |i| [(f64::from(x[i]) - mean).powi(2)]);
        Self {
            x,
            mean,
            scale: 1.0 / (squares * share + epsilon).sqrt(),
        }
    }

    /// `n_i = (x_i − m)/√(s² + ε)`
    #[inline(always)]
    fn normal(&self, i: usize) -> f64 {
        (f64::from(self.x[i]) - self.mean) * self.scale
    }

    /// Adds `∂y n` to the gradient by the weight, and `∂y` to that by the bias.
    #[inline(always)]
    fn by_parameters(&self, upstream: &[f32], by_weight: &mut [f64], by_bias: &mut [f64]) {
        let sums = by_weight.iter_mut().zip(by_bias);
        for ((i, &up), (by_weight, by_bias)) in upstream.iter().enumerate().zip(sums) {
            *by_weight += f64::from(up) * self.normal(i);
            *by_bias += f64::from(up);
        }
    }

    /// Adds `(g − mean g − n · mean g n)/√(s² + ε)` with `g = ∂y w`.
    #[inline(always)]
    fn by_input(&self, upstream: &[f32], weight: &[f32], by_input: &mut [f32]) {
        let count = self.x.len();
        let (upstream, weight) = (&upstream[..count], &weight[..count]);
        let flow = |i: usize| f64::from(upstream[i]) * f64::from(weight[i]);
        let [total, along] = sums(count, |i| [flow(i), flow(i) * self.normal(i)]);
        let (mean, along) = (total / count as f64, along / count as f64);
        for (i, by_input) in by_input.iter_mut().enumerate() {
            let own = flow(i) - mean - self.normal(i) * along;
            *by_input += (own * self.scale) as f32;
        }
    }
}

/// The sums that are computed beside each other, so that additions do not wait for each other.
const LANES: usize = 8;

/// The sums of `N` functions of the numbers below `count`.
#[inline(always)]
fn sums<const N: usize>(count: usize, of: impl Fn(usize) -> [f64; N]) -> [f64; N] {
    let mut lanes = [[0.0; LANES]; N];
    let whole = count / LANES * LANES;
    for first in (0..whole).step_by(LANES) {
        for lane in 0..LANES {
            let own = of(first + lane);
            for (lanes, own) in lanes.iter_mut().zip(own) {
                lanes[lane] += own;
            }
        }
    }
    let mut sums = [0.0; N];
    for i in whole..count {
        let own = of(i);
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }
    let pairs = sums.iter_mut().zip(lanes);
    pairs.for_each(|(sum, lanes)| *sum += lanes.iter().sum::<f64>());
    sums
}
