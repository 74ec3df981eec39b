//! Draws whose gradient is implicit: the slope of a quantile, at a constant probability (Figurnov, Mohamed and Mnih 2018).

use super::loops::{block, blocks};
use super::mapped;
use super::operand::{BLOCK, TILE};
use super::sweep::{Arguments, Slopes, Sweep};
use crate::tensor::simd::{Kernel, vectorised};
use crate::tensor::{Event, Param};

/// The quantiles of a family whose distribution function has no simple inverse.
pub(crate) trait Quantile<const N: usize>: Copy + Send + Sync + 'static {
    /// The slopes of many draws, which are the first argument, by all arguments. The noise is a constant, so that by the first is
    /// zero.
    fn slopes<const W: usize>(&self, arguments: [&[f64; W]; N]) -> [[f64; W]; N];
}

/// These draws, with their slopes by the parameters after them.
pub(crate) fn implicit<E: Event, Q: Quantile<N>, const N: usize>(
    quantile: Q,
    params: [&Param<E>; N],
) -> Param<E> {
    Param::of(mapped(
        &Implicitly(quantile),
        params.map(Param::given),
        E::ELEMENTS,
    ))
}

#[derive(Clone, Copy)]
struct Implicitly<Q>(Q);

impl<Q: Quantile<N>, const N: usize> Sweep<N> for Implicitly<Q> {
    fn cost(&self) -> usize {
        16
    }

    fn number(&self, arguments: [f32; N]) -> f32 {
        arguments[0]
    }

    fn boxed(&self) -> Box<dyn Sweep<N>> {
        Box::new(*self)
    }

    fn values(&self, arguments: Arguments<'_, N>, _: usize, out: &mut [f32; TILE]) {
        *out = *arguments[0];
    }

    fn slopes(
        &self,
        arguments: Arguments<'_, N>,
        length: usize,
        _: [bool; N],
        out: &mut Slopes<N>,
    ) {
        vectorised(Each {
            quantile: self.0,
            arguments,
            length,
            out,
        });
    }
}

struct Each<'a, Q, const N: usize> {
    quantile: Q,
    arguments: Arguments<'a, N>,
    length: usize,
    out: &'a mut Slopes<N>,
}

impl<Q: Quantile<N>, const N: usize> Kernel for Each<'_, Q, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for number in blocks(self.length) {
            let arguments = block(self.arguments, number);
            let left = self.length - number * BLOCK;
            // Places without a meaning hold what costs little.
            let mut own = [[1.0; BLOCK]; N];
            for k in 0..N {
                for i in 0..BLOCK {
                    own[k][i] = if i < left {
                        f64::from(arguments[k][i])
                    } else {
                        1.0
                    };
                }
            }
            let slopes = self.quantile.slopes(own.each_ref());
            for (out, slopes) in self.out.iter_mut().zip(&slopes) {
                let out: &mut [f32; BLOCK] = &mut out.as_chunks_mut().0[number];
                for i in 0..BLOCK {
                    out[i] = slopes[i] as f32;
                }
            }
        }
    }
}
