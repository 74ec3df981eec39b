//! One run of a program over a batch: draws, scores, and what was chosen.

mod branches;
mod credit;
mod doubly;
mod finite;
mod generated;
mod global;
mod importance;
mod latent;
mod marginal;
mod observed;

use std::collections::BTreeMap;

use crate::tensor::names::HasShape;
use crate::tensor::names::Tensor;

use crate::distribution::Distribution;
use crate::error::Error;
use crate::estimator::{Scoring, Settings};
use crate::nn::Learned;
use crate::noise::{Key, Place};
use crate::program::Latent;
use crate::program::explain::Choice;
use crate::program::run_state::RunState;
use crate::tensor::coordinates::Noted;
use crate::tensor::tape::note_constant;
use crate::tensor::{
    Device, Event, Fault, Plated, Rows, Value, Var, check_room, repeat, tensor, untaped,
};

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Sites are drawn and scored as the [`Scoring`](crate::estimator::Scoring) of the settings has it.
    Train(Settings),
    /// Discrete draws, or all states; divergences in closed form where that is valid.
    Evaluate(Settings),
    /// Discrete draws, or all states; every divergence as the log-ratio at the draw.
    Weigh(Settings),
    /// Only the latents of the inference model.
    Latents,
    /// The probabilities of one latent, summed over what its posterior depends on.
    Marginal {
        /// The latent.
        site: &'static str,
        /// Whether what cannot be listed is drawn.
        draws: bool,
    },
    /// The means of the observed sites.
    Predict,
    /// The generative model alone.
    Generate,
}

impl Mode {
    /// What it asks of the estimators, where it asks them at all.
    pub(crate) fn settings(&self) -> Option<Settings> {
        match *self {
            Self::Train(settings) | Self::Evaluate(settings) | Self::Weigh(settings) => {
                Some(settings)
            }
            Self::Latents | Self::Marginal { .. } | Self::Predict | Self::Generate => None,
        }
    }

    /// Whether draws are the estimators', not the model's own.
    pub(crate) fn trains(&self) -> bool {
        self.scoring()
            .is_some_and(|scoring| scoring != Scoring::WakePhase)
    }

    /// How an objective that trains scores the sites.
    pub(crate) fn scoring(&self) -> Option<Scoring> {
        match self {
            Self::Train(settings) => Some(settings.scoring),
            _ => None,
        }
    }
}

/// A site's part of the objective.
#[derive(Clone, Debug)]
pub struct Term {
    /// The site.
    pub site: &'static str,
    /// Whether it is a divergence, which counts against the objective.
    pub is_divergence: bool,
    /// One number for each row in nats: one row, as many as the data, or as many as the pass.
    pub rows: Rows,
    /// Where the rows are.
    pub(crate) branch: Branch,
}

impl Term {
    /// How it counts in the objective.
    pub(crate) fn sign(&self) -> f64 {
        if self.is_divergence { -1.0 } else { 1.0 }
    }
}

pub(crate) use branches::Branch;
use branches::{Branches, Rise};
pub(crate) use credit::Paid;
use credit::Score;
use doubly::Path;
pub use latent::Drawn;

/// The state of a run. The generated code calls its methods in the order of the model's statements.
#[derive(Debug)]
pub struct Pass {
    mode: Mode,
    key: Key,
    /// Its particles are 1 until the first latent is drawn.
    place: Place,
    /// The rows of the data.
    data_rows: usize,
    /// The particles to come.
    particles: usize,
    /// The latent sites, in the order of their draws.
    latents: &'static [Latent],
    /// How the rows came to be more than the data's.
    branches: Branches,
    terms: Vec<Term>,
    /// The sites whose states are all listed.
    listed: Vec<&'static str>,
    /// The score-function estimators that wait for their costs.
    scores: Vec<Score>,
    /// The running means of the model's run, by site.
    means: BTreeMap<String, f64>,
    /// What was chosen at each site, where somebody asks.
    choices: Option<Vec<Choice>>,
    /// Whether a global site was drawn.
    has_global: bool,
    /// The probabilities of the wanted site, for each element of each row of the data.
    marginal: Option<Vec<f64>>,
    /// The draws that wait to know how their gradients are scaled.
    paths: Vec<Path>,
    /// The coordinates of the draws, for statements that read their values.
    noted: Noted,
    /// The log-density of each guide at its draw, where somebody asks.
    densities: Option<Vec<(&'static str, Rows)>>,
}

impl Pass {
    /// A run over so many data rows with one particle each.
    pub fn new(mode: Mode, key: Key, data_rows: usize) -> Self {
        Self {
            mode,
            key,
            place: Place::default(),
            data_rows,
            particles: 1,
            latents: &[],
            branches: Branches::default(),
            terms: Vec::new(),
            listed: Vec::new(),
            scores: Vec::new(),
            means: BTreeMap::new(),
            choices: None,
            has_global: false,
            marginal: None,
            paths: Vec::new(),
            noted: Noted::nothing(),
            densities: None,
        }
    }

    /// The run's place among all rows and particles of the program.
    pub(crate) fn placed(mut self, place: Place) -> Self {
        self.particles = place.particles;
        self.place = Place {
            particles: 1,
            ..place
        };
        self
    }

    /// Lets the estimators see the running means of a run.
    pub(crate) fn remembering(mut self, run: &RunState) -> Self {
        self.means = run.means();
        self
    }

    /// Keeps a record of what is chosen at each site.
    pub(crate) fn explaining(mut self) -> Self {
        self.choices = Some(Vec::new());
        self
    }

    /// Keeps the log-density of each guide at its draw.
    pub(crate) fn keeping_densities(mut self) -> Self {
        self.densities = Some(Vec::new());
        self
    }

    pub(crate) fn densities(&self) -> &[(&'static str, Rows)] {
        self.densities.as_deref().unwrap_or_default()
    }

    /// The rows of the pass at this point: those of the data, times the particles once a latent is
    /// drawn, times what the sites that the statement depends on have made of them.
    pub fn rows(&self) -> usize {
        self.data_rows * self.rows_per_row()
    }

    /// The rows that a row of the data has become at this point.
    fn rows_per_row(&self) -> usize {
        self.branches.factor(self.branches.current())
    }

    /// The rows that a particle has become in all, through enumerated sites and compared draws.
    pub(crate) fn states(&self) -> usize {
        self.branches.states()
    }

    /// The step of the run.
    pub(crate) fn step(&self) -> u64 {
        self.key.step
    }

    /// The first row of the data, among all rows of the program.
    pub(super) fn first_row(&self) -> usize {
        self.place.first_row
    }

    /// The rows of the data.
    pub fn data_rows(&self) -> usize {
        self.data_rows
    }

    /// The terms of the objective so far.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub(crate) fn into_choices(self) -> Vec<Choice> {
        self.choices.unwrap_or_default()
    }

    /// Whether only the latents are wanted.
    pub fn stops_at_latents(&self) -> bool {
        matches!(self.mode, Mode::Latents | Mode::Marginal { .. })
    }

    /// An input, as a variable of the model. No gradient by it is computed where that costs anything.
    pub fn data<P: Plated>(&self, data: &Tensor<P, f32, Device>) -> Var<P> {
        let flat = P::flat(data.clone());
        note_constant(&flat);
        Var::of(flat, *data.shape())
    }

    /// A learned tensor, as a variable of the model.
    pub fn parameter<S: crate::tensor::names::ConstShape, I>(
        &self,
        learned: &Learned<S, f32, Device, I>,
    ) -> Var<S> {
        Var::from(&learned.value)
    }

    /// A value outside the model: without its tape. Objectives look at terms alone, and get it without rows.
    pub fn keep<P: Plated>(&self, value: Var<P>) -> Tensor<P, f32, Device> {
        match self.mode.settings() {
            Some(_) => tensor(Vec::new(), P::Event::plated(0)),
            None => untaped(&value),
        }
    }

    /// The variable with the rows of the pass, where it has fewer.
    pub(super) fn repeated<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        (own != rows && own > 0 && rows.is_multiple_of(own))
            .then(|| repeat(var, E::ELEMENTS, rows / own, E::plated(rows)))
    }

    /// The data row of an entry of a term that has so many.
    pub(crate) fn data_row(&self, entry: usize, entries: usize) -> usize {
        self.place.first_row + entry * self.data_rows / entries
    }

    /// Checks that there is room for the rows of a site, and a distribution's parameters.
    fn check<D: Distribution>(&self, site: &'static str, distribution: &D) -> Result<(), Error> {
        check_room(site, self.rows(), D::Event::ELEMENTS)?;
        let checked = distribution.check(self.rows());
        checked.map_err(|fault| self.parameter_error::<D>(site, fault))
    }

    /// A parameter's fault; its row is told as one of the data.
    fn parameter_error<D: Distribution>(&self, site: &'static str, mut fault: Fault) -> Error {
        if let Some(row) = fault.row_mut() {
            *row = self.place.first_row + *row / self.rows_per_row();
        }
        Error::Parameter {
            site,
            family: D::FAMILY,
            fault,
            step: self.key.step,
        }
    }
}
