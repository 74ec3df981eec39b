//! Importance weights, `p(x, z)/q(z | x)` from the terms of a run.

use super::Outcome;
use super::credit::sum_of;
use crate::kernels::log_sum::LogSum;
use crate::program::row_tree::Branch;
use crate::tensor::{Rows, block_log_sum_exp, contribution, counts};

impl Outcome<'_> {
    /// The logarithm of each data row's mean of importance weights `p(x, z)/q(z | x)` to this power.
    pub(crate) fn log_mean_weights(&self, power: f32) -> Rows {
        let particles = self.rows.factor(None);
        block_log_sum_exp(&self.row_contributions(None, power), particles)
    }

    /// Whether every draw has other draws of its data row beside it. Listed states are not draws.
    pub(crate) fn compares_draws(&self) -> bool {
        let mut latents = (0..self.sites.len()).filter(|&site| self.sites[site].latent.is_some());
        self.rows.particles().len() > 1 || latents.all(|site| self.rows.is_listed(site))
    }

    /// The logarithm of the part that each finest row of a branch adds to its data row's mean of weights to this power. All other
    /// branches are summed out.
    pub(super) fn row_contributions(&self, branch: Branch, power: f32) -> Rows {
        let particles = self.rows.factor(None);
        let trunk = self.log_ratios(None) * power - (particles as f64).ln();
        let others = self.rows.all().filter(|other| *other != branch);
        let trunk = others.fold(trunk, |total, other| {
            let block = self.rows.factor(other) / particles;
            total + block_log_sum_exp(&self.weighted_ratios(other, power), block)
        });
        if branch.is_none() {
            return trunk;
        }
        self.weighted_ratios(branch, power) + trunk.spread(self.rows.rows(branch))
    }

    /// The log-ratios of the finest rows of a branch to this power, each with its weight in its row of the trunk.
    fn weighted_ratios(&self, branch: Branch, power: f32) -> Rows {
        let ratios = self.log_ratios(branch) * power;
        let [particles, finest] = [None, branch].map(|of| self.rows.factor(of));
        match self.rows.log_weights(branch, particles, finest) {
            None => ratios - ((finest / particles) as f64).ln(),
            Some(shares) => contribution(&shares, &ratios),
        }
    }

    /// The terms of a branch, log-likelihoods minus divergences, for each of its finest rows.
    fn log_ratios(&self, branch: Branch) -> Rows {
        let own = self.terms().iter().filter(|term| term.branch == branch);
        let signed = own.map(|term| (term.rows.clone(), term.sign()));
        sum_of(signed, self.rows.rows(branch))
    }

    /// The log-weight of every particle of every data row, without gradients.
    pub(crate) fn importance_weights(&self) -> Vec<f64> {
        let particles = self.rows.factor(None);
        let mut totals = self.log_ratios(None).exact().to_vec();
        for branch in self.rows.all() {
            let block = self.rows.factor(branch) / particles;
            let ratios = self.log_ratios(branch);
            let shares = self.rows.log_weights(branch, particles, particles * block);
            let share = |row: usize| match &shares {
                None => -(block as f64).ln(),
                Some(shares) => shares.exact()[row],
            };
            for (at, total) in totals.iter_mut().enumerate() {
                let mut sum = LogSum::default();
                let first = at * block;
                for (row, ratio) in ratios.exact()[first..first + block].iter().enumerate() {
                    // A state that is never drawn has no weight, even if its ratio is large.
                    let share = share(first + row);
                    if counts(share) {
                        sum.add(share + ratio);
                    }
                }
                *total += sum.value();
            }
        }
        self.rows.in_data_order(&totals)
    }
}
