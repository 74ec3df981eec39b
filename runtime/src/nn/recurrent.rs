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
            use dfdx::shapes::{Const, Dtype};
            use dfdx::tensor::{Storage, Tensor};

            use $crate::tensor::Times;

            /// A recurrent layer with its parameters, each gate by gate.
            #[derive(Clone, Debug)]
            pub struct $name<const I: usize, const H: usize, E: Dtype, D: Storage<E>> {
                $(
                    /// From an input to the gates.
                    pub $input: Tensor<(Times<$gates, H>, Const<I>), E, D>,
                    /// From the state before to the gates.
                    pub $hidden: Tensor<(Times<$gates, H>, Const<H>), E, D>,
                    /// Added to what comes from the input.
                    pub $input_bias: Tensor<(Times<$gates, H>,), E, D>,
                    /// Added to what comes from the state before.
                    pub $hidden_bias: Tensor<(Times<$gates, H>,), E, D>,
                )*
            }
        }

        impl<const I: usize, const H: usize, E, D> BuildOnDevice<D, E> for $name<I, H>
        where
            E: Dtype + Float + SampleUniform,
            D: AnyDevice<E>,
        {
            type Built = modules::$name<I, H, E, D>;
        }

        impl<const I: usize, const H: usize, E, D> TensorCollection<E, D> for modules::$name<I, H, E, D>
        where
            E: Dtype + Float + SampleUniform,
            D: AnyDevice<E>,
        {
            type To<E2: Dtype, D2: AnyDevice<E2>> = modules::$name<I, H, E2, D2>;

            fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
                visitor: &mut V,
            ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
                const { assert!(I > 0 && H > 0, "a layer has no inputs or no units") };
                visitor.visit_fields(
                    ($((
                        Self::tensor(
                            stringify!($input),
                            |layer| &layer.$input,
                            |layer| &mut layer.$input,
                            $crate::nn::recurrent::initial::<H, _, _, _>(),
                        ),
                        Self::tensor(
                            stringify!($hidden),
                            |layer| &layer.$hidden,
                            |layer| &mut layer.$hidden,
                            $crate::nn::recurrent::initial::<H, _, _, _>(),
                        ),
                        Self::tensor(
                            stringify!($input_bias),
                            |layer| &layer.$input_bias,
                            |layer| &mut layer.$input_bias,
                            $crate::nn::recurrent::initial::<H, _, _, _>(),
                        ),
                        Self::tensor(
                            stringify!($hidden_bias),
                            |layer| &layer.$hidden_bias,
                            |layer| &mut layer.$hidden_bias,
                            $crate::nn::recurrent::initial::<H, _, _, _>(),
                        ),
                    ),)*),
                    |($(($input, $hidden, $input_bias, $hidden_bias),)*)| modules::$name {
                        $($input, $hidden, $input_bias, $hidden_bias,)*
                    },
                )
            }
        }

        impl<const I: usize, const H: usize, E: Dtype, D: Storage<E>> NonMutableModule
            for modules::$name<I, H, E, D>
        {
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

use dfdx::nn::tensor_collection::TensorOptions;
use dfdx::shapes::{ConstShape, Dtype};
use dfdx::tensor_ops::Device as AnyDevice;
use num_traits::Float;
use rand_distr::Uniform;
use rand_distr::uniform::SampleUniform;

/// Uniform numbers between ±1/√H.
pub(super) fn initial<const H: usize, S, E, D>() -> TensorOptions<S, E, D>
where
    S: ConstShape,
    E: Dtype + Float + SampleUniform,
    D: AnyDevice<E>,
{
    TensorOptions::reset_with(|t| {
        let units = E::from(H).unwrap_or_else(E::one);
        let bound = units.sqrt().recip();
        t.try_fill_with_distr(Uniform::new(-bound, bound))
    })
}
