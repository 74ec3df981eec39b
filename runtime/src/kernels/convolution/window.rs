//! A square window that moves over an image.

use std::ops::Range;

/// A window of `size` by `size` pixels. It moves by `stride` pixels over an image with `padding` zeros around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The image's channels, height and width.
    pub(crate) image: [usize; 3],
    /// The places at which the window stands, down and across.
    pub(crate) map: [usize; 2],
    pub(crate) size: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
}

impl Window {
    /// The numbers of an image.
    pub(crate) fn image(self) -> usize {
        self.image.iter().product()
    }

    /// The pixels of a channel.
    pub(crate) fn pixels(self) -> usize {
        self.image[1] * self.image[2]
    }

    /// The places at which the window stands.
    pub(crate) fn places(self) -> usize {
        self.map[0] * self.map[1]
    }

    /// The numbers in the window.
    pub(crate) fn patch(self) -> usize {
        self.image[0] * self.size * self.size
    }

    /// The pixel of an axis that a place of the window has at `offset`, if it is no padding. Axis 1 is down, 2 across.
    pub(crate) fn pixel(self, axis: usize, place: usize, offset: usize) -> Option<usize> {
        let pixel = (place * self.stride + offset).checked_sub(self.padding)?;
        (pixel < self.image[axis]).then_some(pixel)
    }

    /// The places of an axis at which the pixel at `offset` is no padding.
    fn inside(self, axis: usize, offset: usize) -> Range<usize> {
        let ends = (self.image[axis] + self.padding).saturating_sub(offset);
        let end = ends.div_ceil(self.stride).min(self.map[axis - 1]);
        let start = self.padding.saturating_sub(offset).div_ceil(self.stride);
        start.min(end)..end
    }

    /// Each row of places within each image, for every number of a patch: the row's first column among `columns` of a patch's
    /// number, the places that are no padding, and their first pixel.
    fn for_rows(self, images: usize, mut with: impl FnMut(usize, Option<(Range<usize>, usize)>)) {
        let [channels, height, width] = self.image;
        let columns = images * self.places();
        for number in 0..self.patch() {
            let (channel, offset) = (
                number / (self.size * self.size),
                number % (self.size * self.size),
            );
            let (down, across) = (offset / self.size, offset % self.size);
            let inside = self.inside(2, across);
            for image in 0..images {
                let first = number * columns + image * self.places();
                for place in 0..self.map[0] {
                    let at = self.pixel(1, place, down).map(|pixel| {
                        let row = ((image * channels + channel) * height + pixel) * width;
                        // Empty ranges read nothing.
                        let first =
                            (inside.start * self.stride + across).saturating_sub(self.padding);
                        (inside.clone(), row + first)
                    });
                    with(first + place * self.map[1], at);
                }
            }
        }
    }

    /// Lays out the patches of images: for each number of a patch, all places of all images.
    pub(crate) fn unfold(self, images: &[f32], patches: &mut [f32]) {
        let (across, stride) = (self.map[1], self.stride);
        self.for_rows(images.len() / self.image(), |column, at| {
            let out = &mut patches[column..column + across];
            let Some((inside, pixel)) = at else {
                return out.fill(0.0);
            };
            out[..inside.start].fill(0.0);
            out[inside.end..].fill(0.0);
            let out = &mut out[inside];
            if out.is_empty() {
                return;
            }
            let pixels = &images[pixel..=pixel + (out.len() - 1) * stride];
            match stride {
                1 => out.copy_from_slice(pixels),
                // With a constant the compiler knows how to shuffle.
                2 => out
                    .iter_mut()
                    .zip(pixels.iter().step_by(2))
                    .for_each(|(out, x)| *out = *x),
                _ => out
                    .iter_mut()
                    .zip(pixels.iter().step_by(stride))
                    .for_each(|(out, x)| *out = *x),
            }
        });
    }

    /// Adds every number of the patches to its pixel.
    pub(crate) fn fold(self, patches: &[f32], images: &mut [f32]) {
        let (across, stride) = (self.map[1], self.stride);
        self.for_rows(images.len() / self.image(), |column, at| {
            let Some((inside, pixel)) = at else { return };
            let own = &patches[column..column + across][inside];
            if own.is_empty() {
                return;
            }
            let pixels = &mut images[pixel..=pixel + (own.len() - 1) * stride];
            match stride {
                1 => pixels.iter_mut().zip(own).for_each(|(x, own)| *x += own),
                2 => pixels
                    .iter_mut()
                    .step_by(2)
                    .zip(own)
                    .for_each(|(x, own)| *x += own),
                _ => pixels
                    .iter_mut()
                    .step_by(stride)
                    .zip(own)
                    .for_each(|(x, own)| *x += own),
            }
        });
    }
}
