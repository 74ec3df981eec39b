//! A square window that moves over an image.

use std::ops::Range;

use super::GROUP;
use crate::tensor::simd::vectorised_by;

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

    /// Calls `with` for every number of a patch and every row of a band's places. It gets the row's first place among all places of
    /// all numbers. If the row is more than padding, it gets the places with pixels, and the first of these pixels.
    #[inline(always)]
    fn for_rows(
        self,
        band: &Range<usize>,
        mut with: impl FnMut(usize, Option<(Range<usize>, usize)>),
    ) {
        let [_, height, width] = self.image;
        let (area, across) = (self.size * self.size, self.map[1]);
        for number in 0..self.patch() {
            let (channel, down, right) =
                (number / area, number % area / self.size, number % self.size);
            let inside = self.inside(2, right);
            for (row, place) in band.clone().enumerate() {
                let at = self.pixel(1, place, down).map(|pixel| {
                    // Empty ranges read nothing.
                    let first = (inside.start * self.stride + right).saturating_sub(self.padding);
                    (inside.clone(), (channel * height + pixel) * width + first)
                });
                with((number * band.len() + row) * across, at);
            }
        }
    }

    /// Lays out the patches of images at the places of a band: for each number of a patch, all places. Each number of the images, and
    /// each place, has `lanes` numbers together.
    pub(crate) fn unfold(
        self,
        images: &[f32],
        lanes: usize,
        band: &Range<usize>,
        patches: &mut [f32],
    ) {
        let (across, stride) = (self.map[1], self.stride);
        vectorised_by(
            #[inline(always)]
            || {
                self.for_rows(
                    band,
                    #[inline(always)]
                    |place, at| {
                        let out = &mut patches[place * lanes..(place + across) * lanes];
                        let Some((inside, pixel)) = at else {
                            return out.fill(0.0);
                        };
                        out[..inside.start * lanes].fill(0.0);
                        out[inside.end * lanes..].fill(0.0);
                        let out = &mut out[inside.start * lanes..inside.end * lanes];
                        let pixels = &images[(pixel * lanes).min(images.len())..];
                        match (stride, lanes) {
                            (1, _) => out.copy_from_slice(&pixels[..out.len()]),
                            (_, GROUP) => {
                                // In whole vectors.
                                let pixels = pixels.as_chunks::<GROUP>().0.iter().step_by(stride);
                                let out = out.as_chunks_mut::<GROUP>().0.iter_mut();
                                out.zip(pixels).for_each(|(out, pixel)| *out = *pixel);
                            }
                            _ => {
                                let pixels = pixels.chunks(lanes).step_by(stride);
                                let out = out.chunks_exact_mut(lanes);
                                out.zip(pixels)
                                    .for_each(|(out, pixel)| out.copy_from_slice(pixel));
                            }
                        }
                    },
                );
            },
        );
    }

    /// Adds every number of the patches to its pixel.
    pub(crate) fn fold(
        self,
        patches: &[f32],
        band: &Range<usize>,
        images: &mut [f32],
        lanes: usize,
    ) {
        let (across, stride) = (self.map[1], self.stride);
        vectorised_by(
            #[inline(always)]
            || {
                self.for_rows(
                    band,
                    #[inline(always)]
                    |place, at| {
                        let Some((inside, pixel)) = at else { return };
                        let own = &patches[(place + inside.start) * lanes
                            ..(place + inside.end.min(across)) * lanes];
                        let start = (pixel * lanes).min(images.len());
                        let pixels = &mut images[start..];
                        match (stride, lanes) {
                            (1, _) => pixels.iter_mut().zip(own).for_each(|(x, own)| *x += own),
                            (_, GROUP) => {
                                let pixels =
                                    pixels.as_chunks_mut::<GROUP>().0.iter_mut().step_by(stride);
                                let own = own.as_chunks::<GROUP>().0.iter();
                                for (pixel, own) in pixels.zip(own) {
                                    pixel.iter_mut().zip(own).for_each(|(x, own)| *x += own);
                                }
                            }
                            _ => {
                                let pixels = pixels.chunks_mut(lanes).step_by(stride);
                                for (pixel, own) in pixels.zip(own.chunks_exact(lanes)) {
                                    pixel.iter_mut().zip(own).for_each(|(x, own)| *x += own);
                                }
                            }
                        }
                    },
                );
            },
        );
    }
}
