//! Recurrent cells: a layer that takes one step. `cell!` writes all of it for a rule.

/// `GruCell of Gru: 3 gates, state [], two step and state` is the whole layer. A state has these axes before its units.
macro_rules! cell {
    (
        $(#[$doc:meta])*
        $name:ident of $cell:ident: $gates:literal gates, state [$($axis:literal)?]
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<const I: usize, const H: usize>;

        impl<const I: usize, const H: usize> Layer for $name<I, H> {
            const WIDTHS: Widths = Widths::Changed { takes: I, gives: H };
            /// What the step reads, and the state.
            const INPUTS: usize = 2;
            type Range = Elsewhere;
        }

        /// The type that the layer is built to.
        pub mod modules {
            use dfdx::shapes::Const;

            use $crate::nn::Start;
            use $crate::tensor::Times;

            $crate::parameters! {
                /// A recurrent cell with its parameters, each gate by gate.
                pub struct $name<const I: usize, const H: usize> of super::$name {
                    /// From an input to the gates.
                    weight_ih: (Times<$gates, H>, Const<I>) = Start::Uniform { inputs: H },
                    /// From the state before to the gates.
                    weight_hh: (Times<$gates, H>, Const<H>) = Start::Uniform { inputs: H },
                    /// Added to what comes from the input.
                    bias_ih: (Times<$gates, H>,) = Start::Uniform { inputs: H },
                    /// Added to what comes from the state before.
                    bias_hh: (Times<$gates, H>,) = Start::Uniform { inputs: H },
                }
                where { assert!(I > 0 && H > 0, "a layer has no inputs or no units") }
            }
        }

        impl<const I: usize, const H: usize> modules::$name<I, H, f32, Device> {
            fn weights(&self) -> recurrence::Weights {
                recurrence::Weights {
                    input: leaf_of::<_, (usize, usize)>(self.weight_ih.clone()),
                    hidden: leaf_of::<_, (usize, usize)>(self.weight_hh.clone()),
                    input_bias: leaf_of::<_, (usize,)>(self.bias_ih.clone()),
                    hidden_bias: leaf_of::<_, (usize,)>(self.bias_hh.clone()),
                }
            }

            fn step(&self) -> recurrence::Step {
                recurrence::Step { cell: &recurrence::$cell, inputs: I, units: H }
            }

            fn after(&self, x: &Flat, before: &Flat) -> Flat {
                self.step().after(self.weights(), x, before)
            }
        }

        impl<const I: usize, const H: usize>
            $crate::nn::Sequential<Var<(usize, Const<I>)>, Var<(usize, $(Const<$axis>,)? Const<H>)>>
            for modules::$name<I, H, f32, Device>
        {
            fn states(
                &self,
                x: Var<(usize, Const<I>)>,
                start: Var<(usize, $(Const<$axis>,)? Const<H>)>,
                rows: &[usize],
            ) -> Var<(usize, $(Const<$axis>,)? Const<H>)> {
                let all = x.shape().0;
                let states = self.step().after_each(self.weights(), x.flat(), start.flat(), rows);
                Var::of(states, (all, $(Const::<$axis>,)? Const))
            }
        }

        /// For each row.
        impl<const I: usize, const H: usize>
            Module<(Var<(usize, Const<I>)>, Var<(usize, $(Const<$axis>,)? Const<H>)>)>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<(usize, $(Const<$axis>,)? Const<H>)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                (x, before): (Var<(usize, Const<I>)>, Self::Output),
            ) -> Result<Self::Output, Self::Error> {
                let (rows, shape) = (x.shape().0, *before.shape());
                assert_eq!(rows, shape.0, "rows of what a cell reads, and of its states");
                Ok(Var::of(self.after(x.flat(), before.flat()), shape))
            }
        }

        /// The same input for each row's state, such as a learned one before the first step.
        impl<const I: usize, const H: usize>
            Module<(Var<(Const<I>,)>, Var<(usize, $(Const<$axis>,)? Const<H>)>)>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<(usize, $(Const<$axis>,)? Const<H>)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                (x, before): (Var<(Const<I>,)>, Self::Output),
            ) -> Result<Self::Output, Self::Error> {
                let shape = *before.shape();
                let x = for_rows(x.into_flat(), shape.0);
                Ok(Var::of(self.after(&x, before.flat()), shape))
            }
        }

        /// The same state for each row's input, such as a learned one before the first step.
        impl<const I: usize, const H: usize>
            Module<(Var<(usize, Const<I>)>, Var<($(Const<$axis>,)? Const<H>,)>)>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<(usize, $(Const<$axis>,)? Const<H>)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                (x, before): (Var<(usize, Const<I>)>, Var<($(Const<$axis>,)? Const<H>,)>),
            ) -> Result<Self::Output, Self::Error> {
                let rows = x.shape().0;
                let before = for_rows(before.into_flat(), rows);
                let after = self.after(x.flat(), &before);
                Ok(Var::of(after, (rows, $(Const::<$axis>,)? Const)))
            }
        }

        /// One input and one state.
        impl<const I: usize, const H: usize>
            Module<(Var<(Const<I>,)>, Var<($(Const<$axis>,)? Const<H>,)>)>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<($(Const<$axis>,)? Const<H>,)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                (x, before): (Var<(Const<I>,)>, Self::Output),
            ) -> Result<Self::Output, Self::Error> {
                let shape = *before.shape();
                Ok(Var::of(self.after(x.flat(), before.flat()), shape))
            }
        }
    };
}

pub(super) use cell;

use crate::tensor::Flat;
use crate::tensor::repeated::Repeat;

/// A cell that has one operation for many steps of a loop.
pub trait Sequential<X, S> {
    /// The states after each step, one step after another. `x` has the inputs in the same order. `rows` says how many rows run at a step: the
    /// first of those that ran before. `start` has the states of the first step's rows.
    fn states(&self, x: X, start: S, rows: &[usize]) -> S;
}

/// One event for this many rows, which is not copied.
pub(super) fn for_rows(event: Flat, rows: usize) -> Flat {
    let how = Repeat {
        elements: event.len(),
        copies: 1,
        times: rows,
    };
    how.apply(&event)
}
