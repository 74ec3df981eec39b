//! A linear layer in one operation: `x Wᵀ + b`, and its gradients.

use dfdx::shapes::{Rank1, Rank2, Shape};
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::ReshapeTo;

use super::gradient::{Taken, on_backward_of};
use super::parallel::join_with_rest;
use super::product::{Matrix, Write, is_large, multiply, multiply_alone};
use super::simd::vectorised_by;
use super::slice::{as_mut_slice, as_slice};
use crate::Device;
use crate::memory::repeated;
use crate::tape::is_constant;

type Outcome<T> = Result<T, <Device as dfdx::tensor::HasErr>::Err>;

/// `x Wᵀ + b` for every row of `x`, whose last axis has `I` elements; `shape` is that of `x` with `O` in the
/// place of `I`.
///
/// No gradient is computed for data, which nothing learns.
///
/// # Errors
/// When memory runs out.
pub fn linear<const I: usize, const O: usize, S: Shape, To: Shape, T: Tape<f32, Device>>(
    x: Tensor<S, f32, Device, T>,
    weight: &Tensor<Rank2<O, I>, f32, Device>,
    bias: &Tensor<Rank1<O>, f32, Device>,
    shape: To,
) -> Outcome<Tensor<To, f32, Device, T>> {
    let (x, tape) = x.try_contiguous()?.split_tape();
    let (weight, own) = weight.retaped::<T>().try_contiguous()?.split_tape();
    let mut tape = tape.merge(own);
    let (bias, own) = bias.retaped::<T>().try_contiguous()?.split_tape();
    tape = tape.merge(own);
    let layer = Layer::<I, O> {
        rows: shape.num_elements() / O.max(1),
    };
    let mut out = repeated(shape, elements(&bias));
    if let Some(out) = as_mut_slice(&mut out) {
        layer.forward(elements(&x), elements(&weight), out);
    }
    let is_data = is_constant(&x);
    on_backward_of(&mut tape, &out, move |upstream, grads| {
        let mut by_weight = grads.take(&weight);
        let mut by_bias = grads.take(&bias).or_zeros();
        if is_data {
            layer.by_weight(upstream, elements(&x), &mut by_weight, multiply);
            layer.by_bias(upstream, &mut by_bias);
        } else {
            let mut by_input = grads.take(&x);
            let mut input = || layer.by_input(upstream, elements(&weight), &mut by_input);
            let mut own =
                || layer.by_weight(upstream, elements(&x), &mut by_weight, multiply_alone);
            let mut bias = || layer.by_bias(upstream, &mut by_bias);
            // The two products have the same number of multiplications: two threads take one each.
            if is_large(layer.rows * I * O) {
                join_with_rest(input, own, bias);
            } else {
                input();
                own();
                bias();
            }
            grads.put(&x, by_input.values);
        }
        grads.put(&weight, by_weight.values);
        grads.put(&bias, by_bias);
    });
    Ok(out.put_tape(tape))
}

/// A layer of `I` inputs and `O` outputs on so many rows.
#[derive(Clone, Copy)]
struct Layer<const I: usize, const O: usize> {
    rows: usize,
}

/// How a product is computed: [`multiply`] or [`multiply_alone`].
type Multiply = fn(&mut [f32], Matrix<'_>, Matrix<'_>, Write);

impl<const I: usize, const O: usize> Layer<I, O> {
    /// Adds the products to the bias.
    fn forward(self, x: &[f32], weight: &[f32], out: &mut [f32]) {
        let x = Matrix::rows(x, self.rows, I);
        let weight = Matrix::rows(weight, O, I);
        multiply(out, x, weight.transpose(), Write::Add);
    }

    /// `∂x = ∂y W`
    fn by_input(self, upstream: &[f32], weight: &[f32], gradient: &mut Taken) {
        let upstream = Matrix::rows(upstream, self.rows, O);
        let write = write(gradient);
        multiply_alone(
            &mut gradient.values,
            upstream,
            Matrix::rows(weight, O, I),
            write,
        );
    }

    /// `∂W = ∂yᵀ x`, a sum over all rows.
    fn by_weight(self, upstream: &[f32], x: &[f32], gradient: &mut Taken, multiply: Multiply) {
        let write = write(gradient);
        let (upstream, x) = (
            upstream.chunks((LONG * O).max(1)),
            x.chunks((LONG * I).max(1)),
        );
        let product = |out: &mut [f32], upstream: &[f32], x: &[f32], write| {
            let rows = x.len() / I;
            let x = Matrix::rows(x, rows, I);
            multiply(out, Matrix::rows(upstream, rows, O).transpose(), x, write);
        };
        if self.rows <= LONG {
            let only = upstream.zip(x);
            only.for_each(|(upstream, x)| product(&mut gradient.values, upstream, x, write));
            return;
        }
        let mut sums = vec![0.0_f64; O * I];
        let mut part = vec![0.0_f32; O * I];
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

    /// `∂b = Σ ∂y` over rows, so many columns at a time.
    fn by_bias(self, upstream: &[f32], gradient: &mut [f32]) {
        if O == 0 {
            return;
        }
        vectorised_by(
            #[inline(always)]
            || {
                let (strips, rest) = gradient.as_chunks_mut::<STRIP>();
                let end = strips.len() * STRIP;
                for (strip, gradient) in strips.iter_mut().enumerate() {
                    add_columns(upstream, O, strip * STRIP, gradient);
                }
                // Said by a constant, how many there are is known to the compiler.
                add_columns(upstream, O, end, &mut rest[..O % STRIP]);
            },
        );
    }
}

/// Rows whose products are summed in `f32`; the sums of more are added up in `f64`.
const LONG: usize = 2048;

/// Columns whose sums stay in the registers.
const STRIP: usize = 32;

/// Adds the sums of neighbouring columns over all rows, in blocks whose sums are added up in `f64`.
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

/// The elements of a contiguous tensor.
fn elements<S: Shape>(tensor: &Tensor<S, f32, Device>) -> &[f32] {
    as_slice(tensor).expect("the tensor was made contiguous")
}

/// A gradient that nothing was written to yet need not be added to.
fn write(gradient: &Taken) -> Write {
    if gradient.is_new {
        Write::Replace
    } else {
        Write::Add
    }
}
