//! Loops over steps, as the generated code runs them.

use std::rc::Rc;

use super::carried::copies;
pub use super::lengths::without_padding;
use crate::kernels::steps::{steps_of, together};
use crate::program::look::Here;
use crate::tensor::names::Const;
use crate::tensor::{Batch, Event, Flat, Plated, Value, Var, joined, tensor};

/// A loop of at most `N` steps.
#[derive(Clone, Copy, Debug)]
pub struct Steps<const N: usize>;

/// An event that may be had at each of `N` steps.
pub trait InTime<const N: usize>: Event {
    /// The events of all steps, time first.
    type Whole: Event;
}

macro_rules! in_time {
    ($([$($axis:ident),*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<const N: usize, $(const $axis: usize),*> InTime<N> for ($(Const<$axis>,)*) {
            type Whole = (Const<N>, $(Const<$axis>,)*);
        }
    )*};
}

in_time!([] [A] [A, B]);

/// The values of a site at each of at most `N` steps.
#[derive(Clone, Debug)]
pub struct Sequence<E: Event, const N: usize> {
    /// One for each step at which rows run.
    steps: Vec<Value<E>>,
    /// The rows of the data that run at each step.
    running: Vec<usize>,
    /// All rows of the data.
    data_rows: usize,
}

impl<const N: usize> Steps<N> {
    /// How many there are.
    pub const fn number(self) -> usize {
        N
    }
}

impl<E: Event, const N: usize> Sequence<E, N> {
    pub(super) fn new(steps: Vec<Value<E>>, running: Vec<usize>, data_rows: usize) -> Self {
        Self {
            steps,
            running,
            data_rows,
        }
    }

    /// All steps side by side, time first. A step is zero in rows that it does not run for.
    pub fn whole(&self) -> Value<E::Whole>
    where
        E: InTime<N>,
    {
        let factor = |(step, running): (&Value<E>, &usize)| E::rows(step.shape()) / running;
        let most = self
            .steps
            .iter()
            .zip(&self.running)
            .map(factor)
            .max()
            .unwrap_or(1);
        let alike = |(step, running): (&Value<E>, &usize)| {
            let rows = running * most;
            copies(step, E::ELEMENTS, rows, E::plated(rows)).into_flat()
        };
        let steps = self.steps.iter().zip(&self.running).map(alike).collect();
        let rows = self.data_rows * most;
        let flat = together(steps, [rows, N, E::ELEMENTS]);
        Var::of(flat, <E::Whole as Event>::plated(rows))
    }
}

/// Steps that run together: one, or several that need nothing of each other.
#[derive(Clone, Debug)]
pub struct Chunk {
    first: usize,
    /// The rows of the data that run at each of them.
    running: Rc<[usize]>,
}

impl Chunk {
    pub(super) fn new(first: usize, running: impl IntoIterator<Item = usize>) -> Self {
        Self {
            first,
            running: running.into_iter().collect(),
        }
    }

    /// The first of them.
    pub fn first(&self) -> usize {
        self.first
    }

    pub(super) fn running(&self) -> &Rc<[usize]> {
        &self.running
    }

    /// The rows of the data of all of them.
    pub(super) fn rows(&self) -> usize {
        self.running.iter().sum()
    }

    /// Whether it is one step.
    pub(super) fn is_alone(&self) -> bool {
        self.running.len() == 1
    }

    /// The steps, each with its rows of the data and the number of rows before it.
    pub(super) fn steps(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let mut before = 0;
        self.running.iter().enumerate().map(move |(at, &rows)| {
            let start = before;
            before += rows;
            (self.first + at, rows, start)
        })
    }
}

/// Something with an axis of time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no axis of steps",
    label = "one step of it is read here",
    note = "help: the first axis of an event is its steps: declare `u: [STEPS, 3]`, or give the network's result such a shape"
)]
pub trait AtStep {
    /// One step.
    type Step;
    /// How many steps there are, if the type says so.
    const STEPS: usize;
    /// A step, or several one after another, of the rows that run.
    fn at_step(&self, at: &Chunk, here: &Here) -> Self::Step;
}

/// A step of a variable, or several one after another.
pub fn at_step<V: AtStep, const N: usize>(
    variable: &V,
    _: Steps<N>,
    at: &Chunk,
    here: &Here,
) -> V::Step {
    const {
        assert!(
            N <= V::STEPS,
            "a loop reads more steps of a variable than it has"
        );
    }
    variable.at_step(at, here)
}

macro_rules! at_step {
    ($([$($axis:ident),*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<const T: usize, $(const $axis: usize),*> AtStep for Var<(usize, Const<T>, $(Const<$axis>,)*)> {
            type Step = Var<(usize, $(Const<$axis>,)*)>;
            const STEPS: usize = T;

            fn at_step(&self, at: &Chunk, here: &Here) -> Self::Step {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let rows = here.running(self.shape().0);
                let of = |all: &Flat| steps_of(all, &rows, [T, elements], at.first);
                let flat = of(self.flat());
                here.masks().carry(self.flat(), &flat, of);
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(rows.iter().sum()))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<const T: usize, $(const $axis: usize),*> AtStep for Var<(Const<T>, $(Const<$axis>,)*)> {
            type Step = Var<($(Const<$axis>,)*)>;
            const STEPS: usize = T;

            fn at_step(&self, at: &Chunk, _: &Here) -> Self::Step {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let flat = steps_of(self.flat(), &[1].into(), [T, elements], at.first);
                Var::of(flat, Default::default())
            }
        }
    )*};
}

at_step!([] [A] [A, B]);

impl<E: Event, const N: usize> AtStep for Sequence<E, N> {
    type Step = Value<E>;
    const STEPS: usize = N;

    fn at_step(&self, at: &Chunk, _: &Here) -> Value<E> {
        let steps = &self.steps[at.first..][..at.running.len()];
        if let [alone] = steps {
            return alone.clone();
        }
        let rows = steps.iter().map(|step| E::rows(step.shape())).sum();
        let flat = joined(steps.iter().map(|step| step.flat().clone()).collect());
        Var::of(flat, E::plated(rows))
    }
}

/// A step of a batch.
pub(super) fn of_batch<E: InTime<N>, const N: usize>(
    whole: &Batch<E::Whole>,
    at: usize,
) -> Batch<E> {
    let values = <<E::Whole as Event>::Plated as Plated>::flat(whole.clone());
    let rows = values.len() / (N * E::ELEMENTS).max(1);
    let step = steps_of(&values, &[rows].into(), [N, E::ELEMENTS], at);
    tensor(step.into_values(), E::plated(rows))
}
