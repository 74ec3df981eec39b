//! Matrix products.
//!
//! faer's kernels do the work: AVX-512 or AVX2 as the machine has it, found at run time. Large products
//! are cut in pieces that two threads share. Where they are cut depends on the shape alone, never
//! on the threads, so that one thread computes bit for bit what two do.

use std::hint::black_box;

use faer::linalg::matmul::matmul;
use faer::reborrow::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};

use crate::tensor::parallel::join;
use crate::tensor::simd::vectorised_by;

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

/// What a product does with the place that it is written to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Write {
    /// What stood there is lost.
    Replace,
    /// It is added to what stood there.
    Add,
}

impl Write {
    fn accum(self) -> Accum {
        match self {
            Self::Replace => Accum::Replace,
            Self::Add => Accum::Add,
        }
    }
}

/// A product of fewer multiplications than this is not cut: to hand a piece to another thread costs a
/// few microseconds, in which one thread does some 10⁵ of them.
const WORTH_CUTTING: usize = 1 << 19;

/// Whether a product of so many multiplications is worth two threads.
pub(crate) fn is_large(multiplications: usize) -> bool {
    multiplications >= WORTH_CUTTING
}

/// `out ← left · right`, row by row, or what else [`Write`] says.
///
/// ```
/// use elbow::__macro::kernels::product::{Matrix, Write, multiply};
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
    let whole = MatMut::from_row_major_slice_mut(out, rows, columns);
    if !is_large(rows * columns * left.0.ncols()) {
        piece(whole, left.0, right.0, write);
    } else if rows > columns {
        let (top, bottom) = whole.split_at_row_mut(middle(rows));
        let (left_top, left_bottom) = left.0.split_at_row(middle(rows));
        join(
            || piece(top, left_top, right.0, write),
            || piece(bottom, left_bottom, right.0, write),
        );
    } else {
        let (start, end) = whole.split_at_col_mut(middle(columns));
        let (right_start, right_end) = right.0.split_at_col(middle(columns));
        join(
            || piece(start, left.0, right_start, write),
            || piece(end, left.0, right_end, write),
        );
    }
}

/// On this thread alone, also where another waits for work.
pub(crate) fn multiply_alone(out: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, write: Write) {
    let (rows, columns) = (left.0.nrows(), right.0.ncols());
    let whole = MatMut::from_row_major_slice_mut(out, rows, columns);
    piece(whole, left.0, right.0, write);
}

fn piece(out: MatMut<'_, f32>, left: MatRef<'_, f32>, right: MatRef<'_, f32>, write: Write) {
    let vectors = out.ncols().div_ceil(LANES);
    if vectors <= PANEL || vectors % PANEL != 1 {
        return panels(out, left, right, write);
    }
    let cut = (vectors - 3) * LANES;
    let (start, end) = out.split_at_col_mut(cut);
    let (right_start, right_end) = right.split_at_col(cut);
    panels(start, left, right_start, write);
    panels(end, left, right_end, write);
}

/// Numbers in the widest vector.
const LANES: usize = 16;

/// faer computes this many vectors of columns at a time, a panel. The columns that are left over are a last panel. A last panel
/// of one vector takes as long as one of two, so the columns are cut earlier, to leave three.
const PANEL: usize = 6;

/// Cut in slices of the sum. Where `left` lies across memory, as in the gradient by a weight, which is a sum over all rows, a kernel goes
/// down a few of its columns at a time, and each of their numbers lies on a page of its own. And faer cuts a long sum itself,
/// after 512 terms, which leaves a short rest: 784 is better cut in two.
fn panels(
    mut out: MatMut<'_, f32>,
    left: MatRef<'_, f32>,
    right: MatRef<'_, f32>,
    mut write: Write,
) {
    let depth = left.ncols();
    let by_pages = (depth * left.col_stride().unsigned_abs()).div_ceil(SPAN);
    let by_depth = (depth + DEPTH / 3) / DEPTH;
    let slices = by_pages.max(by_depth).max(1);
    let each = depth.div_ceil(slices).max(1);
    for start in (0..slices).map(|slice| (slice * each).min(depth)) {
        let size = each.min(depth - start);
        let (left, right) = (left.subcols(start, size), right.subrows(start, size));
        matmul(out.rb_mut(), write.accum(), left, right, 1.0, Par::Seq);
        write = Write::Add;
    }
    clear_upper_lanes();
}

/// Numbers on as many pages of memory as a processor knows the addresses of at once: 128 pages of 4 KiB.
const SPAN: usize = 128 << 10;

/// Terms of a slice, about: sums of up to 660 are one.
const DEPTH: usize = 400;

/// Runs a vector instruction, after which the compiler clears the upper lanes of the registers.
///
/// faer's kernels leave them as they are, and then everything compiled for the oldest processors of the kind,
/// which is all of a plain build and libm, runs ten to fifty times slower on Intel's: each of its instructions waits
/// for the upper lanes that it keeps. So nothing of that kind may stand here either, between the product and the clearing.
fn clear_upper_lanes() {
    vectorised_by(
        #[inline(always)]
        || {
            black_box([1.0_f32; 16]);
        },
    );
}

/// About half, on a border of whole vectors.
fn middle(size: usize) -> usize {
    (size / 2).next_multiple_of(16)
}
