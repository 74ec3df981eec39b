//! Activations.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::Shape;
use dfdx::tensor::{HasErr, Tape, Tensor};

use crate::Device;
use crate::kernels::activation;

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl ZeroSizedModule for $name {}
        impl NonMutableModule for $name {}

        impl<S: Shape, T: Tape<f32, Device> + 'static> Module<Tensor<S, f32, Device, T>> for $name {
            type Output = Tensor<S, f32, Device, T>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(
                &self,
                x: Tensor<S, f32, Device, T>,
            ) -> Result<Self::Output, Self::Error> {
                activation::activate(activation::$name, x)
            }
        }
    )*};
}

activations! {
    /// The hyperbolic tangent of every element.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x: Batch<(Const<3>,)> = batch(vec![-20.0, 0.0, 0.5])?;
    /// assert!((Tanh.forward(x).as_vec()[2] - 0.46211716).abs() < 1e-7);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    Tanh;
    /// `max(x, 0)` of every element; NaN stays NaN.
    ReLU;
    /// `1/(1 + e⁻ˣ)` of every element.
    Sigmoid;
    /// `ln(1 + eˣ)` of every element: for what must be positive.
    Softplus;
}
