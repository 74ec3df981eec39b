//! Least squares by Householder's reflections, with errors that are small in every row.

use super::triangular::inner;

/// The factorisation `A = Q R` of a matrix of `m` rows and `n ≤ m` columns.
///
/// Rows are sorted from the largest on, and each step takes the longest column that is left. The error of a
/// row is then relative to that row, even if other rows are 10³⁰ times larger (Cox and Higham,
/// "Stability of Householder QR factorization for weighted least squares problems", 1998).
pub(crate) struct Orthogonal {
    /// Unit vectors `u` of the reflections `I − 2 u uᵀ`: the `k`-th begins at place `k`.
    reflections: Vec<Vec<f64>>,
    /// The columns of `R`, each down to its diagonal.
    upper: Vec<Vec<f64>>,
    /// The row of `A` that stands at each place.
    rows: Vec<usize>,
    /// The column of `A` that stands at each place.
    columns: Vec<usize>,
}

impl Orthogonal {
    /// Factorises the matrix whose element in row `i` and column `k` is `at(i, k)`.
    pub(crate) fn new(m: usize, n: usize, at: impl Fn(usize, usize) -> f64) -> Self {
        let size = |row: usize| (0..n).map(|k| at(row, k).abs()).fold(0.0, f64::max);
        let mut rows: Vec<usize> = (0..m).collect();
        rows.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
        let column = |k: usize| (k, rows.iter().map(|&i| at(i, k)).collect::<Vec<f64>>());
        let mut left: Vec<(usize, Vec<f64>)> = (0..n).map(column).collect();
        let mut found = Self {
            reflections: Vec::with_capacity(n),
            upper: Vec::with_capacity(n),
            rows: Vec::new(),
            columns: Vec::with_capacity(n),
        };
        for k in 0..n {
            let length = |(_, column): &(usize, Vec<f64>)| square(&column[k..]);
            let longest = (0..left.len())
                .max_by(|&a, &b| length(&left[a]).total_cmp(&length(&left[b])))
                .expect("a column for each step");
            let (name, mut column) = left.swap_remove(longest);
            let u = reflection(&column[k..]);
            reflect(&u, &mut column[k..]);
            for (_, other) in &mut left {
                reflect(&u, &mut other[k..]);
            }
            column.truncate(k + 1);
            found.upper.push(column);
            found.columns.push(name);
            found.reflections.push(u);
        }
        found.rows = rows;
        found
    }

    /// `½ ln|Aᵀ A|`
    pub(crate) fn half_log_determinant(&self) -> f64 {
        let diagonal = self.upper.iter().enumerate();
        diagonal.map(|(k, column)| column[k].abs().ln()).sum()
    }

    /// The rows of the first `n` columns of `Q`.
    pub(crate) fn basis(&self) -> Vec<f64> {
        let n = self.columns.len();
        let mut basis = vec![0.0; self.rows.len() * n];
        for k in 0..n {
            let mut unit = vec![0.0; self.rows.len()];
            unit[k] = 1.0;
            self.apply(&mut unit);
            for (&row, value) in self.rows.iter().zip(unit) {
                basis[row * n + k] = value;
            }
        }
        basis
    }

    /// The `s` and `b` with `s + A b = p` and `Aᵀ s = g`: for `g = 0`, least squares and its residual.
    pub(crate) fn solve(&self, p: &[f64], g: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let n = self.columns.len();
        let mut c: Vec<f64> = self.rows.iter().map(|&row| p[row]).collect();
        for (k, u) in self.reflections.iter().enumerate() {
            reflect(u, &mut c[k..]);
        }
        let mut solved = c[..n].to_vec();
        for k in 0..n {
            let column = &self.upper[k];
            c[k] = (g[self.columns[k]] - inner(&column[..k], &c[..k])) / column[k];
            solved[k] -= c[k];
        }
        self.apply(&mut c);
        for k in (0..n).rev() {
            let column = &self.upper[k];
            solved[k] /= column[k];
            let value = solved[k];
            let above = solved[..k].iter_mut().zip(column);
            above.for_each(|(left, r)| *left -= r * value);
        }
        (placed(&self.rows, &c), placed(&self.columns, &solved))
    }

    /// Multiplies by `Q` in place.
    fn apply(&self, c: &mut [f64]) {
        for (k, u) in self.reflections.iter().enumerate().rev() {
            reflect(u, &mut c[k..]);
        }
    }
}

/// Puts each value at the place that its name gives.
fn placed(names: &[usize], values: &[f64]) -> Vec<f64> {
    let mut placed = vec![0.0; values.len()];
    for (&name, &value) in names.iter().zip(values) {
        placed[name] = value;
    }
    placed
}

fn square(values: &[f64]) -> f64 {
    inner(values, values)
}

/// The unit vector whose reflection leaves only the first element of `a`.
fn reflection(a: &[f64]) -> Vec<f64> {
    let mut u = a.to_vec();
    u[0] += square(a).sqrt().copysign(a[0]);
    let length = square(&u).sqrt();
    u.iter_mut().for_each(|u| *u /= length);
    u
}

/// `c − 2 u (u · c)` in place.
fn reflect(u: &[f64], c: &mut [f64]) {
    let along = 2.0 * inner(u, c);
    let pairs = c.iter_mut().zip(u);
    pairs.for_each(|(c, u)| *c -= along * u);
}

/// `start + Σ a b`, as if in twice the digits: Ogita, Rump and Oishi, "Accurate sum and dot product", 2005.
pub(crate) fn add_products(start: f64, pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut lost) = (start, 0.0);
    for (a, b) in pairs {
        let product = a * b;
        let next = sum + product;
        let added = next - sum;
        lost += (sum - (next - added)) + (product - added) + a.mul_add(b, -product);
        sum = next;
    }
    sum + lost
}
