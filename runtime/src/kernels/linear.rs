//! A linear layer in one operation: `x Wᵀ + b`, and its gradients.

use dfdx::shapes::{Rank1, Rank2, Shape};
use dfdx::tensor::{Gradients, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::ReshapeTo;

use super::parallel::join;
use super::product::{Matrix, Write, is_large, multiply, multiply_alone};
use super::simd::vectorised;
use super::slice::as_slice;
use crate::Device;
use crate::tape::is_constant;
use crate::var::filled;

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
    let out = filled(shape, |out| {
        layer.forward(elements(&x), elements(&weight), elements(&bias), out);
    });
    let (output, bias) = (out.ghost(), bias.ghost());
    let is_data = is_constant(&x);
    tape.add_backward_op(move |grads| {
        // Buffers are taken out, because several of one map are used at a time, and put back.
        let upstream = take(grads.get_or_alloc_mut(&output)?);
        let mut by_bias = take(grads.get_or_alloc_mut(&bias)?);
        let mut by_weight = take(grads.get_or_alloc_mut(&weight)?);
        if is_data {
            layer.by_weight(&upstream, elements(&x), &mut by_weight, multiply);
            layer.by_bias(&upstream, &mut by_bias);
        } else {
            let mut by_input = take(grads.get_or_alloc_mut(&x)?);
            layer.backward(
                (&upstream, elements(&x), elements(&weight)),
                (&mut by_input, &mut by_weight, &mut by_bias),
            );
            put(grads, &x, by_input)?;
        }
        **grads.get_or_alloc_mut(&output)? = upstream;
        **grads.get_or_alloc_mut(&bias)? = by_bias;
        put(grads, &weight, by_weight)
    });
    Ok(out.put_tape(tape))
}

/// A layer of `I` inputs and `O` outputs on so many rows.
#[derive(Clone, Copy)]
struct Layer<const I: usize, const O: usize> {
    rows: usize,
}

/// How a product is computed: [`multiply`] or [`multiply_alone`].
type Multiply = fn(&mut [f32], Matrix<'_>, Matrix<'_>, Write<'_>);

impl<const I: usize, const O: usize> Layer<I, O> {
    fn forward(self, x: &[f32], weight: &[f32], bias: &[f32], out: &mut [f32]) {
        let x = Matrix::rows(x, self.rows, I);
        let weight = Matrix::rows(weight, O, I);
        multiply(out, x, weight.transpose(), Write::Bias(bias));
    }

    /// All three gradients. The two products have the same number of multiplications: two threads take one each.
    fn backward(
        self,
        (upstream, x, weight): (&[f32], &[f32], &[f32]),
        (by_input, by_weight, by_bias): (&mut [f32], &mut [f32], &mut [f32]),
    ) {
        let (mut first, mut second) = (
            || self.by_input(upstream, weight, by_input),
            || {
                self.by_weight(upstream, x, by_weight, multiply_alone);
                self.by_bias(upstream, by_bias);
            },
        );
        if is_large(self.rows * I * O) {
            join(first, second);
        } else {
            first();
            second();
        }
    }

    /// `∂x = ∂y W`
    fn by_input(self, upstream: &[f32], weight: &[f32], gradient: &mut [f32]) {
        let upstream = Matrix::rows(upstream, self.rows, O);
        multiply_alone(gradient, upstream, Matrix::rows(weight, O, I), Write::Add);
    }

    /// `∂W = ∂yᵀ x`
    fn by_weight(self, upstream: &[f32], x: &[f32], gradient: &mut [f32], multiply: Multiply) {
        let upstream = Matrix::rows(upstream, self.rows, O);
        let x = Matrix::rows(x, self.rows, I);
        multiply(gradient, upstream.transpose(), x, Write::Add);
    }

    /// `∂b = Σ ∂y` over rows, in blocks whose sums are added up in `f64`.
    fn by_bias(self, upstream: &[f32], gradient: &mut [f32]) {
        const BLOCK: usize = 16;
        vectorised(
            #[inline(always)]
            || {
                let mut sums = vec![0.0_f64; O];
                let mut part = vec![0.0_f32; O];
                for block in upstream.chunks(BLOCK * O.max(1)) {
                    part.fill(0.0);
                    for row in block.chunks_exact(O.max(1)) {
                        part.iter_mut().zip(row).for_each(|(sum, &u)| *sum += u);
                    }
                    let pairs = sums.iter_mut().zip(&part);
                    pairs.for_each(|(sum, &part)| *sum += f64::from(part));
                }
                let pairs = gradient.iter_mut().zip(&sums);
                pairs.for_each(|(g, &sum)| *g += sum as f32);
            },
        );
    }
}

/// The elements of a contiguous tensor.
fn elements<S: Shape>(tensor: &Tensor<S, f32, Device>) -> &[f32] {
    as_slice(tensor).expect("the tensor was made contiguous")
}

fn take(buffer: &mut impl std::ops::DerefMut<Target = Vec<f32>>) -> Vec<f32> {
    std::mem::take(&mut **buffer)
}

fn put<S: Shape>(
    grads: &mut Gradients<f32, Device>,
    tensor: &Tensor<S, f32, Device>,
    gradient: Vec<f32>,
) -> Outcome<()> {
    **grads.get_or_alloc_mut(tensor)? = gradient;
    Ok(())
}
