//! How the rows of the data become more: particles, the states of enumerated sites, the draws that an estimator compares.
//!
//! Every row first becomes its particles: the trunk. A site whose estimator wants several rows a row opens
//! a branch from there, or multiplies the rows of the branch that it depends on. Sites that are
//! independent given the rest have branches of their own, whose rows add up instead of multiplying.

mod level;

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::Error;
use crate::estimator::MOST_ROWS;
use crate::noise::{Axis, Key, Place, Stream};
use crate::program::look::Masks;
use crate::program::{Here, Site};
use crate::tensor::{Rows, block_expectation, block_mean, filled_up, padded};

use level::Level;
pub(super) use level::Rise;

/// The rows of a run, and their history.
#[derive(Debug)]
pub(crate) struct RowTree {
    sites: &'static [Site],
    /// The rows of the data.
    data_rows: usize,
    /// Those that run at the step of a loop: the first of all.
    running: usize,
    /// Those of each step, if several steps run together.
    chunk: Option<Rc<[usize]>>,
    /// The row of the data at each place, if the pass takes them in another order.
    order: Option<Arc<[u32]>>,
    /// The run's place among all rows and particles of the program.
    place: Place,
    /// The particles, once a latent is drawn.
    trunk: Option<Level>,
    branches: Vec<Vec<Level>>,
    /// What happened to the rows at each site that was drawn.
    drawn: Vec<Option<DrawnAt>>,
    /// How many sites were drawn.
    draws: usize,
}

/// A branch, by its place among all branches. None is the trunk.
pub(crate) type Branch = Option<usize>;

/// Where a site was drawn.
#[derive(Clone, Copy, Debug)]
struct DrawnAt {
    branch: Branch,
    /// Its number in the order of draws.
    order: usize,
    /// Whether it multiplied the rows.
    multiplied: bool,
    /// Whether its states are all listed.
    is_listed: bool,
}

impl RowTree {
    /// The rows of the data, at this place among all of the program.
    pub(super) fn new(sites: &'static [Site], data_rows: usize, place: Place) -> Self {
        Self {
            sites,
            data_rows,
            running: data_rows,
            chunk: None,
            order: None,
            place,
            trunk: None,
            branches: Vec::new(),
            drawn: vec![None; sites.len()],
            draws: 0,
        }
    }

    /// The rows of the data.
    pub(crate) fn data_rows(&self) -> usize {
        self.data_rows
    }

    /// The pass takes the rows of the data in this order.
    pub(super) fn set_order(&mut self, order: Option<Arc<[u32]>>) {
        self.order = order;
    }

    /// Goes on with the first `rows` rows of the data.
    pub(super) fn run_for(&mut self, rows: usize) {
        (self.running, self.chunk) = (rows, None);
    }

    /// Goes on with the first rows of several steps, one step after another.
    pub(super) fn run_together(&mut self, rows: &Rc<[usize]>) {
        self.running = rows.iter().sum();
        self.chunk = Some(Rc::clone(rows));
    }

    /// Whether no row has become several, but for particles.
    pub(super) fn has_no_branch(&self) -> bool {
        self.branches.is_empty()
    }

    /// A step's rows, computed for the first `running` rows of the data, in all rows: zero in the others.
    pub(super) fn in_all_rows(&self, rows: &Rows, running: usize) -> Rows {
        padded(rows, rows.len() / running.max(1) * self.data_rows)
    }

    /// The rows of the data that run.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// The rows of the data at which these are, one for each row of the pass.
    pub(crate) fn in_data_order(&self, rows: &[f64]) -> Vec<f64> {
        let Some(order) = &self.order else {
            return rows.to_vec();
        };
        let each = rows.len() / order.len();
        let mut sorted = vec![0.0; rows.len()];
        for (own, &row) in rows.chunks(each).zip(order.iter()) {
            sorted[row as usize * each..][..each].copy_from_slice(own);
        }
        sorted
    }

    /// The first row of the data, among all rows of the program.
    pub(crate) fn first_row(&self) -> usize {
        self.place.first_row
    }

    /// The run's place among all rows and particles of the program.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Which of all particles the run has.
    pub(crate) fn particles(&self) -> Range<usize> {
        let first = self.place.first_particle;
        first..first + self.place.particles
    }

    /// The particles that a row of the data has become: one, until a latent is drawn.
    pub(super) fn particles_drawn(&self) -> usize {
        self.factor(None)
    }

    /// The data row of an entry of a term with this many entries.
    pub(crate) fn data_row(&self, entry: usize, entries: usize) -> usize {
        let mut place = entry * self.running / entries;
        // Of steps that run together each has the first rows of the data.
        for &rows in self.chunk.iter().flat_map(|chunk| chunk.iter()) {
            if place < rows {
                break;
            }
            place -= rows;
        }
        let row = self
            .order
            .as_ref()
            .map_or(place, |order| order[place] as usize);
        self.place.first_row + row
    }

    /// The branch of a statement that reads these sites.
    pub(super) fn branch(&self, parents: &[usize]) -> Branch {
        let of = |&site: &usize| self.drawn[site]?.branch;
        parents.iter().find_map(of)
    }

    /// The rows at the end of a branch.
    pub(super) fn rows(&self, branch: Branch) -> usize {
        self.running * self.factor(branch)
    }

    /// The rows that variables have when a statement reads them.
    pub(super) fn here(&self, branch: Branch, masks: &Masks) -> Here {
        Here::new(
            [self.data_rows, self.running, self.factor(branch)],
            self.chunk.clone(),
            masks.clone(),
        )
    }

    /// The levels from the data to the end of a branch.
    fn path(&self, branch: Branch) -> impl Iterator<Item = &Level> {
        self.trunk.iter().chain(self.own(branch))
    }

    /// The levels of a branch after the trunk.
    fn own(&self, branch: Branch) -> &[Level] {
        branch.map_or(&[], |branch| &self.branches[branch])
    }

    /// The number of a site in the order of draws.
    pub(super) fn order(&self, site: usize) -> Option<usize> {
        self.drawn[site].map(|drawn| drawn.order)
    }

    /// Whether all states of a site are listed.
    pub(super) fn is_listed(&self, site: usize) -> bool {
        self.drawn[site].is_some_and(|drawn| drawn.is_listed)
    }

    /// All branches.
    pub(super) fn all(&self) -> impl Iterator<Item = Branch> + use<> {
        (0..self.branches.len()).map(Some)
    }

    /// The rows that a row of data has become at the end of a branch.
    pub(super) fn factor(&self, branch: Branch) -> usize {
        self.path(branch).last().map_or(1, |level| level.factor)
    }

    /// The rows that a data row has become in a tensor of this many rows.
    pub(super) fn factor_of(&self, rows: usize) -> usize {
        (rows / self.running.max(1)).max(1)
    }

    /// The rows that a particle has become in all, through enumerated sites and compared draws.
    pub(crate) fn states(&self) -> usize {
        let particles = self.factor(None);
        let of_branches = self.all().map(|branch| self.factor(branch) / particles);
        of_branches.sum::<usize>().max(1)
    }

    /// The number of joint states listed so far in the branch of a site.
    pub(super) fn enumerated(&self, site: usize) -> usize {
        let listed = self.own(self.met(site)).iter();
        let listed = listed.filter(|level| level.rise == Rise::States);
        listed.map(|level| level.times).product()
    }

    /// Finds the branch that this site must extend if it makes several rows of a row: the branch of any site it interacts with,
    /// directly or through sites not drawn yet. Those count as links, since they may multiply rows too, and two branches cannot
    /// become one.
    fn met(&self, site: usize) -> Branch {
        if self.branches.is_empty() {
            return None;
        }
        let mut to_ask = vec![site];
        let mut asked = vec![site];
        while let Some(site) = to_ask.pop() {
            let meets = self.sites[site]
                .latent
                .map_or(&[][..], |latent| latent.meets);
            for &met in meets {
                match self.drawn[met] {
                    Some(DrawnAt {
                        branch,
                        multiplied: true,
                        ..
                    }) => return branch,
                    Some(_) => {}
                    None if asked.contains(&met) => {}
                    None => {
                        asked.push(met);
                        to_ask.push(met);
                    }
                }
            }
        }
        None
    }

    /// Turns every row into the particles, if that has not been done.
    pub(super) fn draw_particles(&mut self) {
        let times = self.place.particles;
        self.trunk.get_or_insert(Level {
            site: None,
            factor: times,
            times,
            running: self.data_rows,
            rise: Rise::Particles,
            log_weights: None,
        });
    }

    /// Notes the draw of a site of a branch, which turns every row into `times` rows. Returns the branch of these rows.
    ///
    /// # Errors
    /// Fails if a particle would become too many rows in all. The rows of sites that interact multiply.
    pub(super) fn expand(
        &mut self,
        site: usize,
        times: usize,
        rise: Rise,
    ) -> Result<Branch, Error> {
        let multiplied = times > 1;
        let branch = match multiplied {
            true => Some(self.multiply(site, times, rise)?),
            false => self.branch(self.sites[site].latent.map_or(&[], |latent| latent.parents)),
        };
        self.drawn[site] = Some(DrawnAt {
            branch,
            order: self.draws,
            multiplied,
            is_listed: rise == Rise::States,
        });
        self.draws += 1;
        Ok(branch)
    }

    /// # Errors
    /// Fails if a particle would become too many rows in all.
    fn multiply(&mut self, site: usize, times: usize, rise: Rise) -> Result<usize, Error> {
        let branch = self.met(site).unwrap_or_else(|| {
            self.branches.push(Vec::new());
            self.branches.len() - 1
        });
        let before = self.factor(Some(branch));
        let of_particle = before / self.factor(None);
        if of_particle.saturating_mul(times) > MOST_ROWS {
            return Err(Error::TooManyRows {
                site: self.sites[site].name,
                times,
                before: of_particle,
                most: MOST_ROWS,
            });
        }
        self.branches[branch].push(Level {
            site: Some(site),
            factor: before * times,
            times,
            running: self.running,
            rise,
            log_weights: None,
        });
        Ok(branch)
    }

    /// Weighs the rows of the last multiplication of a branch.
    pub(super) fn weigh(&mut self, branch: Branch, log_weights: &Rows) {
        let (running, all) = (self.running, self.data_rows);
        let levels = branch.map(|at| &mut self.branches[at]);
        if let Some(level) = levels.and_then(|levels| levels.last_mut()) {
            // In rows that do not run, nothing depends on the weights: they are all equal.
            let to = log_weights.len() / running.max(1) * all;
            let equal = -(level.times as f64).ln();
            level.log_weights = Some(filled_up(log_weights, to, equal));
        }
    }

    /// The noise of a site. Under an enumerated site its draws are the same for every state, unless each row needs its own. That
    /// of a global site is the same for all rows of the data, however they are cut into pieces.
    pub(super) fn noise(&self, key: Key, site: usize, branch: Branch, own: bool) -> Stream {
        let name = &*self.sites[site].noise();
        let place = Place {
            particles: self.particles_drawn(),
            ..self.place
        };
        if self.sites[site].is_global() {
            let first_row = 0;
            return Stream::new(key, name, Place { first_row, ..place });
        }
        let axes = self.own(branch).iter().map(|level| Axis {
            times: level.times,
            shared: level.rise == Rise::States && !own,
            running: level.running,
        });
        let stream = Stream::new(key, name, place).within(axes);
        match &self.order {
            None => stream,
            Some(order) => stream.in_order(Arc::clone(order)),
        }
    }

    /// The log-weights of the rows of one level of a branch within their row of a coarser one. None if all are equal.
    pub(super) fn log_weights(&self, branch: Branch, coarse: usize, fine: usize) -> Option<Rows> {
        let mut total: Option<Rows> = None;
        let mut alike = 1.0;
        for level in self.path(branch) {
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

    /// Gathers rows of a branch into those of a coarser level: their expectation over later draws.
    pub(super) fn gather(&self, branch: Branch, rows: &Rows, coarse: usize) -> Rows {
        let fine = self.factor_of(rows.len());
        if fine <= coarse {
            return rows.spread(self.data_rows * coarse);
        }
        let block = fine / coarse;
        match self.log_weights(branch, coarse, fine) {
            None => block_mean(rows, block),
            Some(log_weights) => block_expectation(&log_weights, rows, block),
        }
    }

    /// The first site whose multiplication of this kind gives a row no weight, in a branch of this many rows.
    pub(super) fn weightless(
        &self,
        branch: Branch,
        rise: Rise,
        row: usize,
        rows: usize,
    ) -> Option<usize> {
        let fine = self.factor_of(rows);
        let mut levels = self.own(branch).iter();
        let is_weightless = |level: &&Level| {
            level.rise == rise && level.factor <= fine && level.is_weightless(row, rows)
        };
        levels.find(is_weightless)?.site
    }
}
