//! The convolutional layer.

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
    /// A field `conv: Conv2D<Rank3<1, 28, 28>, Rank3<32, 14, 14>, 4, 2, 1>`: 32 channels of `[14, 14]`, each number the product of a
    /// window of 4 by 4 pixels of all channels with its own weights. The window moves by 2 pixels, over an image with 1 row of zeros
    /// around it. Without the last two numbers it moves by 1, and nothing is around the image.
    ///
    /// The output has `(H + 2 padding − kernel)/stride + 1` rows, rounded down, and as many columns of its width. Another size is a
    /// compile error. Parameters, their names in files and their initial values are PyTorch's: `weight` of `[out, in, kernel, kernel]` and
    /// `bias` of `[out]`, uniform between ±1/√(in · kernel²). The layer is one operation, and computes no gradient for data. It is built
    /// to a [`family::modules::Conv2D`](crate::family::modules::Conv2D).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// type Layer = Conv2D<Rank3<1, 3, 3>, Rank3<2, 2, 2>, 2>;
    /// let mut layer = Device::default().build_module::<Layer, f32>();
    /// layer.weight.copy_from(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0]);
    /// layer.bias.copy_from(&[0.0, 0.5]);
    /// let x: Batch<(Const<1>, Const<3>, Const<3>)> = batch((0..9).collect())?;
    /// assert_eq!(layer.forward(Var::from(x)).as_vec(), [4.0, 6.0, 10.0, 12.0, 8.5, 10.5, 14.5, 16.5]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("Conv2d"))]
    Conv2D: image In, map Out, ToMap with map_of
}
