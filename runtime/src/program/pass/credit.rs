//! The weights of rows that became several, and what each draw is to be paid.

use std::fmt;
use std::rc::Rc;

use super::{Branch, Drawn, Pass, Term};
use crate::distribution::Distribution;
use crate::distribution::Draw;
use crate::estimator::{Gradient, KlForm, LogWeights, Memory, Mixed, Plan, Settings, Surrogate};
use crate::program::Latent;
use crate::tensor::{
    Event, Rows, Var, block_expectation, block_log_sum_exp, block_mean, combined, detach_rows,
    gradient_alone, mean, weighted,
};

/// A score-function estimator that waits for its cost.
pub(super) struct Score {
    site: &'static str,
    influences: &'static [&'static str],
    /// Whether the site's own divergence is a function of its draw.
    own_divergence: bool,
    /// Where the site was drawn, and the rows that a data row had become there.
    branch: Branch,
    factor: usize,
    memory: Memory,
    estimate: Pending,
}

/// An estimate that waits for what its draw earns.
enum Pending {
    Sum(Estimate<Rows>),
    /// The terms come with their gradients.
    SumAndSlope(Estimate<Rows>),
    Weights(Estimate<LogWeights>),
}

type Estimate<Earned> = Box<dyn Fn(&Earned, &Memory) -> Rows>;

impl Pending {
    /// The estimate of a draw from `q`.
    fn of<Q: Distribution>(surrogate: &Surrogate<Q>, q: &Q, draw: &Draw<Q::Event>) -> Self {
        let (q, draw) = (q.clone(), draw.clone());
        match surrogate {
            Surrogate::Sum(own) => {
                let own = Rc::clone(own);
                Self::Sum(Box::new(move |earned, memory| {
                    own(&q, &draw, earned, memory)
                }))
            }
            Surrogate::SumAndSlope(own) => {
                let own = Rc::clone(own);
                Self::SumAndSlope(Box::new(move |earned, memory| {
                    own(&q, &draw, earned, memory)
                }))
            }
            Surrogate::Weights(own) => {
                let own = Rc::clone(own);
                Self::Weights(Box::new(move |earned, memory| {
                    own(&q, &draw, earned, memory)
                }))
            }
        }
    }
}

/// What score-function estimators are paid.
pub(crate) enum Paid<'a> {
    /// The terms that they influence, each with its weight.
    Terms(&'a [f32]),
    /// `1/power` of the logarithm of the mean weight to this power.
    Weights {
        /// Not zero.
        power: f32,
    },
}

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Score")
            .field("site", &self.site)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

impl Pass {
    /// What is asked of the estimator of a site.
    pub(super) fn settings(&self, site: &'static Latent) -> Option<Settings> {
        let settings = self.mode.settings()?;
        Some(Settings {
            enumerated: self.enumerated(site),
            ..settings
        })
    }

    /// Keeps an estimate until the costs are known, if it wants to know them.
    pub(super) fn await_cost<Q: Distribution>(
        &mut self,
        site: &Latent,
        q: &Q,
        drawn: &Drawn<Q>,
        form: KlForm,
    ) {
        let Some(Plan {
            gradient: Gradient::Score(plan),
            ..
        }) = &drawn.plan
        else {
            return;
        };
        let rows = Q::Event::rows(drawn.value().shape());
        self.scores.push(Score {
            site: site.name,
            influences: site.influences,
            own_divergence: form.is_sampled(),
            branch: self.branches.current(),
            factor: self.factor(rows),
            memory: Memory::new(self.means.get(site.name).copied()),
            estimate: Pending::of(&plan.surrogate, q, &drawn.draw),
        });
    }

    /// The rows a data row has become in a tensor of so many rows.
    pub(crate) fn factor(&self, rows: usize) -> usize {
        (rows / self.data_rows).max(1)
    }

    /// The log-weights of the rows of one level of a branch within their row of a coarser one; none
    /// where they are all alike.
    pub(super) fn log_weights(&self, branch: Branch, coarse: usize, fine: usize) -> Option<Rows> {
        let mut total: Option<Rows> = None;
        let mut alike = 1.0;
        for level in self.branches.path(branch) {
            if level.factor <= coarse || level.factor > fine {
                continue;
            }
            match &level.log_weights {
                None => alike *= level.times as f64,
                Some(own) => {
                    let own = own.spread(self.data_rows * fine);
                    total = Some(match total {
                        Some(total) => total + own,
                        None => own,
                    });
                }
            }
        }
        total.map(|total| total - alike.ln())
    }

    /// Rows of a branch gathered into those of a coarser level: their expectation over what was drawn
    /// since.
    fn gather(&self, branch: Branch, rows: &Rows, coarse: usize) -> Rows {
        let fine = self.factor(rows.len());
        if fine <= coarse {
            return rows.spread(self.data_rows * coarse);
        }
        let block = fine / coarse;
        match self.log_weights(branch, coarse, fine) {
            None => block_mean(rows, block),
            Some(log_weights) => block_expectation(&log_weights, rows, block),
        }
    }

    /// The term of each data row: its expectation over what was drawn and listed.
    pub(crate) fn by_data_row(&self, term: &Term) -> Rows {
        self.gather(term.branch, &term.rows, 1)
    }

    /// Whether a row of a term counts: a state that is never drawn does not.
    pub(super) fn counting_rows(&self, term: &Term) -> Option<Rows> {
        self.log_weights(term.branch, 1, self.factor(term.rows.len()))
    }

    /// What the score-function estimators add to the objective: zero, with their gradients.
    pub(crate) fn scores(&self, paid: &Paid) -> Option<Var<()>> {
        match paid {
            Paid::Terms(weights) => self.scores_of_sum(weights),
            Paid::Weights { power } => self.scores_of_log_mean_weight(*power),
        }
    }

    /// What the estimators mix into their running means.
    pub(crate) fn mixed(&self) -> Vec<(&'static str, Mixed)> {
        let mixed = |score: &Score| Some((score.site, score.memory.mixed()?));
        self.scores.iter().filter_map(mixed).collect()
    }

    fn scores_of_sum(&self, weights: &[f32]) -> Option<Var<()>> {
        // The last draw comes first: a cost with its gradient contains the estimates of the draws that
        // depend on this one, for it moves their distributions too.
        let mut scores: Vec<&Score> = self.scores.iter().collect();
        scores.sort_by_key(|score| std::cmp::Reverse(self.branches.order(score.site)));
        let mut done: Vec<(&Score, Rows)> = Vec::new();
        for score in scores {
            let cost = self.cost(score, weights);
            let surrogate = match &score.estimate {
                Pending::Sum(estimate) => estimate(&detach_rows(&cost), &score.memory),
                Pending::SumAndSlope(estimate) => {
                    let below = done
                        .iter()
                        .filter(|(s, _)| score.influences.contains(&s.site));
                    let cost = below.fold(cost, |total, (below, surrogate)| {
                        total + self.gather(below.branch, surrogate, score.factor)
                    });
                    estimate(&cost, &score.memory)
                }
                // Its plan is not legal here.
                Pending::Weights(_) => continue,
            };
            done.push((score, gradient_alone(&surrogate)));
        }
        let estimate = |(score, own): &(&Score, Rows)| self.constant_expectation(score.branch, own);
        done.iter().map(estimate).reduce(|a, b| a + b)
    }

    fn scores_of_log_mean_weight(&self, power: f32) -> Option<Var<()>> {
        let estimates = self.scores.iter().filter_map(|score| {
            let Pending::Weights(estimate) = &score.estimate else {
                return None;
            };
            // A draw is paid what it and all that was drawn or listed under it add to the weight of
            // its data row.
            let finest = detach_rows(&self.row_contributions(score.branch, power));
            let inner = self.branches.factor(score.branch) / score.factor;
            let earned = LogWeights {
                rows: block_log_sum_exp(&finest, inner),
                block: score.factor,
            };
            let surrogate = estimate(&earned, &score.memory);
            Some(mean(&gradient_alone(&surrogate)) / power)
        });
        estimates.reduce(|a, b| a + b)
    }

    /// The terms that a draw influences, gathered into its rows.
    fn cost(&self, score: &Score, weights: &[f32]) -> Rows {
        let counts = |term: &Term| {
            score.influences.contains(&term.site)
                || (score.own_divergence && term.site == score.site)
        };
        let weighted = self.terms.iter().zip(weights);
        let costs = weighted
            .filter(|(term, _)| counts(term))
            .map(|(term, &weight)| {
                let own = self.gather(term.branch, &term.rows, score.factor);
                (own, term.sign() * f64::from(weight))
            });
        sum_of(costs, self.data_rows * score.factor)
    }

    /// The expectation of rows over the data and what was drawn and listed, with weights that carry no gradient.
    fn constant_expectation(&self, branch: Branch, rows: &Rows) -> Var<()> {
        let fine = self.factor(rows.len());
        match self.log_weights(branch, 1, fine) {
            None => mean(rows),
            Some(log_weights) => {
                let weights = log_weights.exact().iter();
                let weights = weights.map(|w| w.exp() * fine as f64).collect();
                mean(&weighted(&rows.spread(log_weights.len()), weights))
            }
        }
    }
}

/// The sum of rows, each times its weight, for `to` rows.
pub(super) fn sum_of(terms: impl Iterator<Item = (Rows, f64)>, to: usize) -> Rows {
    let terms: Vec<_> = terms.collect();
    let terms: Vec<_> = terms.iter().map(|(rows, weight)| (rows, *weight)).collect();
    combined(&terms, to, 0.0)
}
