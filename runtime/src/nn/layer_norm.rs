//! Layer normalisation.

use dfdx::nn::Module;
use dfdx::shapes::{Const, Dim};
use dfdx::tensor::HasErr;

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
    use dfdx::shapes::Rank1;

    use crate::nn::Start;

    crate::parameters! {
        /// A layer norm with its parameters.
        pub struct LayerNorm<const N: usize> of super::LayerNorm {
            /// `w`, by which the normalised numbers are multiplied.
            weight: Rank1<N> = Start::Ones,
            /// `b`, which is added.
            bias: Rank1<N> = Start::Zeros,
        }
        where { assert!(N > 0, "a layer has no inputs") }
    }
}

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
