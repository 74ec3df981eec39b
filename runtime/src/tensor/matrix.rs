//! Matrices in memory of others, and the product of two.

use std::marker::PhantomData;

pub(crate) use super::gemm::Element;
use super::gemm::{self, Place};

/// A matrix to be read.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T = f32> {
    /// Of which the element in row `r` and column `c` is number `r · strides[0] + c · strides[1]`.
    values: &'a [T],
    size: [usize; 2],
    strides: [usize; 2],
}

impl<'a, T: Element> Matrix<'a, T> {
    /// A matrix of `rows` rows with `columns` numbers each, one row after another.
    ///
    /// # Panics
    /// When `values` has another number of elements.
    pub fn rows(values: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "numbers of a matrix");
        Self {
            values,
            size: [rows, columns],
            strides: [columns, 1],
        }
    }

    /// The transpose, without moving anything.
    pub fn transpose(self) -> Self {
        let ([rows, columns], [down, across]) = (self.size, self.strides);
        Self {
            size: [columns, rows],
            strides: [across, down],
            ..self
        }
    }

    /// The rows and the columns.
    pub(crate) fn size(self) -> [usize; 2] {
        self.size
    }

    /// Numbers from one row to the next, and from one column to the next.
    pub(crate) fn strides(self) -> [usize; 2] {
        self.strides
    }

    /// Where the first number is.
    pub(super) fn first(self) -> *const T {
        self.values.as_ptr()
    }

    /// The rows before `row`, and the others.
    pub(crate) fn split_rows(self, row: usize) -> (Self, Self) {
        (self.part(0, 0, row), self.part(0, row, self.size[0] - row))
    }

    /// The columns before `column`, and the others.
    pub(crate) fn split_columns(self, column: usize) -> (Self, Self) {
        let rest = self.size[1] - column;
        (self.part(1, 0, column), self.part(1, column, rest))
    }

    /// `count` rows (axis 0) or columns (axis 1) from number `start` on.
    pub(crate) fn part(self, axis: usize, start: usize, count: usize) -> Self {
        assert!(start + count <= self.size[axis], "a part of a matrix");
        let mut size = self.size;
        size[axis] = count;
        let skipped = (start * self.strides[axis]).min(self.values.len());
        Self {
            values: &self.values[skipped..],
            size,
            ..self
        }
    }
}

/// A matrix to be written to, or some of its rows and columns. Its rows lie one after another, each in one piece.
#[derive(Debug)]
pub(crate) struct MatrixMut<'a, T = f32> {
    first: *mut T,
    size: [usize; 2],
    down: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: it stands for a mutable borrow of the numbers, and no two of them share a number.
unsafe impl<T: Element> Send for MatrixMut<'_, T> {}

impl<'a, T: Element> MatrixMut<'a, T> {
    /// A matrix of `rows` rows with `columns` numbers each, one row after another.
    ///
    /// # Panics
    /// When `values` has another number of elements.
    pub(crate) fn rows(values: &'a mut [T], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "numbers of a matrix");
        Self {
            first: values.as_mut_ptr(),
            size: [rows, columns],
            down: columns,
            owner: PhantomData,
        }
    }

    /// The rows before `row`, and the others.
    pub(crate) fn split_rows(self, row: usize) -> (Self, Self) {
        let skipped = row * self.down;
        self.split(0, row, skipped)
    }

    /// The columns before `column`, and the others.
    pub(crate) fn split_columns(self, column: usize) -> (Self, Self) {
        self.split(1, column, column)
    }

    fn split(self, axis: usize, at: usize, skipped: usize) -> (Self, Self) {
        assert!(at <= self.size[axis], "a part of a matrix");
        let (mut start, mut end) = (self.size, self.size);
        start[axis] = at;
        end[axis] -= at;
        // The address is not used where no number is left.
        let first = self.first.wrapping_add(skipped);
        let part = |first, size| Self {
            first,
            size,
            down: self.down,
            owner: PhantomData,
        };
        (part(self.first, start), part(first, end))
    }

    /// Writes the product of two matrices, or adds it to what stands here.
    ///
    /// # Panics
    /// When the sizes do not fit.
    pub(crate) fn multiply(&mut self, left: Matrix<'_, T>, right: Matrix<'_, T>, adds: bool) {
        let ([rows, columns], [_, depth]) = (self.size, left.size);
        assert_eq!(left.size[0], rows, "rows of a product");
        assert_eq!(right.size, [depth, columns], "what a product's right has");
        if rows == 0 || columns == 0 {
            return;
        }
        if depth == 0 {
            // A sum of no terms.
            if !adds {
                (0..rows).for_each(|row| self.row(row).fill(T::default()));
            }
            return;
        }
        let place = Place {
            first: self.first,
            size: self.size,
            down: self.down,
            adds,
        };
        // SAFETY: the sizes fit and are not zero. What is written is borrowed mutably.
        unsafe { gemm::multiply(place, left, right) }
    }

    fn row(&mut self, row: usize) -> &mut [T] {
        assert!(row < self.size[0], "a row of a matrix");
        // SAFETY: the row exists and lies in one piece, and is borrowed with `self`.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(row * self.down), self.size[1]) }
    }
}
