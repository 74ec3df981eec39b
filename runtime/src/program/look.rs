//! Reading a bound variable.
//!
//! A variable that was computed before a draw may have fewer rows than the pass has now: its rows
//! are repeated. A variable that is read more than once gets a fresh identity at each reading, except as the argument of
//! a layer, which returns one. A global site's has one row
//! for each particle, which every row of the data shares.
//! `model!` writes `(&Look(&z)).view(here)` for the one and `.reuse(pass)` for the other; what holds no
//! tensor that can be found is cloned. That would be wrong where a global site is read for every row, so [`spread`] takes
//! nothing of the kind.

use std::cell::Cell;

use crate::tensor::names::{Const, Shape};

use crate::tensor::{Event, Value, Var, alias, repeat, tile};

/// The rows of the statement that runs.
///
/// It can be moved on while it is shared: a closure that one statement makes reads its tensors with the rows of the statement that calls it.
#[derive(Clone, Debug)]
pub struct Here {
    data_rows: usize,
    /// The rows that a row of the data has become.
    factor: Cell<usize>,
}

impl Here {
    pub(super) fn new(data_rows: usize, factor: usize) -> Self {
        let factor = Cell::new(factor);
        Self { data_rows, factor }
    }

    /// Moves on to another statement.
    pub fn go(&self, to: Here) {
        self.factor.set(to.factor.get());
    }

    fn rows(&self) -> usize {
        self.data_rows * self.factor.get()
    }

    /// The variable with all rows, where it has fewer.
    fn repeated<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        (own != rows && own > 0 && rows.is_multiple_of(own))
            .then(|| repeat(var, E::ELEMENTS, rows / own, E::plated(rows)))
    }

    /// A global value with all rows: for each data row all its particles, each as often as it has become several rows.
    fn spread<E: Event>(&self, var: &Value<E>) -> Option<Value<E>> {
        let (own, rows) = (E::rows(var.shape()), self.rows());
        let copies = self.factor.get() / own.max(1);
        (own != rows).then(|| tile(var, E::ELEMENTS, copies, self.data_rows, E::plated(rows)))
    }
}

/// A variable to be read.
pub struct Look<'a, T>(pub &'a T);

/// How a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// With the rows of the pass.
    Once,
    /// With the rows of the pass, under a fresh identity.
    Again,
    /// A global site's: each row of the data gets all its particles.
    Spread,
    /// A global site's, for what is global itself: as it is, under a fresh identity.
    Whole,
}

/// A global site's variable, read for every row.
pub fn spread<T: Spread>(variable: &T, here: &Here) -> T {
    variable.spread(here)
}

/// What is global and can be read for every row: every [`View`]. The compiler would list those.
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
    /// The variable, read once.
    fn view(&self, here: &Here) -> T;
    /// The variable, read again and again.
    fn reuse(&self, here: &Here) -> T;
    /// A global site's variable, read for what is global itself.
    fn whole(&self, here: &Here) -> T;
}

impl<T: View> LookAtTensors<T> for Look<'_, T> {
    fn view(&self, here: &Here) -> T {
        self.0.view(here, Reading::Once)
    }
    fn reuse(&self, here: &Here) -> T {
        self.0.view(here, Reading::Again)
    }
    fn whole(&self, here: &Here) -> T {
        self.0.view(here, Reading::Whole)
    }
}

/// Chosen for everything else.
pub trait LookAtOther<T> {
    /// A clone.
    fn view(&self, here: &Here) -> T;
    /// A clone.
    fn reuse(&self, here: &Here) -> T;
    /// A clone.
    fn whole(&self, here: &Here) -> T;
}

impl<T: Clone> LookAtOther<T> for &Look<'_, T> {
    fn view(&self, _: &Here) -> T {
        self.0.clone()
    }
    fn reuse(&self, _: &Here) -> T {
        self.0.clone()
    }
    fn whole(&self, _: &Here) -> T {
        self.0.clone()
    }
}

fn aliased<S: Shape>(var: &Var<S>, reading: Reading) -> Var<S> {
    match reading {
        Reading::Once => var.clone(),
        Reading::Again | Reading::Spread | Reading::Whole => alias(var),
    }
}

macro_rules! view_tensors {
    ($([$($axis:ident),*])*) => {$(
        impl<$(const $axis: usize),*> View for Var<($(Const<$axis>,)*)> {
            fn view(&self, _: &Here, reading: Reading) -> Self {
                aliased(self, reading)
            }
        }

        impl<$(const $axis: usize),*> View for Var<(usize, $(Const<$axis>,)*)> {
            fn view(&self, here: &Here, reading: Reading) -> Self {
                let more = match reading {
                    Reading::Once | Reading::Again => here.repeated::<($(Const<$axis>,)*)>(self),
                    Reading::Spread => here.spread::<($(Const<$axis>,)*)>(self),
                    Reading::Whole => None,
                };
                more.unwrap_or_else(|| aliased(self, reading))
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
