//! The pool of largest pixels.

use std::marker::PhantomData;

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::tensor::HasErr;

use super::facts::{Elsewhere, ImageWidths, Layer, Widths};
use super::image::{Image, map_of, window};
use crate::kernels::pool::max_pool;
use crate::tensor::{Device, Value, Var};

/// A field's layer `MaxPool2D<Rank3<32, 28, 28>, Rank3<32, 14, 14>, 2>`: the largest pixel of each window of 2 by 2 pixels, channel by
/// channel. The window moves by its own size, or by a fourth number; a fifth is the padding around the image, at most half the window.
///
/// The output has `(H + 2 padding − kernel)/stride + 1` rows, rounded down, and as many columns of its width. Another size is a compile
/// error. Padding never counts. Of equal pixels the first gets the gradient, as in PyTorch; NaN passes on.
///
/// ```
/// use elbow::prelude::*;
///
/// let layer = MaxPool2D::<Rank3<1, 2, 4>, Rank3<1, 1, 2>, 2>::default();
/// let x: Batch<(Const<1>, Const<2>, Const<4>)> = batch((0..8).collect())?;
/// assert_eq!(layer.forward(Var::from(x)).as_vec(), [5.0, 7.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("MaxPool2d"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaxPool2D<
    In,
    Out,
    const KERNEL: usize,
    const STRIDE: usize = KERNEL,
    const PADDING: usize = 0,
>(PhantomData<(In, Out)>);

impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize> Layer
    for MaxPool2D<In, Out, KERNEL, STRIDE, PADDING>
{
    const WIDTHS: Widths = Widths::Images(ImageWidths {
        takes: In::SIZES,
        gives: Out::SIZES,
        fitting: {
            let [height, width] = map_of(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
            [In::SIZES[0], height, width]
        },
    });
    type Range = Elsewhere;
}

impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
    ZeroSizedModule for MaxPool2D<In, Out, KERNEL, STRIDE, PADDING>
{
}

impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
    NonMutableModule for MaxPool2D<In, Out, KERNEL, STRIDE, PADDING>
{
}

impl<In: Image, Out: Image, const KERNEL: usize, const STRIDE: usize, const PADDING: usize>
    Module<Value<In>> for MaxPool2D<In, Out, KERNEL, STRIDE, PADDING>
{
    type Output = Value<Out>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, x: Value<In>) -> Result<Value<Out>, Self::Error> {
        const {
            let [channels, height, width] = Out::SIZES;
            let [fitting_height, fitting_width] =
                map_of(In::SIZES, Out::SIZES, [KERNEL, STRIDE, PADDING]);
            let fits =
                channels == In::SIZES[0] && height == fitting_height && width == fitting_width;
            assert!(
                fits,
                "a pool's output has another shape than its input gives"
            );
            assert!(
                2 * PADDING <= KERNEL,
                "a pool's padding is more than half of its window"
            );
            assert!(
                In::ELEMENTS > 0 && Out::ELEMENTS > 0,
                "an image has no pixels"
            );
        }
        let rows = In::rows(x.shape());
        let window = window::<In, Out>(KERNEL, STRIDE, PADDING);
        Ok(Var::of(max_pool(x.into_flat(), window), Out::plated(rows)))
    }
}
