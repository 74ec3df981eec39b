//! Matrix products of variables.

use elbow::dfdx::shapes::Const;
use elbow::prelude::Var;

use crate::program::{FEW_ROUNDINGS, check, values};

/// Sums of products of a row of `i` numbers with each column of a matrix with `o`.
fn product(x: &[f64], matrix: &[f64], i: usize, o: usize) -> Vec<f64> {
    let rows = x.chunks(i);
    let entry = |row: &[f64], column: usize| -> f64 {
        (0..i).map(|at| row[at] * matrix[at * o + column]).sum()
    };
    rows.flat_map(|row| (0..o).map(|column| entry(row, column)).collect::<Vec<_>>())
        .collect()
}

#[test]
fn rows_with_a_matrix() {
    check(
        "rows with a matrix",
        [values(4 * 3, 1), values(3 * 5, 50)],
        |[x, matrix]| {
            let x = x.reshape_like(&(4_usize, Const::<3>));
            x.matmul(matrix.reshape_like(&(Const::<3>, Const::<5>)))
        },
        |[x, matrix]| product(x, matrix, 3, 5),
        FEW_ROUNDINGS,
    );
}

#[test]
fn rows_with_a_column() {
    check(
        "rows with a column",
        [values(4 * 3, 1), values(3, 50)],
        |[x, column]| -> Var<(usize,)> {
            let x = x.reshape_like(&(4_usize, Const::<3>));
            x.matmul(column.reshape_like(&(Const::<3>,)))
        },
        |[x, column]| product(x, column, 3, 1),
        FEW_ROUNDINGS,
    );
}

#[test]
fn one_row_with_a_matrix() {
    check(
        "one row with a matrix",
        [values(3, 1), values(3 * 5, 50)],
        |[x, matrix]| {
            let x = x.reshape_like(&(Const::<3>,));
            x.matmul(matrix.reshape_like(&(Const::<3>, Const::<5>)))
        },
        |[x, matrix]| product(x, matrix, 3, 5),
        FEW_ROUNDINGS,
    );
}

/// One matrix as both operands: gradients by both add up.
#[test]
fn a_matrix_with_itself() {
    check(
        "a matrix with itself",
        [values(9, 1)],
        |[m]| {
            let m = m.reshape_like(&(Const::<3>, Const::<3>));
            m.clone().matmul(m)
        },
        |[m]| product(m, m, 3, 3),
        FEW_ROUNDINGS,
    );
}
