//! Loops over steps, as the generated code runs them.

use std::ops::Range;
use std::rc::Rc;

pub use super::lengths::without_padding;
use crate::kernels::steps::{shifted, steps_of, together};
use crate::program::look::Here;
use crate::tensor::names::{Const, Shape};
use crate::tensor::{
    Batch, Event, Flat, Plated, Value, Var, constant, joined, part, repeat, tensor,
};

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
        let alike = |(step, &running): (&Value<E>, &usize)| match factor((step, &running)) {
            own if own == most => step.flat().clone(),
            own => {
                let shape = E::plated(running * most);
                repeat(step, E::ELEMENTS, most / own, shape).into_flat()
            }
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

/// A variable that a loop carries while ever fewer rows run, or ever more.
#[derive(Debug)]
pub struct Carried<V> {
    /// Parts of the rows of the data, in their order.
    parts: Vec<(usize, V)>,
}

impl<V: Ragged> Carried<V> {
    /// A variable with a value in every row.
    pub fn new(value: V, here: &Here) -> Self {
        Self {
            parts: vec![(here.data_rows(), value)],
        }
    }

    /// Its values in the rows that run at a step.
    pub fn take(&mut self, here: &Here) -> V {
        self.first(here.data_rows())
    }

    /// The same at the start of steps that may run together, if these are the values that they give it.
    pub fn before(&mut self, new: &V, steps: &Chunk) -> V {
        let start = self.first(steps.running[0]);
        match steps.is_alone() {
            true => start,
            false => {
                let found = V::shifted(&start, new, &steps.running);
                self.parts.insert(0, (steps.running[0], start));
                found
            }
        }
    }

    /// Gives it new values at a step.
    pub fn put(&mut self, value: V, here: &Here) {
        self.parts.insert(0, (here.data_rows(), value));
    }

    /// Gives it the values of steps that may run together: each row has that of its last step.
    pub fn give(&mut self, new: &V, steps: &Chunk) {
        if steps.is_alone() {
            return self.parts.insert(0, (steps.running[0], new.clone()));
        }
        // Rows that end with a step, the last step first.
        let mut ended = Vec::new();
        let mut rows_done = 0;
        let all: Vec<_> = steps.steps().collect();
        for &(_, rows, start) in all.iter().rev() {
            if rows > rows_done {
                let own = new.some(start + rows_done..start + rows, steps.running.iter().sum());
                ended.push((rows - rows_done, own));
                rows_done = rows;
            }
        }
        self.first(rows_done);
        ended.append(&mut self.parts);
        self.parts = ended;
    }

    /// Its values in all rows.
    pub fn end(self) -> V {
        V::join(self.parts)
    }

    /// Takes those of the first rows of the data.
    fn first(&mut self, rows: usize) -> V {
        let mut left = rows;
        let mut taken = Vec::new();
        while left > 0 {
            let (rows, value) = self.parts.remove(0);
            if rows > left {
                let first = value.some(0..left, rows);
                let rest = value.some(left..rows, rows);
                self.parts.insert(0, (rows - left, rest));
                taken.push((left, first));
                break;
            }
            left -= rows;
            taken.push((rows, value));
        }
        V::join(taken)
    }
}

/// Something with rows that can be cut and joined.
pub trait Ragged: Clone {
    /// Some of `of` rows of the data.
    fn some(&self, rows: Range<usize>, of: usize) -> Self;
    /// What each of several steps finds: `start`, or what the step before has given. A step has `rows` rows of the data.
    fn shifted(start: &Self, new: &Self, rows: &[usize]) -> Self;
    /// Parts with their rows of the data, one after another.
    fn join(parts: Vec<(usize, Self)>) -> Self;
}

/// A variable with each row repeated, if it is to have more.
fn copies<S: Shape>(own: &Var<S>, elements: usize, rows: usize, shape: S) -> Var<S> {
    let times = rows * elements / own.flat().len().max(1);
    match times {
        0 | 1 => own.clone(),
        times => repeat(own, elements, times, shape),
    }
}

macro_rules! ragged {
    ($([$($axis:ident),*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Ragged for Var<(usize, $(Const<$axis>,)*)> {
            fn some(&self, rows: Range<usize>, of: usize) -> Self {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let factor = self.shape().0 / of;
                let (from, to) = (rows.start * factor, rows.end * factor);
                let flat = part(self.flat(), from * elements..to * elements);
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(to - from))
            }

            fn shifted(start: &Self, new: &Self, rows: &[usize]) -> Self {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let all: usize = rows.iter().sum();
                let factor = (new.shape().0 / all).max(start.shape().0 / rows[0]);
                let start = copies(start, elements, rows[0] * factor, <($(Const<$axis>,)*) as Event>::plated(rows[0] * factor));
                let new = copies(new, elements, all * factor, <($(Const<$axis>,)*) as Event>::plated(all * factor));
                let counts = rows.iter().map(|rows| rows * factor * elements).collect();
                let flat = shifted(start.flat(), new.flat(), &counts);
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(all * factor))
            }

            fn join(parts: Vec<(usize, Self)>) -> Self {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let factor = |(rows, part): &(usize, Self)| part.shape().0 / rows;
                let most = parts.iter().map(factor).max().unwrap_or(1);
                let alike = |own: (usize, Self)| {
                    let (rows, times) = (own.0 * most, most / factor(&own));
                    match times {
                        1 => own.1.into_flat(),
                        _ => repeat(&own.1, elements, times, <($(Const<$axis>,)*) as Event>::plated(rows)).into_flat(),
                    }
                };
                let all = parts.iter().map(|(rows, _)| rows * most).sum();
                let flat = joined(parts.into_iter().map(alike).collect());
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(all))
            }
        }
    )*};
}

ragged!([] [A] [A, B] [A, B, C]);

macro_rules! ragged_tuples {
    ($([$($part:ident $at:tt),*])*) => {$(
        impl<$($part: Ragged),*> Ragged for ($($part,)*) {
            fn some(&self, rows: Range<usize>, of: usize) -> Self {
                ($(self.$at.some(rows.clone(), of),)*)
            }

            fn shifted(start: &Self, new: &Self, rows: &[usize]) -> Self {
                ($($part::shifted(&start.$at, &new.$at, rows),)*)
            }

            fn join(parts: Vec<(usize, Self)>) -> Self {
                let mut lists = ($(Vec::<(usize, $part)>::new(),)*);
                for (rows, part) in parts {
                    $(lists.$at.push((rows, part.$at));)*
                }
                ($($part::join(lists.$at),)*)
            }
        }
    )*};
}

ragged_tuples!([A 0] [A 0, B 1] [A 0, B 1, C 2] [A 0, B 1, C 2, D 3]);

/// A variable that a loop carries from step to step: it has a value in every row, whatever it starts with.
#[diagnostic::on_unimplemented(
    message = "a loop cannot carry `{Self}`",
    label = "given to a variable that a loop carries",
    note = "help: a loop carries tensors, numbers of `f32`, and tuples of them"
)]
pub trait Carry {
    /// What is carried.
    type Rows;
    /// The same for every row of the statement.
    fn rows(self, here: &Here) -> Self::Rows;
}

/// What a loop carries on.
pub fn carried<T: Carry>(value: T, here: &Here) -> T::Rows {
    value.rows(here)
}

macro_rules! carry {
    ($([$($axis:ident),*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Carry for Var<(usize, $(Const<$axis>,)*)> {
            type Rows = Self;
            fn rows(self, _: &Here) -> Self {
                self
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Carry for Var<($(Const<$axis>,)*)> {
            type Rows = Var<(usize, $(Const<$axis>,)*)>;
            fn rows(self, here: &Here) -> Self::Rows {
                let rows = here.rows();
                let elements = self.flat().len();
                let one = Var::of(self.into_flat(), <($(Const<$axis>,)*) as Event>::plated(1));
                repeat(&one, elements, rows, <($(Const<$axis>,)*) as Event>::plated(rows))
            }
        }
    )*};
}

carry!([] [A] [A, B] [A, B, C]);

impl Carry for f32 {
    type Rows = Var<(usize,)>;
    fn rows(self, here: &Here) -> Self::Rows {
        constant(vec![self; here.rows()], (here.rows(),))
    }
}

macro_rules! carry_tuples {
    ($([$($part:ident $at:tt),*])*) => {$(
        impl<$($part: Carry),*> Carry for ($($part,)*) {
            type Rows = ($($part::Rows,)*);
            fn rows(self, here: &Here) -> Self::Rows {
                ($(self.$at.rows(here),)*)
            }
        }
    )*};
}

carry_tuples!([A 0] [A 0, B 1] [A 0, B 1, C 2] [A 0, B 1, C 2, D 3]);
