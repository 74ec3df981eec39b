//! The linear layer.

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::nn::{BuildOnDevice, Module, NonMutableModule};
use dfdx::shapes::{Const, Dim, Dtype, Rank1, Rank2};
use dfdx::tensor::{HasErr, Storage, Tensor};
use dfdx::tensor_ops::Device as AnyDevice;
use num_traits::Float;
use rand_distr::Uniform;
use rand_distr::uniform::SampleUniform;

use super::facts::{Layer, Reals, Widths};
use crate::kernels::linear::linear;
use crate::tensor::{Device, Var, leaf_of};

/// A field `encoder: Linear<784, 200>`: `x Wᵀ + b`, from 784 numbers along the last axis to 200.
///
/// It replaces dfdx's layer of the same name. Parameters, their names in files, and their initial
/// values, uniform between ±1/√I, are the same. Here the layer is one operation, and computes no gradient for data.
/// It is built to a [`family::modules::Linear`](crate::family::modules::Linear).
///
/// ```
/// use elbow::prelude::*;
///
/// let layer = Device::default().build_module::<Linear<3, 2>, f32>();
/// let x: Batch<(Const<3>,)> = batch(vec![1.0; 15])?;
/// let y: Var<(usize, Const<2>)> = layer.forward(Var::from(x));
/// assert_eq!(y.as_vec()[..2], y.as_vec()[8..]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Dense", "FullyConnected"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linear<const I: usize, const O: usize>;

impl<const I: usize, const O: usize> Layer for Linear<I, O> {
    const WIDTHS: Widths = Widths::Changed { takes: I, gives: O };
    type Range = Reals;
}

/// The type that the layer is built to.
pub mod modules {
    use super::{Dtype, Rank1, Rank2, Storage, Tensor};

    /// A linear layer with its parameters.
    #[derive(Clone, Debug)]
    pub struct Linear<const I: usize, const O: usize, E: Dtype, D: Storage<E>> {
        /// `W`, one row for each output.
        pub weight: Tensor<Rank2<O, I>, E, D>,
        /// `b`, one number for each output.
        pub bias: Tensor<Rank1<O>, E, D>,
    }
}

impl<const I: usize, const O: usize, E, D> BuildOnDevice<D, E> for Linear<I, O>
where
    E: Dtype + Float + SampleUniform,
    D: AnyDevice<E>,
{
    type Built = modules::Linear<I, O, E, D>;
}

impl<const I: usize, const O: usize, E, D> TensorCollection<E, D> for modules::Linear<I, O, E, D>
where
    E: Dtype + Float + SampleUniform,
    D: AnyDevice<E>,
{
    type To<E2: Dtype, D2: AnyDevice<E2>> = modules::Linear<I, O, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(I > 0, "a layer has no inputs") };
        fn bound<E: Float + SampleUniform>(inputs: usize) -> Uniform<E> {
            let inputs = E::from(inputs).unwrap_or_else(E::one);
            let bound = inputs.sqrt().recip();
            Uniform::new(-bound, bound)
        }
        visitor.visit_fields(
            (
                Self::tensor(
                    "weight",
                    |layer| &layer.weight,
                    |layer| &mut layer.weight,
                    TensorOptions::reset_with(|t| t.try_fill_with_distr(bound::<E>(I))),
                ),
                Self::tensor(
                    "bias",
                    |layer| &layer.bias,
                    |layer| &mut layer.bias,
                    TensorOptions::reset_with(|t| t.try_fill_with_distr(bound::<E>(I))),
                ),
            ),
            |(weight, bias)| modules::Linear { weight, bias },
        )
    }
}

impl<const I: usize, const O: usize, E: Dtype, D: Storage<E>> NonMutableModule
    for modules::Linear<I, O, E, D>
{
}

macro_rules! forward {
    ($([$($axis:ident $index:tt),*])*) => {$(
        impl<$($axis: Dim,)* const I: usize, const O: usize> Module<Var<($($axis,)* Const<I>,)>>
            for modules::Linear<I, O, f32, Device>
        {
            type Output = Var<($($axis,)* Const<O>,)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                x: Var<($($axis,)* Const<I>,)>,
            ) -> Result<Self::Output, Self::Error> {
                let _axes = *x.shape();
                let weight = leaf_of::<_, (usize, usize)>(self.weight.clone());
                let bias = leaf_of::<_, (usize,)>(self.bias.clone());
                let out = linear(x.into_flat(), weight, Some(bias), [I, O]);
                Ok(Var::of(out, ($(_axes.$index,)* Const,)))
            }
        }
    )*};
}

forward!([] [A 0] [A 0, B 1]);
