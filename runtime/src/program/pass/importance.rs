//! Importance weights, `p(x, z)/q(z | x)` by the terms of a pass.

use super::credit::spread;
use super::{Branch, Mode, Pass};
use crate::draw::into_rows;
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula::Contribution;
use crate::kernels::rows::{block_log_sum_exp, detach, values};
use crate::log_sum::LogSum;
use crate::program::Latent;
use crate::var::{Rows, constant};

impl Pass {
    /// The logarithm of each data row's mean importance weight, `p(x, z)/q(z | x)` by the terms, to this power.
    pub(crate) fn log_mean_weights(&self, power: f32) -> Rows {
        let particles = self.branches.factor(None);
        block_log_sum_exp(&self.row_contributions(None, power), particles)
    }

    /// Whether every draw has others of its data row beside it; what is listed is no draw.
    pub(crate) fn compares_draws(&self) -> bool {
        let is_listed = |latent: &Latent| self.listed.contains(&latent.name);
        self.particles > 1 || self.latents.iter().all(is_listed)
    }

    /// The logarithm of what each finest row of a branch, with all other branches summed out, adds to its
    /// data row's mean of weights to this power.
    pub(super) fn row_contributions(&self, branch: Branch, power: f32) -> Rows {
        let particles = self.branches.factor(None);
        let trunk = self.log_ratios(None) * power - (particles as f32).ln();
        let others = self.branches.all().filter(|other| *other != branch);
        let trunk = others.fold(trunk, |total, other| {
            let block = self.branches.factor(other) / particles;
            total + block_log_sum_exp(&self.weighted_ratios(other, power), block)
        });
        if branch.is_none() {
            return trunk;
        }
        self.weighted_ratios(branch, power)
            + spread(&trunk, self.data_rows * self.branches.factor(branch))
    }

    /// The log-ratios of the finest rows of a branch to this power, each with its weight in its row of the trunk.
    fn weighted_ratios(&self, branch: Branch, power: f32) -> Rows {
        let ratios = self.log_ratios(branch) * power;
        let [particles, finest] = [None, branch].map(|of| self.branches.factor(of));
        let shares = self.log_weights(branch, particles, finest);
        let shares = match self.mode {
            // That a listed state is frequent in the guide is not what it is learned from.
            Mode::Reweigh(_) => shares.map(|shares| detach(&shares)),
            _ => shares,
        };
        match shares {
            None => ratios - ((finest / particles) as f32).ln(),
            Some(shares) => into_rows(map(
                Contribution,
                [&rows_of::<()>(&shares), &rows_of::<()>(&ratios)],
            )),
        }
    }

    /// The terms of a branch, log-likelihoods less divergences, for each of its finest rows.
    fn log_ratios(&self, branch: Branch) -> Rows {
        let rows = self.data_rows * self.branches.factor(branch);
        let zero = constant(vec![0.0; rows], (rows,));
        let own = self.terms.iter().filter(|term| term.branch == branch);
        own.fold(zero, |total, term| {
            let own = spread(&term.rows, rows);
            if term.is_divergence {
                total - own
            } else {
                total + own
            }
        })
    }

    /// The log-weight of every particle of every data row, summed in `f64` and without gradients.
    pub(crate) fn importance_weights(&self) -> Vec<f64> {
        let particles = self.branches.factor(None);
        let mut totals = self.exact_log_ratios(None);
        for branch in self.branches.all() {
            let block = self.branches.factor(branch) / particles;
            let ratios = self.exact_log_ratios(branch);
            let shares = self.log_weights(branch, particles, particles * block);
            let share = |row: usize| match &shares {
                None => -(block as f64).ln(),
                Some(shares) => f64::from(values(shares)[row]),
            };
            for (at, total) in totals.iter_mut().enumerate() {
                let mut sum = LogSum::default();
                let first = at * block;
                for (row, ratio) in ratios[first..first + block].iter().enumerate() {
                    // A state that is never drawn has no weight, whatever its ratio.
                    let share = share(first + row);
                    if share > f64::NEG_INFINITY {
                        sum.add(share + ratio);
                    }
                }
                *total += sum.value();
            }
        }
        totals
    }

    fn exact_log_ratios(&self, branch: Branch) -> Vec<f64> {
        let mut totals = vec![0.0; self.data_rows * self.branches.factor(branch)];
        for term in self.terms.iter().filter(|term| term.branch == branch) {
            let own = values(&term.rows);
            let sign = if term.is_divergence { -1.0 } else { 1.0 };
            let block = (totals.len() / own.len()).max(1);
            for (row, total) in totals.iter_mut().enumerate() {
                *total += sign * f64::from(own[row / block]);
            }
        }
        totals
    }
}
