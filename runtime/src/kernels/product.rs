//! Matrix products.
//!
//! faer's kernels do the work: AVX-512 or AVX2 as the machine has it, found at run time. Large products
//! are cut in pieces that two threads share. Where they are cut depends on the shape alone, never
//! on the threads, so that one thread computes bit for bit what two do.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::parallel::join;

/// A matrix to be read.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a>(MatRef<'a, f32>);

impl<'a> Matrix<'a> {
    /// So many rows of so many columns, one row after another.
    ///
    /// # Panics
    /// When `values` has another number of elements.
    pub fn rows(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self(MatRef::from_row_major_slice(values, rows, columns))
    }

    /// The transpose, without moving anything.
    pub fn transpose(self) -> Self {
        Self(self.0.transpose())
    }
}

/// What becomes of the numbers that a result is written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// They are lost.
    Replace,
    /// The result is added to them.
    Add,
}

/// A product of fewer multiplications than this is not cut: to hand a piece to another thread costs a
/// few microseconds, in which one thread does about 10⁵ of them.
const WORTH_CUTTING: usize = 1 << 19;

/// `out ← left · right`, or `out ← out + left · right`, with `out` row by row.
///
/// ```
/// use elbow::kernels::product::{Matrix, Write, multiply};
///
/// let left = [1.0, 2.0, 3.0, 4.0];
/// let mut out = [1.0; 2];
/// multiply(&mut out, Matrix::rows(&left, 2, 2), Matrix::rows(&[10.0, 1.0], 2, 1), Write::Add);
/// assert_eq!(out, [13.0, 35.0]);
/// ```
///
/// # Panics
/// When the sizes do not fit.
pub fn multiply(out: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, write: Write) {
    let (rows, columns) = (left.0.nrows(), right.0.ncols());
    let out = MatMut::from_row_major_slice_mut(out, rows, columns);
    let accum = match write {
        Write::Replace => Accum::Replace,
        Write::Add => Accum::Add,
    };
    if rows * columns * left.0.ncols() < WORTH_CUTTING {
        matmul(out, accum, left.0, right.0, 1.0, Par::Seq);
        return;
    }
    if rows > columns {
        let (top, bottom) = out.split_at_row_mut(middle(rows));
        let (left_top, left_bottom) = left.0.split_at_row(middle(rows));
        join(
            || matmul(top, accum, left_top, right.0, 1.0, Par::Seq),
            || matmul(bottom, accum, left_bottom, right.0, 1.0, Par::Seq),
        );
    } else {
        let (first, second) = out.split_at_col_mut(middle(columns));
        let (right_first, right_second) = right.0.split_at_col(middle(columns));
        join(
            || matmul(first, accum, left.0, right_first, 1.0, Par::Seq),
            || matmul(second, accum, left.0, right_second, 1.0, Par::Seq),
        );
    }
}

/// About half, on a border of whole vectors.
fn middle(size: usize) -> usize {
    (size / 2).next_multiple_of(16)
}
