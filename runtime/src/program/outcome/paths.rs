//! Draws whose gradient is scaled by their share of the importance weight.

use super::Outcome;
use crate::tensor::log_sum_exp;

impl Outcome<'_> {
    /// Scales the gradients of the draws that stand in for their densities, for the mean of weights to this power. The scale of a
    /// draw whose rows have the share `v` of their data row's sum is `1 − power + power · v`.
    ///
    /// With `L = 1/power · log Σ w^power` and `v = w^power/Σ`, the gradient of `L` by the parameters of `q` is `v` times the
    /// gradient by the draw, minus `v ∂log q`. And `E[v ∂log q] = E[∂v/∂z ∂z]` with `∂v/∂z = power · v(1 − v) ∂log w/∂z` (Tucker et
    /// al. 2018, with power 1).
    pub(crate) fn scale_paths(&self, power: f32) {
        for path in self.ledger.paths().iter().filter(|path| path.stands_in) {
            let contributions = self.row_contributions(path.branch, power);
            let finest = self.rows.factor(path.branch);
            let mut scales = Vec::with_capacity(self.rows.data_rows() * path.factor);
            for of_data_row in contributions.exact().chunks(finest) {
                let total = log_sum_exp(of_data_row);
                for of_draw in of_data_row.chunks(finest / path.factor) {
                    let own = log_sum_exp(of_draw);
                    let share = match own > f64::NEG_INFINITY {
                        true => (own - total).exp(),
                        false => 0.0,
                    };
                    let power = f64::from(power);
                    scales.push((1.0 - power + power * share) as f32);
                }
            }
            // Filled once, since an objective reads a run once.
            let _ = path.scales.set(scales);
        }
    }
}
