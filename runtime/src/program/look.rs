//! Reading a bound variable.
//!
//! A variable that was computed before a draw may have fewer rows than the pass has now: its rows
//! are repeated. A variable that is read more than once gets a fresh identity at each reading.
//! `model!` writes `(&Look(&z)).view(pass)` for the one and `.reuse(pass)` for the other; what holds no
//! tensor is cloned.

use dfdx::shapes::{Const, Shape};

use super::Pass;
use crate::kernels::rows::alias;
use crate::var::Var;

/// A variable to be read.
pub struct Look<'a, T>(pub &'a T);

/// Something made of tensors.
pub trait View: Sized {
    /// With the rows of the pass; under a fresh identity, if asked.
    fn view(&self, pass: &Pass, fresh: bool) -> Self;
}

/// Chosen for tensors, and tuples, vectors and options of them.
pub trait LookAtTensors<T> {
    /// The variable, read once.
    fn view(&self, pass: &Pass) -> T;
    /// The variable, read again and again.
    fn reuse(&self, pass: &Pass) -> T;
}

impl<T: View> LookAtTensors<T> for Look<'_, T> {
    fn view(&self, pass: &Pass) -> T {
        self.0.view(pass, false)
    }
    fn reuse(&self, pass: &Pass) -> T {
        self.0.view(pass, true)
    }
}

/// Chosen for everything else.
pub trait LookAtOther<T> {
    /// A clone.
    fn view(&self, pass: &Pass) -> T;
    /// A clone.
    fn reuse(&self, pass: &Pass) -> T;
}

impl<T: Clone> LookAtOther<T> for &Look<'_, T> {
    fn view(&self, _: &Pass) -> T {
        self.0.clone()
    }
    fn reuse(&self, _: &Pass) -> T {
        self.0.clone()
    }
}

fn aliased<S: Shape>(var: &Var<S>, fresh: bool) -> Var<S> {
    if fresh { alias(var) } else { var.clone() }
}

macro_rules! view_tensors {
    ($([$($axis:ident),*])*) => {$(
        impl<$(const $axis: usize),*> View for Var<($(Const<$axis>,)*)> {
            fn view(&self, _: &Pass, fresh: bool) -> Self {
                aliased(self, fresh)
            }
        }

        impl<$(const $axis: usize),*> View for Var<(usize, $(Const<$axis>,)*)> {
            fn view(&self, pass: &Pass, fresh: bool) -> Self {
                match pass.repeated::<($(Const<$axis>,)*)>(self) {
                    Some(repeated) => repeated,
                    None => aliased(self, fresh),
                }
            }
        }
    )*};
}

view_tensors!([] [A] [A, B] [A, B, C]);

macro_rules! view_tuples {
    ($([$($part:ident $index:tt),*])*) => {$(
        impl<$($part: View),*> View for ($($part,)*) {
            fn view(&self, pass: &Pass, fresh: bool) -> Self {
                ($(self.$index.view(pass, fresh),)*)
            }
        }
    )*};
}

view_tuples!([A 0] [A 0, B 1] [A 0, B 1, C 2] [A 0, B 1, C 2, D 3]);

impl<T: View> View for Vec<T> {
    fn view(&self, pass: &Pass, fresh: bool) -> Self {
        self.iter().map(|part| part.view(pass, fresh)).collect()
    }
}

impl<T: View> View for Option<T> {
    fn view(&self, pass: &Pass, fresh: bool) -> Self {
        self.as_ref().map(|part| part.view(pass, fresh))
    }
}
