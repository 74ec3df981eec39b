//! Larger images.

use std::marker::PhantomData;

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::tensor::HasErr;

use super::facts::{Elsewhere, ImageWidths, Layer, Widths};
use super::image::Image;
use crate::kernels::pool::upscale;
use crate::tensor::{Device, Value, Var};

/// A field's layer `Upscale<Rank3<32, 7, 7>, Rank3<32, 14, 14>>`: every pixel as a square of 2 by 2, channel by channel. The output's
/// height and width are the same multiple of the input's. Another size is a compile error.
///
/// ```
/// use elbow::prelude::*;
///
/// let layer = Upscale::<Rank3<1, 1, 2>, Rank3<1, 2, 4>>::default();
/// let x: Batch<(Const<1>, Const<1>, Const<2>)> = batch(vec![3.0, 5.0])?;
/// assert_eq!(layer.forward(Var::from(x)).as_vec(), [3.0, 3.0, 5.0, 5.0, 3.0, 3.0, 5.0, 5.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Upsample", "UpsamplingNearest2d"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upscale<In, Out>(PhantomData<(In, Out)>);

const fn factor(from: [usize; 3], to: [usize; 3]) -> usize {
    match to[1].checked_div(from[1]) {
        Some(factor) => factor,
        None => 0,
    }
}

impl<In: Image, Out: Image> Layer for Upscale<In, Out> {
    const WIDTHS: Widths = Widths::Images(ImageWidths {
        takes: In::SIZES,
        gives: Out::SIZES,
        fitting: {
            let factor = factor(In::SIZES, Out::SIZES);
            let [channels, height, width] = In::SIZES;
            [channels, height * factor, width * factor]
        },
    });
    type Range = Elsewhere;
}

impl<In: Image, Out: Image> ZeroSizedModule for Upscale<In, Out> {}
impl<In: Image, Out: Image> NonMutableModule for Upscale<In, Out> {}

impl<In: Image, Out: Image> Module<Value<In>> for Upscale<In, Out> {
    type Output = Value<Out>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, x: Value<In>) -> Result<Value<Out>, Self::Error> {
        const {
            let [channels, height, width] = In::SIZES;
            let factor = factor(In::SIZES, Out::SIZES);
            let [out_channels, out_height, out_width] = Out::SIZES;
            let fits = channels == out_channels
                && height * factor == out_height
                && width * factor == out_width;
            assert!(
                fits && factor > 0,
                "an upscaled image is no multiple of its input"
            );
        }
        let rows = In::rows(x.shape());
        let [_, height, width] = In::SIZES;
        let out = upscale(
            x.into_flat(),
            [height, width],
            factor(In::SIZES, Out::SIZES),
        );
        Ok(Var::of(out, Out::plated(rows)))
    }
}
