//! dfdx's own layers in a model: each takes a variable through dfdx's tensors and back.
//!
//! Your own layer needs none of this. It implements dfdx's [`Module`] for a [`Var`].

use dfdx::nn::{Module, modules};
use dfdx::shapes::{Const, Dim, Shape};
use dfdx::tensor::{HasErr, Tensor};
use dfdx::tensor_ops::TryAdd;

use crate::tensor::tape::Ambient;
use crate::tensor::{Device, Var};

macro_rules! names {
    ($($name:ident)*) => {$(
        #[doc = concat!("dfdx's layer [`", stringify!($name), "`](dfdx::nn::builders::", stringify!($name), ").")]
        // Another name, for a type alone. Of `exp(h)` rustc would suggest the value `Exp`.
        pub type $name = dfdx::nn::builders::$name;
    )*};
}

names! { Abs Cos Exp FastGeLU Ln LogSoftmax Sin Softmax Sqrt Square }

/// The result of dfdx's operations.
type Outcome<T> = Result<T, <Device as HasErr>::Err>;

/// A tensor on the ambient tape, as dfdx sees it.
type Taped<S> = Tensor<S, f32, Device, Ambient>;

/// A layer of dfdx, called by dfdx itself.
fn call<S: Shape, To: Shape, M>(layer: &M, x: Var<S>) -> Outcome<Var<To>>
where
    M: Module<Taped<S>, Output = Taped<To>, Error = <Device as HasErr>::Err>,
{
    layer.try_forward(x.into_tensor()).map(Var::from)
}

macro_rules! keeping_shapes {
    ($($layer:ty,)*) => {$(
        impl<S: Shape> Module<Var<S>> for $layer
        where
            $layer: Module<Taped<S>, Output = Taped<S>, Error = <Device as HasErr>::Err>,
        {
            type Output = Var<S>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<S>) -> Outcome<Var<S>> {
                call(self, x)
            }
        }
    )*};
}

keeping_shapes! {
    modules::Abs,
    modules::Cos,
    modules::Exp,
    modules::FastGeLU,
    modules::LeakyReLU<f32>,
    modules::Ln,
    modules::LogSoftmax,
    modules::ReLU,
    modules::Sigmoid,
    modules::Sin,
    modules::Softmax,
    modules::Sqrt,
    modules::Square,
    modules::Tanh,
}

macro_rules! layers {
    ($([$($generics:tt)*] $layer:ty: $from:ty => $to:ty;)*) => {$(
        impl<$($generics)*> Module<Var<$from>> for $layer {
            type Output = Var<$to>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<$from>) -> Outcome<Var<$to>> {
                call(self, x)
            }
        }
    )*};
}

layers! {
    [const M: usize] modules::LayerNorm1D<M, f32, Device>: (Const<M>,) => (Const<M>,);
    [B: Dim, const M: usize] modules::LayerNorm1D<M, f32, Device>: (B, Const<M>) => (B, Const<M>);
    [B: Dim, T: Dim, const M: usize] modules::LayerNorm1D<M, f32, Device>: (B, T, Const<M>) => (B, T, Const<M>);
    [const I: usize, const O: usize] modules::Linear<I, O, f32, Device>: (Const<I>,) => (Const<O>,);
    [B: Dim, const I: usize, const O: usize] modules::Linear<I, O, f32, Device>: (B, Const<I>) => (B, Const<O>);
    [B: Dim, T: Dim, const I: usize, const O: usize] modules::Linear<I, O, f32, Device>: (B, T, Const<I>) => (B, T, Const<O>);
    [const I: usize, const O: usize] modules::UnbiasedLinear<I, O, f32, Device>: (Const<I>,) => (Const<O>,);
    [B: Dim, const I: usize, const O: usize] modules::UnbiasedLinear<I, O, f32, Device>: (B, Const<I>) => (B, Const<O>);
    [B: Dim, T: Dim, const I: usize, const O: usize] modules::UnbiasedLinear<I, O, f32, Device>: (B, T, Const<I>) => (B, T, Const<O>);
}

impl<S: Shape> HasErr for Var<S> {
    type Err = <Device as HasErr>::Err;
}

/// For dfdx's residual networks.
impl<S: Shape> TryAdd for Var<S> {
    fn try_add(self, other: Self) -> Outcome<Self> {
        Ok(self + other)
    }
}
