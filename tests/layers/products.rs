//! Matrix products against sums in `f64`.

use elbow::__macro::kernels::product::{Matrix, Write, multiply};
use elbow_tests::support::tensors::scattered;

fn numbers(count: usize, from: usize) -> Vec<f32> {
    (from..from + count)
        .map(|at| scattered(at) as f32)
        .collect()
}

/// `Σ a b`, and `Σ |a b|`, by which rounding is measured.
fn exact(left: impl Fn(usize) -> f32, right: impl Fn(usize) -> f32, inner: usize) -> (f64, f64) {
    (0..inner).fold((0.0, 0.0), |(sum, size), k| {
        let term = f64::from(left(k)) * f64::from(right(k));
        (sum + term, size + term.abs())
    })
}

/// One row, one column, one term, widths that no vector divides, and sizes that are cut by rows and by columns.
/// At 112 and 200 columns one vector of 16 would be left over. The last two sizes are summed in slices, the very last
/// where the left side is turned.
const SHAPES: [(usize, usize, usize); 13] = [
    (1, 1, 1),
    (1, 7, 5),
    (5, 1, 3),
    (3, 4, 1),
    (33, 17, 65),
    (129, 31, 200),
    (31, 129, 200),
    (301, 47, 53),
    (47, 301, 53),
    (9, 112, 15),
    (100, 200, 84),
    (130, 20, 1700),
    (701, 9, 401),
];

#[test]
fn every_layout_and_every_way_to_write() {
    for (rows, columns, inner) in SHAPES {
        let left = numbers(rows * inner, 1);
        let right = numbers(inner * columns, 1000);
        let before = numbers(rows * columns, 5000);
        for (left_turned, right_turned) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let a = if left_turned {
                Matrix::rows(&left, inner, rows).transpose()
            } else {
                Matrix::rows(&left, rows, inner)
            };
            let b = if right_turned {
                Matrix::rows(&right, columns, inner).transpose()
            } else {
                Matrix::rows(&right, inner, columns)
            };
            for write in [Write::Replace, Write::Add] {
                let mut out = before.clone();
                multiply(&mut out, a, b, write);
                for r in 0..rows {
                    for c in 0..columns {
                        let (sum, size) = exact(
                            |k| {
                                if left_turned {
                                    left[k * rows + r]
                                } else {
                                    left[r * inner + k]
                                }
                            },
                            |k| {
                                if right_turned {
                                    right[c * inner + k]
                                } else {
                                    right[k * columns + c]
                                }
                            },
                            inner,
                        );
                        let start = match write {
                            Write::Replace => 0.0,
                            Write::Add => f64::from(before[r * columns + c]),
                        };
                        let found = f64::from(out[r * columns + c]);
                        // A sum of n terms in `f32` is off by at most n half-ulps of its terms' sizes; by √n and a few on the whole.
                        let allowed = (size + start.abs()) * 3e-7 * (inner as f64).sqrt().max(1.0);
                        assert!(
                            (found - sum - start).abs() <= allowed,
                            "{rows}×{inner}×{columns}, {write:?}, turned {left_turned} {right_turned}: {found} at ({r}, {c}), expected {}",
                            sum + start
                        );
                    }
                }
            }
        }
    }
}

/// The widest products are cut, one way or the other; a mistake at the cut would show in the sums above only
/// if they are.
#[test]
fn some_of_the_shapes_are_cut() {
    let large = SHAPES.iter().filter(|(m, n, k)| m * n * k >= 1 << 19);
    assert!(large.clone().any(|(m, n, _)| m > n));
    assert!(large.clone().any(|(m, n, _)| m < n));
    assert!(SHAPES.iter().any(|(_, _, k)| *k > 800));
    assert!(
        SHAPES
            .iter()
            .any(|(m, _, k)| *k < 600 && m * k > (2 * 128) << 10)
    );
}

/// The kernels of products leave the upper lanes of the registers in use, which makes plain code slow; it must not
/// make it wrong.
#[test]
fn nan_and_infinity_pass() {
    let mut out = [0.0; 2];
    let left = [f32::NAN, 1.0, f32::INFINITY, 1.0];
    multiply(
        &mut out,
        Matrix::rows(&left, 2, 2),
        Matrix::rows(&[1.0, 2.0], 2, 1),
        Write::Replace,
    );
    assert!(out[0].is_nan());
    assert_eq!(out[1], f32::INFINITY);
}
