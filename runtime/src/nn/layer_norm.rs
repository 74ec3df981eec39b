//! Layer normalisation.

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::nn::{BuildOnDevice, Module, NonMutableModule};
use dfdx::shapes::{Const, Dim, Dtype, Rank1};
use dfdx::tensor::{HasErr, Storage, Tensor};
use dfdx::tensor_ops::Device as AnyDevice;

use super::facts::{Layer, Reals, Widths};
use crate::kernels::layer_norm::layer_norm;
use crate::tensor::{Device, Var, leaf_of};

/// A field `norm: LayerNorm<64>`: `(x − m)/√(s² + 10⁻⁵) · w + b` of the 64 numbers along the last axis, with their mean `m` and
/// their variance `s²`, divided by 64 (Ba, Kiros and Hinton 2016).
///
/// Parameters, their names in files and their initial values are PyTorch's: `weight` of ones and `bias` of zeros. It replaces
/// dfdx's `LayerNorm1D`, which calls them `gamma` and `beta`. Here the layer is one operation, its sums are in double, and it
/// computes no gradient for data. It is built to a [`family::modules::LayerNorm`](crate::family::modules::LayerNorm).
///
/// ```
/// use elbow::prelude::*;
///
/// let layer = Device::default().build_module::<LayerNorm<3>, f32>();
/// let x: Batch<(Const<3>,)> = batch(vec![1.0, 2.0, 3.0, 1e6, 1e6 + 1.0, 1e6 + 2.0])?;
/// let y = layer.forward(Var::from(x)).as_vec();
/// assert_eq!(y[..3], y[3..]);
/// assert!((y[2] - 1.2247357).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("LayerNorm1D", "LayerNorm1d"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerNorm<const N: usize>;

/// What is added to a variance, so that a row of equal numbers has an image.
const EPSILON: f64 = 1e-5;

impl<const N: usize> Layer for LayerNorm<N> {
    const WIDTHS: Widths = Widths::Changed { takes: N, gives: N };
    type Range = Reals;
}

/// The type that the layer is built to.
pub mod modules {
    use super::{Dtype, Rank1, Storage, Tensor};

    /// A layer norm with its parameters.
    #[derive(Clone, Debug)]
    pub struct LayerNorm<const N: usize, E: Dtype, D: Storage<E>> {
        /// `w`, by which the normalised numbers are multiplied.
        pub weight: Tensor<Rank1<N>, E, D>,
        /// `b`, which is added.
        pub bias: Tensor<Rank1<N>, E, D>,
    }
}

impl<const N: usize, E: Dtype, D: AnyDevice<E>> BuildOnDevice<D, E> for LayerNorm<N> {
    type Built = modules::LayerNorm<N, E, D>;
}

impl<const N: usize, E: Dtype, D: AnyDevice<E>> TensorCollection<E, D>
    for modules::LayerNorm<N, E, D>
{
    type To<E2: Dtype, D2: AnyDevice<E2>> = modules::LayerNorm<N, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(N > 0, "a layer has no inputs") };
        visitor.visit_fields(
            (
                Self::tensor(
                    "weight",
                    |layer| &layer.weight,
                    |layer| &mut layer.weight,
                    TensorOptions::reset_to_ones(),
                ),
                Self::tensor(
                    "bias",
                    |layer| &layer.bias,
                    |layer| &mut layer.bias,
                    TensorOptions::reset_to_zeros(),
                ),
            ),
            |(weight, bias)| modules::LayerNorm { weight, bias },
        )
    }
}

impl<const N: usize, E: Dtype, D: Storage<E>> NonMutableModule for modules::LayerNorm<N, E, D> {}

macro_rules! forward {
    ($([$($axis:ident),*])*) => {$(
        impl<$($axis: Dim,)* const N: usize> Module<Var<($($axis,)* Const<N>,)>>
            for modules::LayerNorm<N, f32, Device>
        {
            type Output = Var<($($axis,)* Const<N>,)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                x: Var<($($axis,)* Const<N>,)>,
            ) -> Result<Self::Output, Self::Error> {
                let shape = *x.shape();
                let weight = leaf_of::<_, (usize,)>(self.weight.clone());
                let bias = leaf_of::<_, (usize,)>(self.bias.clone());
                Ok(Var::of(layer_norm(x.into_flat(), weight, bias, EPSILON), shape))
            }
        }
    )*};
}

forward!([] [A] [A, B]);
