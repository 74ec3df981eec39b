//! The transposed convolutional layer.

use std::marker::PhantomData;

use dfdx::nn::Module;
use dfdx::shapes::ConstDim;
use dfdx::tensor::HasErr;

use super::convolution::convolution;
use super::facts::{ImageWidths, Layer, Reals, Widths};
use super::image::{self, Image};
use crate::kernels::convolution::{Convolution, Way, convolve};
use crate::tensor::{Device, Value, Var, leaf_of};

convolution! {
    /// A field `up: ConvTranspose2D<Rank3<32, 14, 14>, Rank3<1, 28, 28>, 4, 2, 1>`: every number of the input adds a square of 4 by 4
    /// pixels of each output channel, times its weights. Squares move by 2 pixels, and 1 row is cut off around the image. Without the last
    /// two numbers they move by 1, and nothing is cut off.
    ///
    /// The output has `(H − 1) stride − 2 padding + kernel` rows, or up to `stride − 1` more, and as many columns of its width. Another
    /// size is a compile error. It is the transpose of [`Conv2D`](crate::prelude::Conv2D) from the output's shape to the input's.
    /// Parameters, their names in files and their initial values are PyTorch's: `weight` of `[in, out, kernel, kernel]` and `bias` of
    /// `[out]`, uniform between ±1/√(out · kernel²). The layer is one operation, and computes no gradient for data. It is built to a
    /// [`family::modules::ConvTranspose2D`](crate::family::modules::ConvTranspose2D).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// type Layer = ConvTranspose2D<Rank3<1, 1, 2>, Rank3<1, 2, 3>, 2>;
    /// let mut layer = Device::default().build_module::<Layer, f32>();
    /// layer.weight.copy_from(&[1.0, 2.0, 3.0, 4.0]);
    /// layer.bias.copy_from(&[0.5]);
    /// let x: Batch<(Const<1>, Const<1>, Const<2>)> = batch(vec![1.0, 10.0])?;
    /// assert_eq!(layer.forward(Var::from(x)).as_vec(), [1.5, 12.5, 20.5, 3.5, 34.5, 40.5]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("ConvTranspose2d"))]
    ConvTranspose2D: image Out, map In, ToImage with image_of
}
