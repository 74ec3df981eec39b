//! Small dense lower-triangular systems, in `f64` and row-major order.

/// Solves `L y = b` in place, given the lower triangle of a `d × d` matrix.
pub(crate) fn solve(lower: &[f64], b: &mut [f64]) {
    let d = b.len();
    for i in 0..d {
        let known: f64 = (0..i).map(|j| lower[i * d + j] * b[j]).sum();
        b[i] = (b[i] - known) / lower[i * d + i];
    }
}

/// Solves `Lᵀ y = b` in place.
pub(crate) fn solve_transposed(lower: &[f64], b: &mut [f64]) {
    let d = b.len();
    for i in (0..d).rev() {
        let known: f64 = (i + 1..d).map(|j| lower[j * d + i] * b[j]).sum();
        b[i] = (b[i] - known) / lower[i * d + i];
    }
}

/// `Σ ln L_ii`
pub(crate) fn log_determinant(lower: &[f64], d: usize) -> f64 {
    (0..d).map(|i| lower[i * d + i].ln()).sum()
}

/// Numbers in `f64`.
pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// `a − b`
pub(crate) fn apart(a: &[f32], b: &[f32]) -> Vec<f64> {
    let pairs = a.iter().zip(b);
    pairs.map(|(&a, &b)| f64::from(a) - f64::from(b)).collect()
}

/// The inner product.
pub(crate) fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
