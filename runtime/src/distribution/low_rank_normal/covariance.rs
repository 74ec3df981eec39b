//! A diagonal plus a matrix of low rank, without loss of digits where the diagonal is small.

use crate::kernels::orthogonal::{Orthogonal, add_products};
use crate::kernels::triangular::{inner, wide};

/// Below this, `1 − leverage` has lost digits. The leverages add up to the rank, so few are this large.
const PINNED: f64 = 1e-6;

/// `Σ = W Wᵀ + diag(variance)`, computed by the least squares of `A = [I; V]` with `V = diag(variance)^-½ W`.
///
/// `Aᵀ A` is Woodbury's `C = I + Wᵀ diag(variance)⁻¹ W`; forming it would square the condition number.
pub(super) struct Covariance {
    /// `W`, by rows.
    pub(super) factor: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) rank: usize,
    scale: Vec<f64>,
    orthogonal: Orthogonal,
}

impl Covariance {
    pub(super) fn new(factor: &[f32], variance: &[f32]) -> Self {
        let (factor, variance) = (wide(factor), wide(variance));
        let rank = factor.len() / variance.len();
        let scale: Vec<f64> = variance.iter().map(|v| v.sqrt()).collect();
        let at = |i: usize, k: usize| match i.checked_sub(rank) {
            None => f64::from(u8::from(i == k)),
            Some(i) => factor[i * rank + k] / scale[i],
        };
        Self {
            orthogonal: Orthogonal::new(rank + scale.len(), rank, at),
            factor,
            variance,
            rank,
            scale,
        }
    }

    pub(super) fn rows(&self) -> std::slice::Chunks<'_, f64> {
        self.factor.chunks(self.rank)
    }

    /// `½ ln|Σ|`
    pub(super) fn half_log_determinant(&self) -> f64 {
        let diagonal: f64 = self.scale.iter().map(|s| s.ln()).sum();
        self.orthogonal.half_log_determinant() + diagonal
    }

    /// `v = Σ⁻¹ r` and `b = Wᵀ v`. The digits of `b` cancel unless it is the solution of the least squares.
    ///
    /// Both solve `diag(variance) v + W b = r`, `b = Wᵀ v`. If `r` lies near the span of `W`, `v` is a small difference of far
    /// larger numbers. Two steps with residuals in twice the digits restore it.
    pub(super) fn solve(&self, r: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut v, mut b) = (vec![0.0; r.len()], vec![0.0; self.rank]);
        let mut p = vec![0.0; self.rank + r.len()];
        for _ in 0..3 {
            for (i, row) in self.rows().enumerate() {
                let fitted = row.iter().zip(&b).map(|(&w, &b)| (-w, b));
                let own = std::iter::once((-self.variance[i], v[i]));
                p[self.rank + i] = add_products(r[i], fitted.chain(own)) / self.scale[i];
            }
            let g: Vec<f64> = (0..self.rank)
                .map(|k| add_products(b[k], self.rows().zip(&v).map(|(row, &v)| (-row[k], v))))
                .collect();
            let (s, step) = self.orthogonal.solve(&p, &g);
            b.iter_mut().zip(step).for_each(|(b, step)| *b += step);
            let steps = s[self.rank..].iter().zip(&self.scale);
            let pairs = v.iter_mut().zip(steps);
            pairs.for_each(|(v, (s, scale))| *v += s / scale);
        }
        (v, b)
    }

    /// Adds the slopes of `weight · ½ ln|Σ|`: `Σ⁻¹ W` for the factor, half of `Σ⁻¹_ii` for the variances.
    pub(super) fn add_log_determinant(
        &self,
        weight: f64,
        by_factor: &mut [f64],
        by_variance: &mut [f64],
    ) {
        let basis = self.orthogonal.basis();
        let (upper, lower) = basis.split_at(self.rank * self.rank);
        for (i, own) in lower.chunks(self.rank).enumerate() {
            let by_row = by_factor[i * self.rank..].iter_mut();
            for (slope, upper) in by_row.zip(upper.chunks(self.rank)) {
                *slope += weight * inner(own, upper) / self.scale[i];
            }
            let rest = 1.0 - inner(own, own);
            let precision = if rest < PINNED {
                self.pinned(i)
            } else {
                rest / self.variance[i]
            };
            by_variance[i] += 0.5 * weight * precision;
        }
    }

    /// `Σ⁻¹_ii` of an element whose variance comes almost wholly from the factor.
    fn pinned(&self, i: usize) -> f64 {
        let mut unit = vec![0.0; self.scale.len()];
        unit[i] = 1.0;
        self.solve(&unit).0[i]
    }
}
