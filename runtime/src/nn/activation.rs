//! Activations: layers that are a function of every element.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::Shape;
use dfdx::tensor::HasErr;

use super::facts::{Elsewhere, Layer, UnitInterval, Widths};
use crate::tensor::{Device, Var};

/// `Tanh tanh: Elsewhere;` is a layer that applies a method of variables, and the range of what it gives.
///
/// With braces a layer's name is none of a value: of `tanh(h)` rustc then says `h.tanh()`, and nothing of `Tanh`.
macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident $function:ident: $range:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {}

        impl ZeroSizedModule for $name {}
        impl NonMutableModule for $name {}

        impl Layer for $name {
            const WIDTHS: Widths = Widths::Kept;
            type Range = $range;
        }

        impl<S: Shape> Module<Var<S>> for $name {
            type Output = Var<S>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Var<S>) -> Result<Var<S>, Self::Error> {
                Ok(x.$function())
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
    /// assert!((Tanh {}.forward(Var::from(&x)).as_vec()[2] - 0.46211716).abs() < 1e-7);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    Tanh tanh: Elsewhere;
    /// `max(x, 0)` of every element; NaN stays NaN.
    #[doc(alias("Relu", "RELU"))]
    ReLU relu: Elsewhere;
    /// `1/(1 + e⁻ˣ)` of every element.
    Sigmoid sigmoid: UnitInterval;
    /// `ln(1 + eˣ)` of every element, for numbers that must be positive.
    Softplus softplus: Elsewhere;
    /// `x σ(x)` of every element (Elfwing, Uchibe and Doya 2018): PyTorch's layer of that name.
    #[doc(alias("Swish", "Silu"))]
    SiLU silu: Elsewhere;
    /// `x Φ(x)` of every element (Hendrycks and Gimpel 2016): PyTorch's layer of that name. dfdx's `FastGeLU` is the approximation
    /// by `tanh`, PyTorch's `GELU(approximate='tanh')`.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let x: Batch<(Const<3>,)> = batch(vec![-1.0, 0.0, 1.0])?;
    /// let y = GELU {}.forward(Var::from(&x)).as_vec();
    /// assert!((y[0] + 0.15865526).abs() < 1e-7 && (y[2] - 0.84134475).abs() < 1e-7);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias = "Gelu")]
    GELU gelu: Elsewhere;
}
