//! The pay of each draw of a score-function estimator.

use super::Outcome;
use crate::estimator::{LogWeights, Mixed};
use crate::program::ledger::{Pending, Score};
use crate::program::row_tree::Branch;
use crate::program::table::Site;
use crate::tensor::{
    Rows, Var, block_log_sum_exp, combined, detach_rows, first_rows, gradient_alone, mean, weighted,
};

/// The basis of the pay of score-function estimators.
pub(crate) enum Paid<'a> {
    /// The terms that they influence, each with its weight.
    Terms(&'a [f32]),
    /// `1/power` times the logarithm of the mean of weights to this power.
    Weights {
        /// Not zero.
        power: f32,
    },
}

impl Outcome<'_> {
    /// The rows that score-function estimators add to the objective: their values are zero, and their gradients the estimates.
    pub(crate) fn scores(&self, paid: &Paid) -> Option<Var<()>> {
        match paid {
            Paid::Terms(weights) => self.scores_of_sum(weights),
            Paid::Weights { power } => self.scores_of_log_mean_weight(*power),
        }
    }

    /// The values that estimators mix into their running means, by the names of their sites.
    pub(crate) fn mixed(&self) -> Vec<(&'static str, Mixed)> {
        let mixed = |score: &Score| {
            let Site { name, .. } = self.sites[score.site];
            Some((name, score.memory.mixed()?))
        };
        self.ledger.scores().iter().filter_map(mixed).collect()
    }

    fn scores_of_sum(&self, weights: &[f32]) -> Option<Var<()>> {
        // The last draw comes first. A cost with its gradient contains the estimates of the draws that depend on this one, since
        // this draw moves their distributions too.
        let mut scores: Vec<&Score> = self.ledger.scores().iter().collect();
        scores.sort_by_key(|score| std::cmp::Reverse(self.rows.order(score.site)));
        let mut done: Vec<(&Score, Rows)> = Vec::new();
        for score in scores {
            let cost = self.cost(score, weights);
            let running = |all: &Rows| first_rows(all, score.running * score.factor);
            let surrogate = match &score.estimate {
                Pending::Sum(estimate) => estimate(&running(&detach_rows(&cost)), &score.memory),
                Pending::SumAndSlope(estimate) => {
                    let below = done.iter().filter(|(s, _)| self.influences(score, s.site));
                    let cost = below.fold(cost, |total, (below, surrogate)| {
                        total + self.rows.gather(below.branch, surrogate, score.factor)
                    });
                    estimate(&running(&cost), &score.memory)
                }
                // Its plan is not legal here.
                Pending::Weights(_) => continue,
            };
            done.push((
                score,
                self.rows
                    .in_all_rows(&gradient_alone(&surrogate), score.running),
            ));
        }
        let estimate = |(score, own): &(&Score, Rows)| self.constant_expectation(score.branch, own);
        done.iter().map(estimate).reduce(|a, b| a + b)
    }

    fn scores_of_log_mean_weight(&self, power: f32) -> Option<Var<()>> {
        let estimates = self.ledger.scores().iter().filter_map(|score| {
            let Pending::Weights(estimate) = &score.estimate else {
                return None;
            };
            // A draw is paid what it adds to the weight of its data row, together with everything drawn or listed under it.
            let finest = detach_rows(&self.row_contributions(score.branch, power));
            let inner = self.rows.factor(score.branch) / score.factor;
            let rows = block_log_sum_exp(&finest, inner);
            let earned = LogWeights {
                rows: first_rows(&rows, score.running * score.factor),
                block: score.factor,
            };
            let surrogate = gradient_alone(&estimate(&earned, &score.memory));
            Some(mean(&self.rows.in_all_rows(&surrogate, score.running)) / power)
        });
        estimates.reduce(|a, b| a + b)
    }

    /// Whether the draw of a score influences the term of a site.
    fn influences(&self, score: &Score, site: usize) -> bool {
        self.sites[score.site].says(|latent| latent.influences, site)
    }

    /// The terms that a draw influences, gathered into its rows.
    fn cost(&self, score: &Score, weights: &[f32]) -> Rows {
        let terms = self.terms().iter().zip(weights);
        let counts = terms.filter(|(term, _)| {
            self.influences(score, term.place) || (score.own_divergence && term.place == score.site)
        });
        let costs = counts.map(|(term, &weight)| {
            let own = self.rows.gather(term.branch, &term.rows, score.factor);
            (own, term.sign() * f64::from(weight))
        });
        sum_of(costs, self.rows.data_rows() * score.factor)
    }

    /// The expectation of rows over the data, draws and listed states, with weights that carry no gradient.
    fn constant_expectation(&self, branch: Branch, rows: &Rows) -> Var<()> {
        let fine = self.rows.factor_of(rows.len());
        match self.rows.log_weights(branch, 1, fine) {
            None => mean(rows),
            Some(log_weights) => {
                let weights = log_weights.exact().iter();
                let weights = weights.map(|w| w.exp() * fine as f64).collect();
                mean(&weighted(&rows.spread(log_weights.len()), weights))
            }
        }
    }
}

/// The weighted sum of rows, for `to` rows.
pub(super) fn sum_of(terms: impl Iterator<Item = (Rows, f64)>, to: usize) -> Rows {
    let terms: Vec<_> = terms.collect();
    let terms: Vec<_> = terms.iter().map(|(rows, weight)| (rows, *weight)).collect();
    combined(&terms, to, 0.0)
}
