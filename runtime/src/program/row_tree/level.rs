//! One multiplication of the rows.

use crate::tensor::Rows;

/// One multiplication of the rows.
#[derive(Debug)]
pub(super) struct Level {
    /// The site that made it. None for particles.
    pub site: Option<usize>,
    /// The rows that a data row has become after it.
    pub factor: usize,
    /// How many each row became.
    pub times: usize,
    /// The rows of the data that became several: the first of the pass. The others have copies.
    pub running: usize,
    pub rise: Rise,
    /// The log-weights of the rows within their block, if they are not all equal.
    pub log_weights: Option<Rows>,
}

/// Why rows became several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::program) enum Rise {
    /// Particles of the objective.
    Particles,
    /// Draws that an estimator compares.
    Draws,
    /// All states of an enumerated site.
    States,
}

impl Level {
    /// Whether this level gives a row no weight. `rows` is the number of rows at its end or after it.
    pub fn is_weightless(&self, row: usize, rows: usize) -> bool {
        self.log_weights.as_ref().is_some_and(|log_weights| {
            let own = log_weights.exact();
            own[row * own.len() / rows] == f64::NEG_INFINITY
        })
    }
}
