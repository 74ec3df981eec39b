//! One run of a program over a batch: draws, scores, and what was chosen.

mod draw;
mod generate;
mod observe;
mod paths;
mod plate;
mod score;
mod steps;

use crate::tensor::names::{ConstShape, HasShape, Tensor};

use super::flow::{Side, Sites, Unrolled};
use super::handlers::{Handler, Notes, Then};
use super::ledger::Ledger;
use super::lengths::Lengths;
use super::look::{Here, Masks};
use super::outcome::Outcome;
use super::posterior::Summary;
use super::row_tree::RowTree;
use super::steps::{Chunk, InTime, Sequence, Steps};
use super::table::Site;
use super::units::Units;
use super::{Partial, RunState, Term};
use crate::distribution::Distribution;
use crate::error::Error;
use crate::nn::Learned;
use crate::noise::{Key, LayerNoise, Place, run_together};
use crate::program::explain::Choice;
use crate::tensor::coordinates::Noted;
use crate::tensor::statistics::Statistics;
use crate::tensor::tape::note_constant;
use crate::tensor::unknown::forget_unknown;
use crate::tensor::{Batch, Device, Event, Plated, Rows, Value, Var, tensor, untaped};

pub use draw::Drawn;
use generate::Open;

/// The state of a run. The generated code calls its methods in the order of the model's statements, and names sites by their
/// places in the program's table.
#[derive(Debug)]
pub struct Pass {
    pub(super) handler: Handler,
    key: Key,
    program: Sites,
    /// Whether loops run step by step even where their steps might run together.
    is_stepwise: bool,
    /// Whether steps of some loop have run together.
    has_joined: bool,
    /// What statements depend on, if the program has loops.
    unrolled: Option<&'static Unrolled>,
    /// The rows' numbers of steps, if a loop runs for them.
    pub(super) lengths: Option<Lengths>,
    pub(super) sites: &'static [Site],
    pub(super) rows: RowTree,
    ledger: Ledger,
    /// What is kept of each site.
    pub(super) records: Vec<Record>,
    /// What layers have learned from the batch without gradients.
    statistics: Statistics,
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
    /// What its draw tells of the data, if the run notes it.
    units: Option<Units>,
    /// Which of its rows are drawn, in a run of the generative model.
    open: Open,
    /// What its guide says of it, if that is wanted.
    pub summary: Option<Summary>,
    /// Its probabilities, for each element of each row of the data, if they are wanted.
    pub probabilities: Option<Vec<f64>>,
}

impl Pass {
    /// A run over this many data rows with one particle each, of a program with these sites.
    pub fn new(program: Sites, handler: Handler, key: Key, data_rows: usize) -> Self {
        let sites = program.table();
        forget_unknown();
        Self {
            handler,
            key,
            program,
            is_stepwise: false,
            has_joined: false,
            unrolled: program.unrolled(),
            lengths: None,
            sites,
            rows: RowTree::new(sites, data_rows, Place::default()),
            ledger: Ledger::default(),
            records: vec![Record::default(); sites.len()],
            statistics: Statistics::default(),
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

    /// The log-densities of the guides at their draws, in the order of the generative model, each with the name of its site.
    pub(crate) fn densities(&self) -> impl Iterator<Item = (&'static str, &Rows)> {
        let sites = self.sites.iter().zip(&self.records);
        sites.filter_map(|(site, record)| Some((site.statement, record.density.as_ref()?)))
    }

    /// What the draws of latent sites tell of the data, in the order of the generative model, each with the name of its site.
    pub(crate) fn units_of_sites(&self) -> impl Iterator<Item = (&'static str, &Units)> {
        let sites = self.sites.iter().zip(&self.records);
        sites.filter_map(|(site, record)| Some((site.statement, record.units.as_ref()?)))
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

    /// The same for a statement of a program with loops, by its number in its body and its step.
    pub fn here_at(&self, side: Side, number: usize, step: Option<&Chunk>) -> Here {
        let step = step.map_or(0, Chunk::first);
        let parents = self.unrolled.map(|program| program.of(side, number, step));
        self.here(parents.unwrap_or_default())
    }

    /// Lets layers have noise, if the run trains.
    pub(super) fn layer_noise(&self) -> Option<LayerNoise> {
        self.handler.scoring().map(|_| LayerNoise::of(self.key))
    }

    /// Keeps what layers have learned from the batch.
    pub(super) fn note_statistics(&mut self, statistics: Statistics) {
        self.statistics.append(statistics);
    }

    /// What layers have learned from the batch.
    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics.clone()
    }

    /// Whether only draws are wanted.
    pub fn stops_at_latents(&self) -> bool {
        self.handler.stops_at_latents()
    }

    /// Takes the rows in the order of their numbers of steps, a covariate of at most `N`.
    ///
    /// # Errors
    /// Returns the first number that is no number of steps.
    pub fn by_length<const N: usize>(
        &mut self,
        name: &'static str,
        lengths: &Partial<()>,
    ) -> Result<(), Error> {
        let numbers = <(usize,) as Plated>::flat(lengths.values().clone());
        let lengths = Lengths::of(name, numbers.values(), N, self.rows.first_row())?;
        self.rows.set_order(lengths.order().cloned());
        self.lengths = Some(lengths);
        Ok(())
    }

    /// The steps of a loop at which rows run, in their order: all of them together, if they may be and the run asks for terms alone.
    pub fn chunks<const N: usize>(
        &mut self,
        _: Steps<N>,
        is_ragged: bool,
        may_join: bool,
        is_reversed: bool,
    ) -> Vec<Chunk> {
        let lengths = self.lengths.as_ref().filter(|_| is_ragged);
        let all = self.rows.data_rows();
        let running = |step| lengths.map_or(all, |lengths| lengths.running(step));
        let steps = (0..N).map(running).take_while(|&rows| rows > 0);
        let running: Vec<usize> = steps.collect();
        if may_join && self.joins() && running.len() > 1 {
            self.has_joined = true;
            return vec![Chunk::new(0, running)];
        }
        let steps = running.into_iter().enumerate();
        let mut chunks: Vec<Chunk> = steps.map(|(step, rows)| Chunk::new(step, [rows])).collect();
        if is_reversed {
            chunks.reverse();
        }
        chunks
    }

    /// Whether steps may run together: in a run for terms alone, whose rows are the data's and their particles.
    fn joins(&self) -> bool {
        let is_mixed = self.unrolled.is_some_and(Unrolled::mixes_rows);
        let for_terms =
            matches!(self.handler.then, Then::Score(_)) && self.handler.notes == Notes::None;
        !self.is_stepwise && !is_mixed && for_terms && self.rows.has_no_branch()
    }

    /// Goes on with the rows that run at these steps.
    pub fn run(&mut self, steps: &Chunk, here: &Here) {
        match steps.is_alone() {
            true => self.rows.run_for(steps.running()[0]),
            false => self.rows.run_together(steps.running()),
        }
        run_together(!steps.is_alone());
        here.go(self.here(&[]));
    }

    /// The same run step by step, from its start.
    pub(super) fn stepwise(&self) -> Self {
        let place = self.rows.place();
        let new = Self::new(self.program, self.handler, self.key, self.rows.data_rows());
        let mut new = new.placed(place);
        for (record, own) in new.records.iter_mut().zip(&self.records) {
            record.running_mean = own.running_mean;
        }
        Self {
            is_stepwise: true,
            ..new
        }
    }

    /// Whether steps have run together, so that an error does not name its step.
    pub(super) fn has_joined(&self) -> bool {
        self.has_joined
    }

    /// Notes that some layer computes of all rows of a call together, as batch statistics are: its steps are not joined.
    pub(super) fn note_mixing(&self) {
        if let Some(unrolled) = self.unrolled {
            unrolled.note_mixing();
        }
    }

    /// Goes on with all rows, before and after a loop.
    pub fn all_rows(&mut self, here: &Here) {
        // A loop may draw nothing, if no row has a step. Its rows become particles all the same.
        if self.sites.iter().any(|site| site.latent.is_some()) {
            self.rows.draw_particles();
        }
        self.rows.run_for(self.rows.data_rows());
        run_together(false);
        here.go(self.here(&[]));
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
        let sorted = self.lengths.as_ref().and_then(|own| own.sorted(data));
        let flat = P::flat(sorted.unwrap_or_else(|| data.clone()));
        note_constant(&flat);
        Var::of(flat, *data.shape())
    }

    /// A learned tensor, as a variable of the model.
    pub fn parameter<S: ConstShape, I>(&self, learned: &Learned<S, f32, Device, I>) -> Var<S> {
        Var::from(&learned.value)
    }

    /// The steps of a site for use outside the model, side by side.
    pub fn keep_steps<E: InTime<N>, const N: usize>(
        &self,
        steps: &Sequence<E, N>,
    ) -> Batch<E::Whole> {
        match self.handler.keeps_values() {
            true => self.restored(untaped(steps.whole())),
            false => tensor(Vec::new(), <E::Whole as Event>::plated(0)),
        }
    }

    /// A value for use outside the model, without its tape. Objectives read only terms, and get the value without rows.
    pub fn keep<P: Plated>(&self, value: Var<P>) -> Tensor<P, f32, Device> {
        match self.handler.keeps_values() {
            true => self.restored(untaped(value)),
            false => tensor(Vec::new(), P::Event::plated(0)),
        }
    }

    /// The rows in the order of the data.
    pub(super) fn restored<P: Plated>(
        &self,
        batch: Tensor<P, f32, Device>,
    ) -> Tensor<P, f32, Device> {
        match &self.lengths {
            None => batch,
            Some(lengths) => lengths.restored(batch),
        }
    }

    /// The sequence of a site from its values, one a step. `is_ragged` says whether its loop runs for the rows' own numbers of steps.
    pub fn sequence<P: Plated, const N: usize>(
        &self,
        _: Steps<N>,
        values: Vec<Var<P>>,
        is_ragged: bool,
    ) -> Sequence<P::Event, N> {
        let lengths = self.lengths.as_ref().filter(|_| is_ragged);
        let all = self.rows.data_rows();
        let rows = |step| lengths.map_or(all, |lengths| lengths.running(step));
        Sequence::new(values, (0..N).map(rows).collect(), all)
    }

    /// The sequence of what an inference model drew, one draw a step.
    pub fn drawn_steps<Q: Distribution, V, const N: usize>(
        &self,
        steps: Steps<N>,
        list: &[(Q, V, Drawn<Q>)],
        is_ragged: bool,
    ) -> Sequence<Q::Event, N> {
        let values = list.iter().map(|(_, _, drawn)| drawn.value()).collect();
        self.sequence(steps, values, is_ragged)
    }

    /// The means of all steps side by side, if there are means.
    pub fn means<P: Plated, const N: usize>(
        &self,
        steps: Steps<N>,
        list: Vec<Option<Tensor<P, f32, Device>>>,
        is_ragged: bool,
    ) -> Option<Batch<<P::Event as InTime<N>>::Whole>>
    where
        P::Event: InTime<N>,
    {
        let Then::Means = self.handler.then else {
            return None;
        };
        let means = list.into_iter().flatten();
        let means = means.map(Var::from).collect();
        let whole = self.sequence(steps, means, is_ragged).whole();
        Some(self.restored(untaped(whole)))
    }
}
