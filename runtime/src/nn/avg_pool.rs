//! The pool of means.

use std::marker::PhantomData;

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::tensor::HasErr;

use super::facts::{Elsewhere, ImageWidths, Layer, Widths};
use super::image::{Image, map_of, window};
use super::pool::pool;
use crate::kernels::pool;
use crate::tensor::{Device, Value, Var};

pool! {
    /// A field's layer `AvgPool2D<Rank3<32, 28, 28>, Rank3<32, 14, 14>, 2>`: the mean of each window of 2 by 2 pixels, channel by channel. The
    /// window moves by its own size, or by a fourth number; a fifth is the padding around the image, at most half the window.
    ///
    /// The output has `(H + 2 padding − kernel)/stride + 1` rows, rounded down, and as many columns of its width. Another size is a compile
    /// error. Padding counts as zeros, as PyTorch has it.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let layer = AvgPool2D::<Rank3<1, 2, 4>, Rank3<1, 1, 2>, 2>::default();
    /// let x: Batch<(Const<1>, Const<2>, Const<4>)> = batch((0..8).collect())?;
    /// assert_eq!(layer.forward(Var::from(x)).as_vec(), [2.5, 4.5]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("AvgPool2d"))]
    AvgPool2D by mean_pool
}
