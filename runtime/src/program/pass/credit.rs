//! Rows that became several, their weights, and what each draw is to be paid.

use std::fmt;

use dfdx::shapes::HasShape;

use super::{Mode, Pass, Term};
use crate::distribution::Distribution;
use crate::draw::{Draw, into_rows};
use crate::estimator::{Cost, Estimator, KlForm, Settings};
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula::{Contribution, Exp, Weighted};
use crate::kernels::rows::{
    block_log_sum_exp, block_mean, detach, gradient_alone, mean, repeat, values,
};
use crate::noise::{Axis, Stream};
use crate::program::Latent;
use crate::shape::Event;
use crate::var::{Rows, Var, constant};

/// One multiplication of the rows.
#[derive(Debug)]
pub(super) struct Level {
    /// The rows a data row has become.
    pub(super) factor: usize,
    /// How many each row became, and why.
    times: usize,
    rise: Rise,
    /// The log-weights of the rows within their block, where they are not all alike.
    log_weights: Option<Rows>,
}

/// Why rows became several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rise {
    /// Particles of the objective.
    Particles,
    /// Draws that an estimator compares.
    Draws,
    /// All states of an enumerated site.
    States,
}

/// A score-function estimator that waits for its cost.
pub(super) struct Score {
    site: &'static str,
    influences: &'static [&'static str],
    /// Whether the site's own divergence is a function of its draw.
    own_divergence: bool,
    /// The rows a data row had become when the site was drawn.
    factor: usize,
    #[expect(clippy::type_complexity, reason = "named once, here")]
    surrogate: Box<dyn Fn(&Cost) -> Option<Rows>>,
}

/// What score-function estimators are paid.
pub(crate) enum Paid<'a> {
    /// The terms that they influence, each divergence with the weight of its site.
    Terms(&'a dyn Fn(&str) -> f32),
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
    /// What is asked of the estimators at this point.
    pub(super) fn settings(&self) -> Option<Settings> {
        let settings = self.mode.settings()?;
        Some(Settings {
            enumerated: self.enumerated,
            ..settings
        })
    }

    /// What the estimator of a site was asked when it drew.
    pub(super) fn asked(&self, site: &str) -> Option<Settings> {
        let own = self.asked.iter().find(|(name, _)| *name == site);
        own.map(|(_, settings)| *settings)
    }

    /// Turns every row into the particles, if that is still to be done.
    pub(super) fn draw_particles(&mut self) {
        self.place.particles = self.particles;
        if self.levels.is_empty() {
            self.expand(self.particles, Rise::Particles);
        }
    }

    /// Turns every row into so many.
    pub(super) fn expand(&mut self, times: usize, rise: Rise) {
        if times > 1 {
            self.levels.push(Level {
                factor: self.rows_per_row() * times,
                times,
                rise,
                log_weights: None,
            });
        }
    }

    /// The noise of a site. Under an enumerated site its draws are the same for every state, unless
    /// each row is to have its own.
    pub(super) fn noise(&self, site: &str, own: bool) -> Stream {
        let inner = self.levels.iter().filter(|l| l.rise != Rise::Particles);
        let axes = inner.map(|level| Axis {
            times: level.times,
            shared: level.rise == Rise::States && !own,
        });
        Stream::new(self.key, site, self.place).within(axes)
    }

    /// Weighs the rows of the last multiplication.
    pub(super) fn weigh(&mut self, log_weights: &Rows) {
        if let Some(level) = self.levels.last_mut() {
            level.log_weights = Some(log_weights.clone());
        }
    }

    /// Keeps an estimator until the costs are known, if it wants to know them.
    pub(super) fn await_cost<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &Latent,
        q: &Q,
        estimator: &E,
        draw: &Draw<Q::Event>,
        form: KlForm,
    ) {
        let settings = self.asked(site.name).filter(|_| self.mode.trains());
        let Some(settings) = settings.filter(|s| estimator.needs_cost(s)) else {
            return;
        };
        let (q, estimator, draw) = (q.clone(), estimator.clone(), draw.clone());
        let rows = Q::Event::rows(draw.value().shape());
        self.scores.push(Score {
            site: site.name,
            influences: site.influences,
            own_divergence: form.is_sampled(),
            factor: self.factor(rows),
            surrogate: Box::new(move |cost| estimator.surrogate(&q, &draw, cost, &settings)),
        });
    }

    /// The rows a data row has become in a tensor of so many rows.
    pub(crate) fn factor(&self, rows: usize) -> usize {
        (rows / self.data_rows).max(1)
    }

    /// The log-weights of the rows of one level within their row of a coarser one; none where they
    /// are all alike.
    fn log_weights(&self, coarse: usize, fine: usize) -> Option<Rows> {
        let between = |level: &&Level| level.factor > coarse && level.factor <= fine;
        let mut total: Option<Rows> = None;
        let mut alike = 1.0;
        let mut outer = coarse;
        for level in self.levels.iter().filter(between) {
            match &level.log_weights {
                None => alike *= (level.factor / outer) as f64,
                Some(own) => {
                    let own = spread(own, self.data_rows * fine);
                    total = Some(match total {
                        Some(total) => total + own,
                        None => own,
                    });
                }
            }
            outer = level.factor;
        }
        total.map(|total| total - alike.ln() as f32)
    }

    /// The log-weights of the finest rows within their data row, whose exponentials sum to one; none
    /// where they are all alike.
    pub(crate) fn row_log_weights(&self) -> Option<Rows> {
        self.log_weights(1, self.rows_per_row())
    }

    /// A term's rows gathered into the rows of a coarser level: its expectation over what was drawn
    /// since.
    fn gather(&self, rows: &Rows, coarse: usize) -> Rows {
        let fine = self.factor(rows.shape().0);
        if fine <= coarse {
            return spread(rows, self.data_rows * coarse);
        }
        let block = fine / coarse;
        match self.log_weights(coarse, fine) {
            None => block_mean(rows, block),
            Some(log_weights) => {
                block_mean(&weighted(&exp(&log_weights), rows), block) * block as f32
            }
        }
    }

    /// The mean of a term over the data, each row with its weight.
    pub(crate) fn expectation(&self, rows: &Rows) -> Var<()> {
        mean(&self.gather(rows, 1))
    }

    /// The term of each data row.
    pub(crate) fn by_data_row(&self, rows: &Rows) -> Rows {
        self.gather(rows, 1)
    }

    /// The log-weight of every finest row in an importance-weighted objective:
    /// `log p(x, z) − log q(z | x)` by the terms.
    pub(crate) fn importance_log_weights(&self) -> Rows {
        let rows = self.rows();
        let zero = constant(vec![0.0; rows], (rows,));
        self.terms.iter().fold(zero, |total, term| {
            let own = spread(&term.rows, rows);
            if term.is_divergence {
                total - own
            } else {
                total + own
            }
        })
    }

    /// The logarithm of what each finest row adds to its data row's mean of weights to this power.
    pub(crate) fn row_contributions(&self, power: f32) -> Rows {
        let ratios = self.importance_log_weights() * power;
        let shares = match self.mode {
            // That a listed state is frequent in the guide is not what it is learned from.
            Mode::Reweigh(_) => self.row_log_weights().map(|shares| detach(&shares)),
            _ => self.row_log_weights(),
        };
        match shares {
            None => ratios - (self.rows_per_row() as f32).ln(),
            Some(shares) => into_rows(map(
                Contribution,
                [&rows_of::<()>(&shares), &rows_of::<()>(&ratios)],
            )),
        }
    }

    /// The same numbers, summed in `f64` and without gradients.
    pub(crate) fn importance_weights(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.rows()];
        for term in &self.terms {
            let own = values(&term.rows);
            let sign = if term.is_divergence { -1.0 } else { 1.0 };
            let block = (totals.len() / own.len()).max(1);
            for (row, total) in totals.iter_mut().enumerate() {
                *total += sign * f64::from(own[row / block]);
            }
        }
        totals
    }

    /// What the score-function estimators add to the objective: zero, with their gradients.
    pub(crate) fn scores(&self, paid: &Paid) -> Option<Var<()>> {
        let surrogates = self.scores.iter().filter_map(|score| match paid {
            Paid::Terms(weight) => {
                let surrogate = (score.surrogate)(&Cost::Sum(self.cost(score, weight)))?;
                Some(self.constant_expectation(&gradient_alone(&surrogate)))
            }
            Paid::Weights { power } => {
                // A draw is paid what it and all that was drawn or listed under it add to the
                // weight of its data row.
                let finest = detach(&self.row_contributions(*power));
                let log_weights = block_log_sum_exp(&finest, self.rows_per_row() / score.factor);
                let block = score.factor;
                let surrogate = (score.surrogate)(&Cost::LogMeanWeight { log_weights, block })?;
                Some(mean(&gradient_alone(&surrogate)) / *power)
            }
        });
        surrogates.reduce(|a, b| a + b)
    }

    /// The terms that a draw influences, gathered into its rows.
    fn cost(&self, score: &Score, weight: &dyn Fn(&str) -> f32) -> Rows {
        let rows = self.data_rows * score.factor;
        let zero = constant(vec![0.0; rows], (rows,));
        let counts = |term: &&Term| {
            score.influences.contains(&term.site)
                || (score.own_divergence && term.site == score.site)
        };
        self.terms.iter().filter(counts).fold(zero, |total, term| {
            let own = self.gather(&term.rows, score.factor);
            match term.is_divergence {
                true => total - own * weight(term.site),
                false => total + own,
            }
        })
    }

    /// As [`expectation`](Self::expectation), with weights that carry no gradient.
    fn constant_expectation(&self, rows: &Rows) -> Var<()> {
        let fine = self.factor(rows.shape().0);
        match self.log_weights(1, fine) {
            None => mean(rows),
            Some(log_weights) => mean(&weighted(&detach(&exp(&log_weights)), rows)) * fine as f32,
        }
    }
}

/// Rows repeated to so many.
fn spread(rows: &Rows, to: usize) -> Rows {
    match to / rows.shape().0.max(1) {
        1 => rows.clone(),
        times => repeat(rows, 1, times, (to,)),
    }
}

fn weighted(weights: &Rows, rows: &Rows) -> Rows {
    into_rows(map(
        Weighted,
        [&rows_of::<()>(weights), &rows_of::<()>(rows)],
    ))
}

fn exp(rows: &Rows) -> Rows {
    into_rows(map(Exp, [&rows_of::<()>(rows)]))
}
