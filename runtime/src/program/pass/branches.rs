//! How the rows of the data became more: particles, the states of enumerated sites, the draws that an
//! estimator compares.
//!
//! Every row first becomes its particles: the trunk. A site whose estimator wants several rows a row opens
//! a branch from there, or multiplies the rows of the branch that it depends on. Sites that are
//! independent given the rest have branches of their own, whose rows add up instead of multiplying.

use std::cell::Cell;

use super::Pass;
use crate::error::Error;
use crate::estimator::MOST_ROWS;
use crate::noise::{Axis, Stream};
use crate::program::Latent;
use crate::tensor::Rows;

/// One multiplication of the rows.
#[derive(Debug)]
pub(super) struct Level {
    /// The rows a data row has become by it.
    pub factor: usize,
    /// How many each row became.
    pub times: usize,
    /// Why.
    pub rise: Rise,
    /// The log-weights of the rows within their block, where they are not all alike.
    pub log_weights: Option<Rows>,
}

impl Level {
    /// Whether a row has no weight by this level, of so many rows at its end or after it.
    pub fn is_weightless(&self, row: usize, rows: usize) -> bool {
        self.log_weights.as_ref().is_some_and(|log_weights| {
            let own = log_weights.exact();
            own[row * own.len() / rows] == f64::NEG_INFINITY
        })
    }
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

/// The branch of a row, by its place among all; none is the trunk.
pub(crate) type Branch = Option<usize>;

/// The trunk and its branches.
#[derive(Debug, Default)]
pub(super) struct Branches {
    trunk: Option<Level>,
    branches: Vec<Vec<Level>>,
    /// Where the next statement is: in a cell, for a closure that reads tensors borrows the pass from where it is made to
    /// where it is called, in another statement.
    current: Cell<Branch>,
    /// The sites drawn so far: where their rows are, and whether they multiplied them.
    drawn: Vec<(&'static str, Branch, bool)>,
}

impl Branches {
    /// Where the next statement is.
    pub fn current(&self) -> Branch {
        self.current.get()
    }

    /// The levels from the data to the end of a branch.
    pub fn path(&self, branch: Branch) -> impl Iterator<Item = &Level> {
        self.trunk.iter().chain(self.own(branch))
    }

    /// The levels of a branch after the trunk.
    fn own(&self, branch: Branch) -> &[Level] {
        branch.map_or(&[], |branch| &self.branches[branch])
    }

    /// The same with the sites that made them.
    pub fn named(&self, branch: Branch) -> impl Iterator<Item = (&'static str, &Level)> {
        let made = move |(_, own, multiplied): &&(_, Branch, bool)| *own == branch && *multiplied;
        let sites = self.drawn.iter().filter(made).map(|(site, ..)| *site);
        sites.zip(self.own(branch))
    }

    /// When a site was drawn, among all.
    pub fn order(&self, site: &str) -> Option<usize> {
        self.drawn.iter().position(|(name, ..)| *name == site)
    }

    /// All branches.
    pub fn all(&self) -> impl Iterator<Item = Branch> + use<> {
        (0..self.branches.len()).map(Some)
    }

    /// The rows that a row of data has become at the end of a branch.
    pub fn factor(&self, branch: Branch) -> usize {
        self.path(branch).last().map_or(1, |level| level.factor)
    }

    /// The rows that a row of the trunk has become in all branches together.
    pub fn states(&self) -> usize {
        let particles = self.factor(None);
        let of_branches = self.all().map(|branch| self.factor(branch) / particles);
        of_branches.sum::<usize>().max(1)
    }

    /// The joint states of the sites that are enumerated in a branch.
    fn enumerated(&self, branch: Branch) -> usize {
        let listed = self.own(branch).iter().filter(|l| l.rise == Rise::States);
        listed.map(|level| level.times).product()
    }

    fn position(&self, site: &str) -> Option<(Branch, bool)> {
        let own = self.drawn.iter().find(|(name, ..)| *name == site);
        own.map(|&(_, branch, multiplied)| (branch, multiplied))
    }

    /// The branch whose rows a site would multiply: the branch of a site that it meets. Sites that are still to be drawn count as
    /// links between the two, for they may multiply rows too, and two branches cannot become one.
    fn met(&self, site: &'static Latent, all: &'static [Latent]) -> Branch {
        if self.branches.is_empty() {
            return None;
        }
        let mut to_ask = vec![site];
        let mut asked = vec![site.name];
        while let Some(site) = to_ask.pop() {
            for &met in site.meets {
                match self.position(met) {
                    Some((branch, true)) => return branch,
                    Some((_, false)) => {}
                    None if asked.contains(&met) => {}
                    None => {
                        asked.push(met);
                        to_ask.extend(all.iter().find(|other| other.name == met));
                    }
                }
            }
        }
        None
    }
}

impl Pass {
    /// Names the latent sites of the inference model, in the order of their draws.
    pub fn begin(&mut self, latents: &'static [Latent]) {
        self.latents = latents;
    }

    /// Goes to the rows of a statement that reads these sites.
    pub fn enter(&self, parents: &[&str]) {
        let of = |parent: &&str| {
            self.branches
                .position(parent)
                .and_then(|(branch, _)| branch)
        };
        self.branches.current.set(parents.iter().find_map(of));
    }

    /// Turns every row into the particles, if that is still to be done.
    pub(super) fn draw_particles(&mut self) {
        self.place.particles = self.particles;
        if self.branches.trunk.is_none() {
            self.branches.trunk = Some(Level {
                factor: self.particles,
                times: self.particles,
                rise: Rise::Particles,
                log_weights: None,
            });
        }
    }

    /// The joint states that are listed already where a site would be.
    pub(super) fn enumerated(&self, site: &'static Latent) -> usize {
        self.branches
            .enumerated(self.branches.met(site, self.latents))
    }

    /// Turns every row of a site into so many.
    ///
    /// # Errors
    /// Where a particle would become too many in all: what sites that meet make of a row multiplies.
    pub(super) fn expand(
        &mut self,
        site: &'static Latent,
        times: usize,
        rise: Rise,
    ) -> Result<(), Error> {
        if times > 1 {
            let met = self.branches.met(site, self.latents);
            let branch = met.unwrap_or_else(|| {
                self.branches.branches.push(Vec::new());
                self.branches.branches.len() - 1
            });
            let before = self.branches.factor(Some(branch));
            let of_particle = before / self.branches.factor(None);
            if of_particle.saturating_mul(times) > MOST_ROWS {
                return Err(Error::TooManyRows {
                    site: site.name,
                    times,
                    before: of_particle,
                    most: MOST_ROWS,
                });
            }
            let level = Level {
                factor: before * times,
                times,
                rise,
                log_weights: None,
            };
            self.branches.branches[branch].push(level);
            self.branches.current.set(Some(branch));
        }
        let current = self.branches.current();
        self.branches.drawn.push((site.name, current, times > 1));
        Ok(())
    }

    /// Weighs the rows of the last multiplication.
    pub(super) fn weigh(&mut self, log_weights: &Rows) {
        let levels = self
            .branches
            .current()
            .map(|at| &mut self.branches.branches[at]);
        if let Some(level) = levels.and_then(|levels| levels.last_mut()) {
            level.log_weights = Some(log_weights.clone());
        }
    }

    /// The noise of a site. Under an enumerated site its draws are the same for every state, unless
    /// each row is to have its own.
    pub(super) fn noise(&self, site: &str, own: bool) -> Stream {
        let levels = self.branches.own(self.branches.current()).iter();
        let axes = levels.map(|level| Axis {
            times: level.times,
            shared: level.rise == Rise::States && !own,
        });
        Stream::new(self.key, site, self.place).within(axes)
    }
}
