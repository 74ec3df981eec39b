//! Reading a bound variable.
//!
//! A variable that was computed before a draw may have fewer rows than the pass has now. Its rows are then repeated, and
//! `model!` writes `(&Look(&z)).view(here)`. A global site's variable has one row for each particle, which every row of the
//! data shares. For it `model!` writes `spread(&z, here)`. A variable that has all rows is cloned, which copies no numbers. A
//! value in which no tensor can be found is cloned too. That would be wrong for a global site that every row reads, so
//! [`spread`] does not take such values.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::kernels::steps::for_steps;
use crate::tensor::names::Const;
use crate::tensor::tape::note_constant;
use crate::tensor::{Event, Flat, Identity, Plated, Value, Var, part, repeat, tile};

/// The rows of the statement that runs.
///
/// It can be moved on while it is shared. So a closure reads its tensors with the rows of the statement that calls it.
#[derive(Clone, Debug)]
pub struct Here {
    /// All rows of the data.
    data_rows: usize,
    /// Those that run at the step of a loop.
    running: Cell<usize>,
    /// Those of each step, if several steps run together.
    chunk: RefCell<Option<Rc<[usize]>>>,
    /// The rows that a row of the data has become.
    factor: Cell<usize>,
    /// Whether what is read was computed for all rows of the data.
    is_outer: bool,
    masks: Masks,
}

/// The masks of the inputs that are observed in part, by the identities of the inputs.
#[derive(Clone, Debug, Default)]
pub struct Masks(Rc<RefCell<Vec<(Identity, Flat)>>>);

impl Masks {
    /// Notes the mask of an input.
    pub(super) fn note<P: Plated>(&self, input: &Var<P>, observed: Var<P>) {
        self.note_flat(input.flat(), observed.into_flat());
    }

    fn note_flat(&self, input: &Flat, observed: Flat) {
        self.0.borrow_mut().push((input.identity(), observed));
    }

    /// The mask of an input that has one.
    pub(super) fn of(&self, input: &Flat) -> Option<Flat> {
        let notes = self.0.borrow();
        let own = notes.iter().find(|(own, _)| *own == input.identity());
        own.map(|(_, observed)| observed.clone())
    }

    /// Gives a part of an input the same part of its mask.
    pub(super) fn carry(&self, input: &Flat, to: &Flat, part: impl Fn(&Flat) -> Flat) {
        if let Some(observed) = self.of(input) {
            self.note_flat(to, part(&observed));
        }
    }
}

impl Here {
    pub(super) fn new(
        [data_rows, running, factor]: [usize; 3],
        chunk: Option<Rc<[usize]>>,
        masks: Masks,
    ) -> Self {
        Self {
            data_rows,
            running: Cell::new(running),
            chunk: RefCell::new(chunk),
            factor: Cell::new(factor),
            is_outer: false,
            masks,
        }
    }

    /// For variables from outside a loop, which have rows that may run no more.
    pub fn outer(&self) -> Self {
        Self {
            is_outer: true,
            ..self.clone()
        }
    }

    pub(super) fn masks(&self) -> &Masks {
        &self.masks
    }

    /// `observed(x)`: the mask of an input, with the rows that the input has here. It is 1 everywhere if all is observed.
    pub fn observed<P: Plated>(&self, input: &Var<P>) -> Var<P> {
        let mask = match input.flat().repeated() {
            Some((rows, how)) => self.masks.of(rows).map(|mask| how.apply(&mask)),
            None => self.masks.of(input.flat()),
        };
        let mask = mask.unwrap_or_else(|| Flat::of(vec![1.0; input.flat().len()]));
        note_constant(&mask);
        Var::of(mask, *input.shape())
    }

    /// Moves on to another statement.
    pub fn go(&self, to: Here) {
        self.running.set(to.running.get());
        self.chunk.replace(to.chunk.into_inner());
        self.factor.set(to.factor.get());
    }

    /// How many of a variable's rows run at each step, of one that has those of all data.
    pub(super) fn running(&self, rows: usize) -> Rc<[usize]> {
        let factor = rows / self.data_rows.max(1);
        match &*self.chunk.borrow() {
            None => [factor * self.running.get()].into(),
            Some(chunk) => chunk.iter().map(|rows| factor * rows).collect(),
        }
    }

    /// The rows of the data that run.
    pub(super) fn data_rows(&self) -> usize {
        self.running.get()
    }

    pub(super) fn rows(&self) -> usize {
        self.running.get() * self.factor.get()
    }

    /// The variable with all rows, if it has fewer, and without those that do not run.
    fn repeated<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        if self.is_outer && self.running.get() != self.data_rows {
            let own = E::rows(var.shape());
            let rows = self.running(own);
            let running: usize = rows.iter().sum();
            let counts: Rc<[usize]> = rows.iter().map(|rows| rows * E::ELEMENTS).collect();
            let cut = |all: &Flat| match &*rows {
                [alone] => part(all, 0..alone * E::ELEMENTS),
                // What is the same at all steps is not copied.
                rows if rows.iter().all(|&rows| rows == own) => {
                    let all: Value<E> = Var::of(all.clone(), E::plated(own));
                    let shape = E::plated(running);
                    tile(&all, own * E::ELEMENTS, 1, rows.len(), shape).into_flat()
                }
                _ => for_steps(all, &counts),
            };
            let flat = cut(var.flat());
            self.masks.carry(var.flat(), &flat, cut);
            let var = Var::of(flat, E::plated(running));
            return Some(self.all_copies::<E>(&var).unwrap_or(var));
        }
        self.all_copies::<E>(var)
    }

    fn all_copies<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        (own != rows && own > 0 && rows.is_multiple_of(own))
            .then(|| repeat(var, E::ELEMENTS, rows / own, E::plated(rows)))
    }

    /// A global value with all rows. Each data row gets all particles, each repeated for the rows that it has become.
    fn spread<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        let copies = self.factor.get() / own.max(1);
        let times = self.running.get();
        (own != rows).then(|| tile(var, E::ELEMENTS, copies, times, E::plated(rows)))
    }
}

/// A variable to be read.
pub struct Look<'a, T>(pub &'a T);

/// How a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// With the rows of the pass.
    Rows,
    /// A global site's: each row of the data gets all its particles.
    Spread,
}

/// A global site's variable, read for every row.
pub fn spread<T: Spread>(variable: &T, here: &Here) -> T {
    variable.spread(here)
}

/// A global value that every row can read. Every [`View`] is one; this trait keeps the compiler from listing them.
#[diagnostic::on_unimplemented(
    message = "this `let` is computed from global sites alone, and rows cannot read it: `{Self}` is no tensor",
    label = "read here for every row",
    note = "a global site has one draw for all rows, which is repeated for each where a tensor is read, or a tuple, an array, a vector or an option of tensors: write the expression here, in the place of the `let`"
)]
pub trait Spread {
    /// The tensors with all rows.
    fn spread(&self, here: &Here) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: View> Spread for T {
    fn spread(&self, here: &Here) -> Self {
        self.view(here, Reading::Spread)
    }
}

/// Something made of tensors, or a value that holds none.
pub trait View: Sized {
    /// The tensors as they are to be read.
    fn view(&self, here: &Here, reading: Reading) -> Self;
}

/// Chosen for tensors, and tuples, arrays, vectors and options of them.
pub trait LookAtTensors<T> {
    /// The variable with the rows of the pass.
    fn view(&self, here: &Here) -> T;
}

impl<T: View> LookAtTensors<T> for Look<'_, T> {
    fn view(&self, here: &Here) -> T {
        self.0.view(here, Reading::Rows)
    }
}

/// Chosen for everything else.
pub trait LookAtOther<T> {
    /// A clone.
    fn view(&self, here: &Here) -> T;
}

impl<T: Clone> LookAtOther<T> for &Look<'_, T> {
    fn view(&self, _: &Here) -> T {
        self.0.clone()
    }
}

macro_rules! view_tensors {
    ($([$($axis:ident),*])*) => {$(
        impl<$(const $axis: usize),*> View for Var<($(Const<$axis>,)*)> {
            fn view(&self, _: &Here, _: Reading) -> Self {
                self.clone()
            }
        }

        impl<$(const $axis: usize),*> View for Var<(usize, $(Const<$axis>,)*)> {
            fn view(&self, here: &Here, reading: Reading) -> Self {
                let more = match reading {
                    Reading::Rows => here.repeated::<($(Const<$axis>,)*)>(self),
                    Reading::Spread => here.spread::<($(Const<$axis>,)*)>(self),
                };
                more.unwrap_or_else(|| self.clone())
            }
        }
    )*};
}

view_tensors!([] [A] [A, B] [A, B, C]);

macro_rules! view_tuples {
    ($([$($part:ident $index:tt),*])*) => {$(
        impl<$($part: View),*> View for ($($part,)*) {
            fn view(&self, here: &Here, reading: Reading) -> Self {
                ($(self.$index.view(here, reading),)*)
            }
        }
    )*};
}

view_tuples!([A 0] [A 0, B 1] [A 0, B 1, C 2] [A 0, B 1, C 2, D 3]);

impl<T: View> View for Vec<T> {
    fn view(&self, here: &Here, reading: Reading) -> Self {
        self.iter().map(|part| part.view(here, reading)).collect()
    }
}

impl<T: View, const N: usize> View for [T; N] {
    fn view(&self, here: &Here, reading: Reading) -> Self {
        self.each_ref().map(|part| part.view(here, reading))
    }
}

impl<T: View> View for Option<T> {
    fn view(&self, here: &Here, reading: Reading) -> Self {
        self.as_ref().map(|part| part.view(here, reading))
    }
}

macro_rules! view_values {
    ($($value:ty)*) => {$(
        impl View for $value {
            fn view(&self, _: &Here, _: Reading) -> Self {
                self.clone()
            }
        }
    )*};
}

view_values!(bool char u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 String &'static str);
