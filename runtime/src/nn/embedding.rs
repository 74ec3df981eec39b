//! A learned vector for every symbol.

use dfdx::nn::Module;
use dfdx::shapes::{Const, Dim};
use dfdx::tensor::HasErr;

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
    use dfdx::shapes::Rank2;

    use crate::nn::Start;

    crate::parameters! {
        /// A learned vector for every symbol.
        pub struct Embedding<const SYMBOLS: usize, const WIDTH: usize> of super::Embedding {
            /// One row for each symbol.
            weight: Rank2<SYMBOLS, WIDTH> = Start::Normal,
        }
        where { assert!(SYMBOLS > 0, "an embedding has no symbols") }
    }
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
                let rows = axes.0.size();
                let out = embedding(x.into_flat(), table, WIDTH, rows);
                Ok(Var::of(out, ($(axes.$index,)* Const,)))
            }
        }
    )*};
}

forward!([A 0] [A 0, B 1] [A 0, B 1, C 2]);
