//! Images, whose sizes stand in the types of layers.

use dfdx::shapes::{Const, ConstDim};

use crate::kernels::convolution::Window;
use crate::tensor::Event;

/// The shape of an image: its channels, its height and its width, as `Rank3<1, 28, 28>` has them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the shape of an image",
    label = "no image",
    note = "help: write its channels, height and width: `Rank3<1, 28, 28>`"
)]
pub trait Image: Event {
    /// The number of channels, as the size of an axis.
    type Channels: ConstDim;
    /// Channels, height and width.
    const SIZES: [usize; 3];
}

impl<const C: usize, const H: usize, const W: usize> Image for (Const<C>, Const<H>, Const<W>) {
    type Channels = Const<C>;
    const SIZES: [usize; 3] = [C, H, W];
}

/// The window of a layer from an image to a map.
pub(super) fn window<I: Image, M: Image>(size: usize, stride: usize, padding: usize) -> Window {
    let [_, down, across] = M::SIZES;
    Window {
        image: I::SIZES,
        map: [down, across],
        size,
        stride,
        padding,
    }
}

/// The height and width of the map of an image: the places at which a window of this size, stride and padding stands.
pub(super) const fn map_of(
    image: [usize; 3],
    _written: [usize; 3],
    window: [usize; 3],
) -> [usize; 2] {
    [places(image[1], window), places(image[2], window)]
}

const fn places(pixels: usize, [size, stride, padding]: [usize; 3]) -> usize {
    let padded = pixels + 2 * padding;
    if size == 0 || stride == 0 || padded < size {
        return 0;
    }
    (padded - size) / stride + 1
}

/// The height and width of the image of a map: those that are written, if the window stands at as many places of them, and else the
/// least.
pub(super) const fn image_of(
    map: [usize; 3],
    written: [usize; 3],
    window: [usize; 3],
) -> [usize; 2] {
    let [height, width] = map_of(written, map, window);
    if height == map[1] && width == map[2] {
        return [written[1], written[2]];
    }
    [pixels(map[1], window), pixels(map[2], window)]
}

const fn pixels(places: usize, [size, stride, padding]: [usize; 3]) -> usize {
    match places {
        0 => 0,
        _ => ((places - 1) * stride + size).saturating_sub(2 * padding),
    }
}
