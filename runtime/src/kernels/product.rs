//! Matrix products.
//!
//! The kernels of `tensor/gemm.rs` do the work: AVX-512 or AVX2 as the machine has it, found at run time. Large products
//! are cut in pieces that two threads share. Where they are cut depends on the shape alone, never
//! on the threads, so that one thread computes bit for bit what two do.

pub use crate::tensor::matrix::Matrix;
use crate::tensor::matrix::{Element, MatrixMut};
use crate::tensor::parallel::join;

/// What a product does with the place that it is written to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Write {
    /// What stood there is lost.
    Replace,
    /// It is added to what stood there.
    Add,
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
pub fn multiply<T: Element>(
    out: &mut [T],
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
    write: Write,
) {
    let [rows, depth] = left.size();
    let columns = right.size()[1];
    let whole = MatrixMut::rows(out, rows, columns);
    if !is_large(rows * columns * depth) {
        piece(whole, left, right, write);
    } else if rows > columns {
        let (top, bottom) = whole.split_rows(middle(rows));
        let (left_top, left_bottom) = left.split_rows(middle(rows));
        join(
            || piece(top, left_top, right, write),
            || piece(bottom, left_bottom, right, write),
        );
    } else {
        let (start, end) = whole.split_columns(middle(columns));
        let (right_start, right_end) = right.split_columns(middle(columns));
        join(
            || piece(start, left, right_start, write),
            || piece(end, left, right_end, write),
        );
    }
}

/// A product beside another one on the other thread. It is cut only if it is so large that the thread which is done first can take a piece.
pub(crate) fn multiply_beside(out: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, write: Write) {
    let ([rows, depth], [_, columns]) = (left.size(), right.size());
    if rows * columns * depth >= WORTH_BALANCING {
        return multiply(out, left, right, write);
    }
    piece(MatrixMut::rows(out, rows, columns), left, right, write);
}

/// Two products of fewer multiplications take about as long as each other.
const WORTH_BALANCING: usize = 1 << 25;

fn piece<T: Element>(
    out: MatrixMut<'_, T>,
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
    write: Write,
) {
    let vectors = right.size()[1].div_ceil(LANES);
    if vectors <= PANEL || vectors % PANEL != 1 {
        return panels(out, left, right, write);
    }
    let cut = (vectors - 3) * LANES;
    let (start, end) = out.split_columns(cut);
    let (right_start, right_end) = right.split_columns(cut);
    panels(start, left, right_start, write);
    panels(end, left, right_end, write);
}

/// Numbers in the widest vector.
const LANES: usize = 16;

/// The kernels compute this many vectors of columns at a time, a panel. The columns that are left over are a last panel. A last panel
/// of one vector takes as long as one of two, so the columns are cut earlier, to leave three.
const PANEL: usize = 6;

/// Cut in slices of the sum. Where `left` lies across memory, as in the gradient by a weight, which is a sum over all rows, a kernel goes
/// down a few of its columns at a time, and each of their numbers lies on a page of its own. And they cut a long sum themselves,
/// after 512 terms, which leaves a short rest: 784 is better cut in two.
fn panels<T: Element>(
    mut out: MatrixMut<'_, T>,
    left: Matrix<'_, T>,
    right: Matrix<'_, T>,
    mut write: Write,
) {
    let depth = left.size()[1];
    let by_pages = (depth * left.strides()[1]).div_ceil(SPAN);
    let by_depth = (depth + DEPTH / 3) / DEPTH;
    let slices = by_pages.max(by_depth).max(1);
    let each = depth.div_ceil(slices).max(1);
    for start in (0..slices).map(|slice| (slice * each).min(depth)) {
        let size = each.min(depth - start);
        let (left, right) = (left.part(1, start, size), right.part(0, start, size));
        out.multiply(left, right, write == Write::Add);
        write = Write::Add;
    }
}

/// Numbers on as many pages of memory as a processor knows the addresses of at once: 128 pages of 4 KiB.
const SPAN: usize = 128 << 10;

/// Terms of a slice, about: sums of up to 660 are one.
const DEPTH: usize = 400;

/// About half, on a border of whole vectors.
fn middle(size: usize) -> usize {
    (size / 2).next_multiple_of(16)
}
