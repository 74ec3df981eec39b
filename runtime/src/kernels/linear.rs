//! A linear layer in one operation: `x Wᵀ + b`, and its gradients.

use super::product::{Matrix, Write, is_large, multiply, multiply_beside};
use crate::tensor::parallel::join_with_rest;
use crate::tensor::parts::Parts;
use crate::tensor::simd::vectorised_by;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, Taken, on_backward};

/// `x Wᵀ + b` for every row of `x`, from rows of `inputs` numbers to rows of `outputs`. Without `b` it is `x Wᵀ`.
///
/// No gradient is computed for data. Repeated rows go through once.
pub fn linear(x: Flat, weight: Flat, bias: Option<Flat>, [inputs, outputs]: [usize; 2]) -> Flat {
    if let Some((rows, how)) = x.repeated()
        && how.elements.is_multiple_of(inputs.max(1))
    {
        let how = how.of_rows(how.elements / inputs.max(1) * outputs);
        return how.apply(&linear(rows.clone(), weight, bias, [inputs, outputs]));
    }
    let layer = Layer::new(x.len() / inputs.max(1), inputs, outputs);
    let mut out = match &bias {
        Some(bias) => repeated(layer.rows, bias.values()),
        None => Flat::filled(layer.rows * outputs, |_| {}),
    };
    if let Some(out) = out.alone() {
        layer.forward(x.values(), weight.values(), out);
    }
    let is_data = is_constant(&x);
    on_backward(&out, move |upstream, grads| {
        let mut by_weight = grads.take(&weight);
        let mut by_bias = bias.as_ref().map(|bias| grads.take(bias).or_zeros());
        let mut sum_bias = || {
            if let Some(by_bias) = &mut by_bias {
                layer.by_bias(upstream, by_bias);
            }
        };
        if is_data {
            layer.by_weight(upstream, x.values(), &mut by_weight, multiply);
            sum_bias();
        } else {
            let mut by_input = grads.take(&x);
            let (xs, weights) = (x.values(), weight.values());
            let mut input = || layer.by_input(upstream, weights, &mut by_input);
            let mut own = || layer.by_weight(upstream, xs, &mut by_weight, multiply_beside);
            // The two products have the same number of multiplications, so two threads take one each.
            if is_large(layer.rows * inputs * outputs) {
                join_with_rest(input, own, sum_bias);
            } else {
                input();
                own();
                sum_bias();
            }
            grads.put(&x, by_input.values);
        }
        grads.put(&weight, by_weight.values);
        if let Some((bias, by_bias)) = bias.as_ref().zip(by_bias) {
            grads.put(bias, by_bias);
        }
    });
    out
}

/// This row, repeated.
fn repeated(rows: usize, row: &[f32]) -> Flat {
    let each = Parts::new(rows, row.len(), 1).each() * row.len();
    let always = std::iter::repeat(());
    Flat::written(rows * row.len(), each, always, |_, (), places| {
        while places.left() > 0 {
            places.push(row);
        }
    })
}

/// A layer on a number of rows.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    rows: usize,
    inputs: usize,
    outputs: usize,
}

/// A way to compute a product: [`multiply`] or [`multiply_beside`].
pub(super) type Multiply = fn(&mut [f32], Matrix<'_>, Matrix<'_>, Write);

impl Layer {
    pub(super) fn new(rows: usize, inputs: usize, outputs: usize) -> Self {
        Self {
            rows,
            inputs,
            outputs,
        }
    }

    /// Adds the products to the bias.
    pub(super) fn forward(self, x: &[f32], weight: &[f32], out: &mut [f32]) {
        let x = Matrix::rows(x, self.rows, self.inputs);
        let weight = Matrix::rows(weight, self.outputs, self.inputs);
        multiply(out, x, weight.transpose(), Write::Add);
    }

    /// `∂x = ∂y W`
    pub(super) fn by_input(self, upstream: &[f32], weight: &[f32], gradient: &mut Taken) {
        let upstream = Matrix::rows(upstream, self.rows, self.outputs);
        let write = write(gradient);
        multiply_beside(
            &mut gradient.values,
            upstream,
            Matrix::rows(weight, self.outputs, self.inputs),
            write,
        );
    }

    /// `∂W = ∂yᵀ x`, a sum over all rows.
    pub(super) fn by_weight(
        self,
        upstream: &[f32],
        x: &[f32],
        gradient: &mut Taken,
        multiply: Multiply,
    ) {
        let write = write(gradient);
        let (upstream, x) = (
            upstream.chunks((LONG * self.outputs).max(1)),
            x.chunks((LONG * self.inputs).max(1)),
        );
        let product = |out: &mut [f32], upstream: &[f32], x: &[f32], write| {
            let rows = x.len() / self.inputs;
            let x = Matrix::rows(x, rows, self.inputs);
            multiply(
                out,
                Matrix::rows(upstream, rows, self.outputs).transpose(),
                x,
                write,
            );
        };
        if self.rows <= LONG {
            let only = upstream.zip(x);
            only.for_each(|(upstream, x)| product(&mut gradient.values, upstream, x, write));
            return;
        }
        let mut sums = vec![0.0_f64; self.outputs * self.inputs];
        let mut part = vec![0.0_f32; self.outputs * self.inputs];
        for (upstream, x) in upstream.zip(x) {
            product(&mut part, upstream, x, Write::Replace);
            let pairs = sums.iter_mut().zip(&part);
            pairs.for_each(|(sum, &part)| *sum += f64::from(part));
        }
        for (g, sum) in gradient.values.iter_mut().zip(sums) {
            *g = match write {
                Write::Replace => sum as f32,
                Write::Add => *g + sum as f32,
            };
        }
    }

    /// `∂b = Σ ∂y` over rows, for some columns at a time.
    pub(super) fn by_bias(self, upstream: &[f32], gradient: &mut [f32]) {
        if self.outputs == 0 {
            return;
        }
        vectorised_by(
            #[inline(always)]
            || {
                let (strips, rest) = gradient.as_chunks_mut::<STRIP>();
                let end = strips.len() * STRIP;
                for (strip, gradient) in strips.iter_mut().enumerate() {
                    add_columns(upstream, self.outputs, strip * STRIP, gradient);
                }
                // With a constant, the compiler knows their number.
                add_columns(
                    upstream,
                    self.outputs,
                    end,
                    &mut rest[..self.outputs % STRIP],
                );
            },
        );
    }
}

/// Products of up to this many rows are summed in `f32`. These sums are added in `f64`.
const LONG: usize = 2048;

/// The sums of this many columns stay in registers.
const STRIP: usize = 32;

/// Adds the sums of neighbouring columns over all rows, in blocks whose sums are added in `f64`.
#[inline(always)]
fn add_columns(values: &[f32], width: usize, first: usize, sums: &mut [f32]) {
    const BLOCK: usize = 16;
    let columns = first..first + sums.len();
    let mut exact = [0.0_f64; STRIP];
    for block in values.chunks(BLOCK * width) {
        let mut part = [0.0_f32; STRIP];
        for row in block.chunks_exact(width) {
            let pairs = part.iter_mut().zip(&row[columns.clone()]);
            pairs.for_each(|(sum, &value)| *sum += value);
        }
        let pairs = exact.iter_mut().zip(part);
        pairs.for_each(|(sum, part)| *sum += f64::from(part));
    }
    let pairs = sums.iter_mut().zip(exact);
    pairs.for_each(|(sum, exact)| *sum += exact as f32);
}

/// Writes to a gradient that has not been written to, and adds to others.
fn write(gradient: &Taken) -> Write {
    if gradient.is_new {
        Write::Replace
    } else {
        Write::Add
    }
}
