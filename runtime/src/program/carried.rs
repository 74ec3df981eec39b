//! What a loop carries from step to step.

use std::ops::Range;

use super::look::Here;
use super::steps::Chunk;
use crate::kernels::steps::shifted;
use crate::tensor::names::{Const, Shape};
use crate::tensor::{Event, Var, constant, joined, part, repeat};

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

    /// The same at the first of steps that may run together.
    pub fn start(&mut self, steps: &Chunk) -> V {
        let rows = steps.running()[0];
        let start = self.first(rows);
        self.parts.insert(0, (rows, start.clone()));
        start
    }

    /// The same at all steps that may run together, if these are the values that they give it.
    pub fn before(&mut self, new: &V, steps: &Chunk) -> V {
        match steps.is_alone() {
            true => self.first(steps.running()[0]),
            false => V::shifted(&self.start(steps), new, steps.running()),
        }
    }

    /// Gives it new values at a step.
    pub fn put(&mut self, value: V, here: &Here) {
        self.parts.insert(0, (here.data_rows(), value));
    }

    /// Gives it the values of steps that may run together: each row has that of its last step.
    pub fn give(&mut self, new: &V, steps: &Chunk) {
        if steps.is_alone() {
            return self.parts.insert(0, (steps.running()[0], new.clone()));
        }
        // Rows that end with a step, the last step first.
        let mut ended = Vec::new();
        let mut rows_done = 0;
        let all: Vec<_> = steps.steps().collect();
        for &(_, rows, start) in all.iter().rev() {
            if rows > rows_done {
                let own = new.some(start + rows_done..start + rows, steps.rows());
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
    /// How many rows each of `of` rows of the data has become, at most.
    fn factor(&self, of: usize) -> usize;
    /// The same with `factor` rows for each of `of` rows of the data.
    fn widened(&self, of: usize, factor: usize) -> Self;
    /// What each of several steps finds: `start`, or what the step before has given. A step has `rows` rows of the data.
    fn shifted(start: &Self, new: &Self, rows: &[usize]) -> Self;
    /// Parts with their rows of the data, one after another.
    fn join(parts: Vec<(usize, Self)>) -> Self;
}

/// A variable with each row repeated, if it is to have more.
pub(super) fn copies<S: Shape>(own: &Var<S>, elements: usize, rows: usize, shape: S) -> Var<S> {
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

            fn factor(&self, of: usize) -> usize {
                self.shape().0 / of
            }

            fn widened(&self, of: usize, factor: usize) -> Self {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let rows = of * factor;
                copies(self, elements, rows, <($(Const<$axis>,)*) as Event>::plated(rows))
            }

            fn shifted(start: &Self, new: &Self, rows: &[usize]) -> Self {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let all: usize = rows.iter().sum();
                let factor = new.factor(all).max(start.factor(rows[0]));
                let (start, new) = (start.widened(rows[0], factor), new.widened(all, factor));
                let counts = rows.iter().map(|rows| rows * factor * elements).collect();
                let flat = shifted(start.flat(), new.flat(), &counts);
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(all * factor))
            }

            fn join(parts: Vec<(usize, Self)>) -> Self {
                let factor = |(rows, part): &(usize, Self)| part.factor(*rows);
                let most = parts.iter().map(factor).max().unwrap_or(1);
                let alike = |(rows, part): &(usize, Self)| part.widened(*rows, most).into_flat();
                let all = parts.iter().map(|(rows, _)| rows * most).sum();
                let flat = joined(parts.iter().map(alike).collect());
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

            fn factor(&self, of: usize) -> usize {
                [$(self.$at.factor(of)),*].into_iter().max().unwrap_or(1)
            }

            fn widened(&self, of: usize, factor: usize) -> Self {
                ($(self.$at.widened(of, factor),)*)
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
