//! Loops over steps, as the generated code runs them.

use crate::kernels::steps::{step, together};
use crate::program::look::Here;
use crate::program::Drawn;
use crate::distribution::Distribution;
use crate::tensor::names::{Const, Tensor};
use crate::tensor::{Batch, Device, Event, Plated, Value, Var, constant, repeat, tensor, untaped};

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

/// The values of a site at each of `N` steps.
#[derive(Clone, Debug)]
pub struct Sequence<E: Event, const N: usize>(Vec<Value<E>>);

impl<const N: usize> Steps<N> {
    /// How many there are.
    pub const fn number(self) -> usize {
        N
    }

    /// The sequence of these values, one a step.
    pub fn sequence<P: Plated>(self, values: Vec<Var<P>>) -> Sequence<P::Event, N> {
        Sequence(values)
    }

    /// The sequence of what an inference model drew, one draw a step.
    pub fn drawn<Q: Distribution, V>(self, list: &[(Q, V, Drawn<Q>)]) -> Sequence<Q::Event, N> {
        Sequence(list.iter().map(|(_, _, drawn)| drawn.value()).collect())
    }

    /// The means of all steps side by side, if there are means.
    pub fn means<P: Plated>(
        self,
        list: Vec<Option<Tensor<P, f32, Device>>>,
    ) -> Option<Batch<<P::Event as InTime<N>>::Whole>>
    where
        P::Event: InTime<N>,
    {
        let means: Vec<_> = list.into_iter().collect::<Option<_>>()?;
        let steps = means.iter().map(Var::from).collect();
        Some(untaped(self.sequence(steps).whole()))
    }
}

impl<E: Event, const N: usize> Sequence<E, N> {
    /// All steps side by side, time first. A step that was computed for fewer rows is repeated for the others.
    pub fn whole(&self) -> Value<E::Whole>
    where
        E: InTime<N>,
    {
        let rows = |step: &Value<E>| E::rows(step.shape());
        let most = self.0.iter().map(rows).max().unwrap_or(0);
        let repeated = |step: &Value<E>| match rows(step) {
            own if own == most || own == 0 => step.flat().clone(),
            own => repeat(step, E::ELEMENTS, most / own, E::plated(most)).into_flat(),
        };
        let steps = self.0.iter().map(repeated).collect();
        let flat = together(steps, most, E::ELEMENTS);
        Var::of(flat, <E::Whole as Event>::plated(most))
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
    /// A step, of the rows that run.
    fn at_step(&self, at: usize, here: &Here) -> Self::Step;
}

/// A step of a variable.
pub fn at_step<V: AtStep, const N: usize>(
    variable: &V,
    _: Steps<N>,
    at: usize,
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

            fn at_step(&self, at: usize, here: &Here) -> Self::Step {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                let rows = here.running(self.shape().0);
                let flat = step(self.flat(), [rows, T, elements], at);
                Var::of(flat, <($(Const<$axis>,)*) as Event>::plated(rows))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<const T: usize, $(const $axis: usize),*> AtStep for Var<(Const<T>, $(Const<$axis>,)*)> {
            type Step = Var<($(Const<$axis>,)*)>;
            const STEPS: usize = T;

            fn at_step(&self, at: usize, _: &Here) -> Self::Step {
                let elements = <($(Const<$axis>,)*) as Event>::ELEMENTS;
                Var::of(step(self.flat(), [1, T, elements], at), Default::default())
            }
        }
    )*};
}

at_step!([] [A] [A, B]);

impl<E: Event, const N: usize> AtStep for Sequence<E, N> {
    type Step = Value<E>;
    const STEPS: usize = N;

    fn at_step(&self, at: usize, _: &Here) -> Value<E> {
        self.0[at].clone()
    }
}

/// A step of a value that is given.
pub fn given<E: InTime<N>, const N: usize>(
    whole: &Batch<E::Whole>,
    _: Steps<N>,
    at: usize,
) -> Batch<E> {
    let values = <<E::Whole as Event>::Plated as Plated>::flat(whole.clone());
    let rows = values.len() / (N * E::ELEMENTS).max(1);
    let step = step(&values, [rows, N, E::ELEMENTS], at);
    tensor(step.into_values(), E::plated(rows))
}

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
