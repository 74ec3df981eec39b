//! The product of two matrices, by the kernels of others.
//!
//! `private-gemm-x86` has those of AVX-512 and AVX2. They are faer's, of which elbow uses no more. Other processors get those of
//! `gemm`, in the edition that dfdx brings with it.

use super::matrix::Matrix;

/// A number that there are products of: `f32` or `f64`.
pub trait Element: Copy + Default + Send + Sync + 'static {
    /// Whether it has 64 bits.
    const IS_DOUBLE: bool;
    /// The factor of every product.
    const ONE: &'static Self;
}

impl Element for f32 {
    const IS_DOUBLE: bool = false;
    const ONE: &'static Self = &1.0;
}

impl Element for f64 {
    const IS_DOUBLE: bool = true;
    const ONE: &'static Self = &1.0;
}

/// Where a product is written to.
#[derive(Clone, Copy)]
pub(super) struct Place<T> {
    /// The first number.
    pub(super) first: *mut T,
    /// The rows and the columns.
    pub(super) size: [usize; 2],
    /// Numbers from one row to the next.
    pub(super) down: usize,
    /// Whether the product is added to what stands there.
    pub(super) adds: bool,
}

/// `out ← left · right`, or `out ← out + left · right`.
///
/// # Safety
/// The sizes fit, none is zero, and the numbers of `out` may be written to and are nobody else's.
pub(super) unsafe fn multiply<T: Element>(
    out: Place<T>,
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(instructions) = x86::instructions() {
        // SAFETY: as the caller says, and the processor has the instructions.
        return unsafe { x86::multiply(instructions, out, left, right) };
    }
    // SAFETY: as the caller says.
    unsafe { multiply_anywhere(out, left, right) }
}

/// The same on any processor.
unsafe fn multiply_anywhere<T: Element>(out: Place<T>, left: Matrix<'_, T>, right: Matrix<'_, T>) {
    let [left_down, left_across] = left.strides().map(usize::cast_signed);
    let [right_down, right_across] = right.strides().map(usize::cast_signed);
    // SAFETY: as the caller says; a matrix has the numbers that its size and strides tell.
    unsafe {
        gemm::gemm(
            out.size[0],
            out.size[1],
            left.size()[1],
            out.first,
            1,
            out.down.cast_signed(),
            out.adds,
            left.first(),
            left_across,
            left_down,
            right.first(),
            right_across,
            right_down,
            *T::ONE,
            *T::ONE,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::ptr::null;

    use private_gemm_x86::{Accum, DType, DstKind, IType, InstrSet, gemm};

    use super::{Element, Matrix, Place};
    use crate::tensor::simd::{Vectors, vectors};

    /// The kernels for the widest vectors that the processor has, if they are wide enough.
    pub(super) fn instructions() -> Option<InstrSet> {
        match vectors() {
            Vectors::Avx512 => Some(InstrSet::Avx512),
            Vectors::Avx2 => Some(InstrSet::Avx256),
            Vectors::Plain => None,
        }
    }

    /// Clears the upper lanes of the vector registers, which the kernels leave as they are. Everything compiled for the oldest
    /// processors of the kind, which is all of a plain build and libm, would then run ten to fifty times slower on Intel's: each of
    /// its instructions waits for the upper lanes that it keeps.
    #[target_feature(enable = "avx")]
    fn clear_upper_lanes() {
        std::arch::x86_64::_mm256_zeroupper();
    }

    pub(super) unsafe fn multiply<T: Element>(
        instructions: InstrSet,
        out: Place<T>,
        left: Matrix<'_, T>,
        right: Matrix<'_, T>,
    ) {
        let kind = match T::IS_DOUBLE {
            false => DType::F32,
            true => DType::F64,
        };
        let [left_down, left_across] = left.strides().map(usize::cast_signed);
        let [right_down, right_across] = right.strides().map(usize::cast_signed);
        // SAFETY: as the caller says; a matrix has the numbers that its size and strides tell. Nothing is taken by index, nor
        // scaled by a diagonal.
        unsafe {
            gemm(
                kind,
                IType::U64,
                instructions,
                out.size[0],
                out.size[1],
                left.size()[1],
                out.first.cast(),
                out.down.cast_signed(),
                1,
                null(),
                null(),
                DstKind::Full,
                if out.adds { Accum::Add } else { Accum::Replace },
                left.first().cast(),
                left_down,
                left_across,
                false,
                null(),
                0,
                right.first().cast(),
                right_down,
                right_across,
                false,
                (&raw const *T::ONE).cast(),
                1,
            );
            clear_upper_lanes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_for_any_processor_compute_the_same() {
        let ([rows, columns], depth) = ([7, 19], 33);
        let left: Vec<f32> = (0..rows * depth).map(|i| (i % 13) as f32 - 6.0).collect();
        let right: Vec<f32> = (0..depth * columns)
            .map(|i| (i % 11) as f32 - 5.0)
            .collect();
        let by_rows = [
            Matrix::rows(&left, rows, depth),
            Matrix::rows(&right, depth, columns),
        ];
        let by_columns = [
            Matrix::rows(&left, depth, rows).transpose(),
            Matrix::rows(&right, columns, depth).transpose(),
        ];
        for [left, right] in [by_rows, by_columns] {
            for adds in [false, true] {
                let [first, second] = [multiply, multiply_anywhere].map(|kernels| {
                    let mut out = vec![0.5; rows * columns];
                    let place = Place {
                        first: out.as_mut_ptr(),
                        size: [rows, columns],
                        down: columns,
                        adds,
                    };
                    // SAFETY: these are the sizes, and `out` is borrowed here alone.
                    unsafe { kernels(place, left, right) };
                    out
                });
                // Whole numbers and halves: no digit is lost.
                assert_eq!(first, second);
                assert_ne!(first, vec![0.5; rows * columns]);
            }
        }
    }
}
