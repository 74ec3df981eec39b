//! The accounts of a run: the terms of its sites, and estimates that wait until all terms are known.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use super::row_tree::Branch;
use crate::distribution::{Distribution, Draw};
use crate::estimator::{LogWeights, Memory, Surrogate};
use crate::tensor::Rows;

/// A site's part of the objective.
#[derive(Clone, Debug)]
pub struct Term {
    /// The site, `z`.
    pub site: &'static str,
    /// Its step, if a loop samples it: `17` of `z[17]`.
    pub step: Option<usize>,
    /// Whether it is a divergence, which counts against the objective.
    pub is_divergence: bool,
    /// One number a row, in nats. It has one row, as many as the data, or as many as the pass.
    pub rows: Rows,
    /// The place of the site in the table.
    pub(crate) place: usize,
    /// Where the rows are.
    pub(crate) branch: Branch,
}

impl Term {
    /// How it counts in the objective.
    pub(crate) fn sign(&self) -> f64 {
        if self.is_divergence { -1.0 } else { 1.0 }
    }
}

/// The accounts of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    terms: Vec<Term>,
    scores: Vec<Score>,
    paths: Vec<Path>,
}

/// A score-function estimator that waits for its cost.
pub(super) struct Score {
    pub site: usize,
    /// Whether the site's own divergence is a function of its draw.
    pub own_divergence: bool,
    /// The rows of the data that ran when it was drawn.
    pub running: usize,
    /// Where the site was drawn, and the rows that a data row had become there.
    pub branch: Branch,
    pub factor: usize,
    pub memory: Memory,
    pub estimate: Pending,
}

/// An estimate that waits for the earnings of its draw.
pub(super) enum Pending {
    Sum(Estimate<Rows>),
    /// The terms come with their gradients.
    SumAndSlope(Estimate<Rows>),
    Weights(Estimate<LogWeights>),
}

type Estimate<Earned> = Box<dyn Fn(&Earned, &Memory) -> Rows>;

/// A draw whose gradient is scaled on the way back to the parameters.
#[derive(Debug)]
pub(super) struct Path {
    pub site: usize,
    /// Where the site was drawn, and the rows that a data row had become there.
    pub branch: Branch,
    pub factor: usize,
    /// Whether the density at the draw is a constant, because the draw stands in for it.
    pub stands_in: bool,
    /// The scale for each row, once the weights are known. Empty if the gradient stays as it is.
    pub scales: Rc<OnceCell<Vec<f32>>>,
}

impl Pending {
    /// The estimate of a draw from `q`.
    pub fn of<Q: Distribution>(surrogate: &Surrogate<Q>, q: &Q, draw: &Draw<Q::Event>) -> Self {
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

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Score")
            .field("site", &self.site)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// Enters a site's term.
    pub(super) fn enter(&mut self, term: Term) {
        self.terms.push(term);
    }

    /// Keeps an estimate until its cost is known.
    pub(super) fn await_cost(&mut self, score: Score) {
        self.scores.push(score);
    }

    /// Keeps a draw until the scales of its gradient are known.
    pub(super) fn await_scales(&mut self, path: Path) {
        self.paths.push(path);
    }

    /// The draws of a site stand in for its density from now on.
    pub(super) fn let_stand_in(&mut self, site: usize) {
        let own = self.paths.iter_mut().filter(|path| path.site == site);
        own.for_each(|path| path.stands_in = true);
    }

    /// The terms, in the order of the generative model.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub(super) fn scores(&self) -> &[Score] {
        &self.scores
    }

    pub(super) fn paths(&self) -> &[Path] {
        &self.paths
    }
}
