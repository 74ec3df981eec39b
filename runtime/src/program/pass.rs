//! One run of a program over a batch: draws, scores, and what was chosen.

mod draw;
mod generate;
mod observe;
mod paths;
mod plate;
mod score;

use crate::tensor::names::{ConstShape, HasShape, Tensor};

use super::handlers::Handler;
use super::ledger::Ledger;
use super::look::{Here, Masks};
use super::outcome::Outcome;
use super::row_tree::RowTree;
use super::table::Site;
use super::{Partial, RunState, Term};
use crate::nn::Learned;
use crate::noise::{Key, LayerNoise, Place};
use crate::program::explain::Choice;
use crate::tensor::coordinates::Noted;
use crate::tensor::tape::note_constant;
use crate::tensor::{Device, Event, Plated, Rows, Value, Var, tensor, untaped};

pub use draw::Drawn;

/// The state of a run. The generated code calls its methods in the order of the model's statements, and names sites by their
/// places in the program's table.
#[derive(Debug)]
pub struct Pass {
    pub(super) handler: Handler,
    key: Key,
    pub(super) sites: &'static [Site],
    pub(super) rows: RowTree,
    ledger: Ledger,
    /// What is kept of each site.
    pub(super) records: Vec<Record>,
    /// The coordinates of the draws, for statements that read their values.
    noted: Noted,
    /// The masks of the inputs, for statements that read them.
    masks: Masks,
}

/// What a run keeps of a site.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    /// The running mean that its estimator keeps, from earlier steps.
    running_mean: Option<f64>,
    /// The choice, if the run notes it.
    pub choice: Option<Choice>,
    /// The log-density of its guide at its draw, if the run notes it.
    density: Option<Rows>,
    /// Its probabilities, for each element of each row of the data, if they are wanted.
    pub probabilities: Option<Vec<f64>>,
}

impl Pass {
    /// A run over this many data rows with one particle each, of a program with these sites.
    pub fn new(sites: &'static [Site], handler: Handler, key: Key, data_rows: usize) -> Self {
        Self {
            handler,
            key,
            sites,
            rows: RowTree::new(sites, data_rows, Place::default()),
            ledger: Ledger::default(),
            records: vec![Record::default(); sites.len()],
            noted: Noted::nothing(),
            masks: Masks::default(),
        }
    }

    /// The run's place among all rows and particles of the program.
    pub(crate) fn placed(self, place: Place) -> Self {
        let rows = RowTree::new(self.sites, self.rows.data_rows(), place);
        Self { rows, ..self }
    }

    /// Lets the estimators see the running means of a run.
    pub(crate) fn remembering(mut self, run: &RunState) -> Self {
        let means = run.means();
        for (site, record) in self.sites.iter().zip(&mut self.records) {
            record.running_mean = means.get(site.name).copied();
        }
        self
    }

    /// The log-densities of the guides at their draws, in the order of the generative model.
    pub(crate) fn densities(&self) -> impl Iterator<Item = (&'static str, &Rows)> {
        let sites = self.sites.iter().zip(&self.records);
        sites.filter_map(|(site, record)| Some((site.name, record.density.as_ref()?)))
    }

    /// The result of the finished run.
    pub(crate) fn outcome(&self) -> Outcome<'_> {
        Outcome {
            sites: self.sites,
            step: self.key.step,
            rows: &self.rows,
            ledger: &self.ledger,
        }
    }

    /// The terms of the objective so far.
    pub fn terms(&self) -> &[Term] {
        self.ledger.terms()
    }

    /// The rows of a statement that reads the sites at these places: those of the data, times the particles once a latent is
    /// drawn, times the rows that these sites make of each.
    pub fn here(&self, parents: &[usize]) -> Here {
        self.rows.here(self.rows.branch(parents), &self.masks)
    }

    /// Lets layers have noise, if the run trains.
    pub(super) fn layer_noise(&self) -> Option<LayerNoise> {
        self.handler.scoring().map(|_| LayerNoise::of(self.key))
    }

    /// Whether only draws are wanted.
    pub fn stops_at_latents(&self) -> bool {
        self.handler.stops_at_latents()
    }

    /// An input, as a variable of the model, with 0 where it is not observed.
    pub fn data<E: Event>(&self, data: &Partial<E>) -> Value<E> {
        let value = self.whole(data.values());
        if let Some(observed) = data.observed() {
            self.masks.note(&value, self.whole(observed));
        }
        value
    }

    /// A batch as a variable of the model. Gradients by it are not computed if they cost time.
    fn whole<P: Plated>(&self, data: &Tensor<P, f32, Device>) -> Var<P> {
        let flat = P::flat(data.clone());
        note_constant(&flat);
        Var::of(flat, *data.shape())
    }

    /// A learned tensor, as a variable of the model.
    pub fn parameter<S: ConstShape, I>(&self, learned: &Learned<S, f32, Device, I>) -> Var<S> {
        Var::from(&learned.value)
    }

    /// A value for use outside the model, without its tape. Objectives read only terms, and get the value without rows.
    pub fn keep<P: Plated>(&self, value: Var<P>) -> Tensor<P, f32, Device> {
        match self.handler.keeps_values() {
            true => untaped(value),
            false => tensor(Vec::new(), P::Event::plated(0)),
        }
    }
}
