//! Recurrent layers over whole sequences: a layer, its parameters, and what it gives.
//!
//! `recurrent!` writes all of it for a cell and its directions.

/// `Gru of Gru: 3 gates, reads forwards, gives All along Const<T>, [weight_ih_l0 …]` is the whole layer.
macro_rules! recurrent {
    (forwards) => {
        false
    };
    (backwards) => {
        true
    };
    (
        $(#[$doc:meta])*
        $name:ident of $cell:ident: $gates:literal gates, reads $reads:ident, gives $gives:ident along $along:ty,
        $([$input:ident $hidden:ident $input_bias:ident $hidden_bias:ident])*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<const I: usize, const H: usize>;

        impl<const I: usize, const H: usize> $crate::nn::Layer for $name<I, H> {
            const WIDTHS: $crate::nn::Widths = $crate::nn::Widths::Changed { takes: I, gives: H };
            /// A sequence, and the rows' lengths.
            const INPUTS: usize = 2;
            type Range = $crate::nn::Elsewhere;
        }

        /// The type that the layer is built to.
        pub mod modules {
            use dfdx::shapes::Const;

            use $crate::nn::Start;
            use $crate::tensor::Times;

            $crate::parameters! {
                /// A recurrent layer with its parameters, each gate by gate.
                pub struct $name<const I: usize, const H: usize> of super::$name {
                    $(
                        /// From an input to the gates.
                        $input: (Times<$gates, H>, Const<I>) = Start::Uniform { inputs: H },
                        /// From the state before to the gates.
                        $hidden: (Times<$gates, H>, Const<H>) = Start::Uniform { inputs: H },
                        /// Added to what comes from the input.
                        $input_bias: (Times<$gates, H>,) = Start::Uniform { inputs: H },
                        /// Added to what comes from the state before.
                        $hidden_bias: (Times<$gates, H>,) = Start::Uniform { inputs: H },
                    )*
                }
                where { assert!(I > 0 && H > 0, "a layer has no inputs or no units") }
            }
        }

        impl<const I: usize, const H: usize> modules::$name<I, H, f32, Device> {
            fn states<const T: usize>(
                &self,
                x: Var<(usize, Const<T>, Const<I>)>,
                lengths: Option<Var<(usize,)>>,
            ) -> Var<(usize, $along, Const<H>)> {
                let rows = x.shape().0;
                let layer = recurrence::Layer {
                    cell: &recurrence::$cell,
                    weights: vec![$(recurrence::Weights {
                        input: leaf_of::<_, (usize, usize)>(self.$input.clone()),
                        hidden: leaf_of::<_, (usize, usize)>(self.$hidden.clone()),
                        input_bias: leaf_of::<_, (usize,)>(self.$input_bias.clone()),
                        hidden_bias: leaf_of::<_, (usize,)>(self.$hidden_bias.clone()),
                    },)*],
                    sizes: recurrence::Sizes { steps: T, inputs: I, units: H },
                    gives: recurrence::Gives::$gives,
                    is_backward: recurrent!($reads),
                };
                let states = layer.states(x.into_flat(), lengths.map(Var::into_flat));
                Var::of(states, (rows, Const, Const))
            }
        }

        impl<const T: usize, const I: usize, const H: usize> Module<Var<(usize, Const<T>, Const<I>)>>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<(usize, $along, Const<H>)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<(usize, Const<T>, Const<I>)>) -> Result<Self::Output, Self::Error> {
                Ok(self.states(x, None))
            }
        }

        impl<const T: usize, const I: usize, const H: usize>
            Module<(Var<(usize, Const<T>, Const<I>)>, Var<(usize,)>)>
            for modules::$name<I, H, f32, Device>
        {
            type Output = Var<(usize, $along, Const<H>)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                (x, lengths): (Var<(usize, Const<T>, Const<I>)>, Var<(usize,)>),
            ) -> Result<Self::Output, Self::Error> {
                Ok(self.states(x, Some(lengths)))
            }
        }
    };
}

pub(super) use recurrent;
