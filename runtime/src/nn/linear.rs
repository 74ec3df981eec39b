//! The linear layer.

use dfdx::nn::Module;
use dfdx::shapes::{Const, Dim};
use dfdx::tensor::HasErr;

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
    use dfdx::shapes::{Rank1, Rank2};

    use crate::nn::Start;

    crate::parameters! {
        /// A linear layer with its parameters.
        pub struct Linear<const I: usize, const O: usize> of super::Linear {
            /// `W`, one row for each output.
            weight: Rank2<O, I> = Start::Uniform { inputs: I },
            /// `b`, one number for each output.
            bias: Rank1<O> = Start::Uniform { inputs: I },
        }
        where { assert!(I > 0, "a layer has no inputs") }
    }
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
