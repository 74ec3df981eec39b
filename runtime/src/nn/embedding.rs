//! A learned vector for every symbol.

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::nn::{BuildOnDevice, Module, NonMutableModule};
use dfdx::shapes::{Const, Dim, Dtype, Rank2};
use dfdx::tensor::{HasErr, Storage, Tensor};
use dfdx::tensor_ops::Device as AnyDevice;
use num_traits::Float;
use rand_distr::{Distribution, StandardNormal};

use super::facts::{Layer, Reals, Widths};
use crate::kernels::embedding::embedding;
use crate::tensor::{Device, Var, leaf_of};

/// A field `embed: Embedding<37, 64>`: a learned row of 64 numbers for each of the symbols 0, 1, … 36.
///
/// It takes a `Categorical` site or a covariate of symbols, one or a sequence a row, and adds an axis of 64 numbers. A number that is
/// no symbol gives NaN, which the run reports. No gradient flows to the symbols.
///
/// The parameter, its name in files and its initial value are PyTorch's: `weight`, standard normal. It is built to a
/// [`family::modules::Embedding`](crate::family::modules::Embedding).
///
/// ```
/// use elbow::prelude::*;
///
/// let layer = Device::default().build_module::<Embedding<37, 4>, f32>();
/// let words: Batch<(Const<3>,)> = batch(vec![0, 36, 0])?;
/// let y: Var<(usize, Const<3>, Const<4>)> = layer.forward(Var::from(words));
/// assert_eq!(y.as_vec()[..4], y.as_vec()[8..]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Embedding<const SYMBOLS: usize, const WIDTH: usize>;

impl<const SYMBOLS: usize, const WIDTH: usize> Layer for Embedding<SYMBOLS, WIDTH> {
    const WIDTHS: Widths = Widths::Unknown;
    type Range = Reals;
}

/// The type that the layer is built to.
pub mod modules {
    use super::{Dtype, Rank2, Storage, Tensor};

    /// A learned vector for every symbol.
    #[derive(Clone, Debug)]
    pub struct Embedding<const SYMBOLS: usize, const WIDTH: usize, E: Dtype, D: Storage<E>> {
        /// One row for each symbol.
        pub weight: Tensor<Rank2<SYMBOLS, WIDTH>, E, D>,
    }
}

impl<const SYMBOLS: usize, const WIDTH: usize, E, D> BuildOnDevice<D, E>
    for Embedding<SYMBOLS, WIDTH>
where
    E: Dtype + Float,
    D: AnyDevice<E>,
    StandardNormal: Distribution<E>,
{
    type Built = modules::Embedding<SYMBOLS, WIDTH, E, D>;
}

impl<const SYMBOLS: usize, const WIDTH: usize, E, D> TensorCollection<E, D>
    for modules::Embedding<SYMBOLS, WIDTH, E, D>
where
    E: Dtype + Float,
    D: AnyDevice<E>,
    StandardNormal: Distribution<E>,
{
    type To<E2: Dtype, D2: AnyDevice<E2>> = modules::Embedding<SYMBOLS, WIDTH, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        const { assert!(SYMBOLS > 0, "an embedding has no symbols") };
        visitor.visit_fields(
            Self::tensor(
                "weight",
                |layer| &layer.weight,
                |layer| &mut layer.weight,
                TensorOptions::reset_with(|t| t.try_fill_with_distr(StandardNormal)),
            ),
            |weight| modules::Embedding { weight },
        )
    }
}

impl<const SYMBOLS: usize, const WIDTH: usize, E: Dtype, D: Storage<E>> NonMutableModule
    for modules::Embedding<SYMBOLS, WIDTH, E, D>
{
}

macro_rules! forward {
    ($([$($axis:ident $index:tt),*])*) => {$(
        impl<$($axis: Dim,)* const SYMBOLS: usize, const WIDTH: usize> Module<Var<($($axis,)*)>>
            for modules::Embedding<SYMBOLS, WIDTH, f32, Device>
        {
            type Output = Var<($($axis,)* Const<WIDTH>,)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<($($axis,)*)>) -> Result<Self::Output, Self::Error> {
                let axes = *x.shape();
                let table = leaf_of::<_, (usize, usize)>(self.weight.clone());
                let out = embedding(x.into_flat(), table, WIDTH);
                Ok(Var::of(out, ($(axes.$index,)* Const,)))
            }
        }
    )*};
}

forward!([A 0] [A 0, B 1] [A 0, B 1, C 2]);
