//! Activations.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::Shape;
use dfdx::tensor::HasErr;

use crate::kernels::activation;
use crate::tensor::{Device, Flat, Var};

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident $function:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl ZeroSizedModule for $name {}
        impl NonMutableModule for $name {}

        // Compiled once, for all shapes.
        fn $function(x: Flat) -> Flat {
            activation::activate(activation::$name, x)
        }

        impl<S: Shape> Module<Var<S>> for $name {
            type Output = Var<S>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<S>) -> Result<Var<S>, Self::Error> {
                let shape = *x.shape();
                Ok(Var::of($function(x.into_flat()), shape))
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
    /// assert!((Tanh.forward(Var::from(&x)).as_vec()[2] - 0.46211716).abs() < 1e-7);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    Tanh tanh;
    /// `max(x, 0)` of every element; NaN stays NaN.
    ReLU relu;
    /// `1/(1 + e⁻ˣ)` of every element.
    Sigmoid sigmoid;
    /// `ln(1 + eˣ)` of every element, for numbers that must be positive.
    Softplus softplus;
}
