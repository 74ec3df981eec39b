//! Convolutions, and their transposes.
//!
//! A convolution takes an *image*, some channels of `[height, width]`, to a smaller *map* of other channels. Its transpose takes a map
//! to an image. Both are products with the image's patches, which are laid out as the columns of a matrix. Sixteen rows are taken at
//! a time. The same number of these rows stands together, so that patches are copied in whole vectors.

mod group;
mod window;

use std::ops::Range;

use self::group::{add_apart, together};
pub(crate) use self::window::Window;
use super::product::{Matrix, Write, multiply_beside};
use crate::tensor::parts::share;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, on_backward};

/// The sizes of a convolution: the window that moves over the image, and the channels of the map.
#[derive(Clone, Copy)]
pub(crate) struct Convolution {
    pub(crate) window: Window,
    pub(crate) channels: usize,
}

/// Which way a layer goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    ToMap,
    ToImage,
}

/// A convolution of every row of `x`, or its transpose. `weight` has a patch for each channel of the map, and `bias` a number for
/// each channel of what is computed.
///
/// No gradient is computed for data. Repeated rows go through once.
pub(crate) fn convolve(x: Flat, weight: Flat, bias: Flat, sizes: Convolution, way: Way) -> Flat {
    let (image, map) = (sizes.window.image(), sizes.map());
    let (inputs, outputs, area) = match way {
        Way::ToMap => (image, map, sizes.window.places()),
        Way::ToImage => (map, image, sizes.window.pixels()),
    };
    if let Some((rows, how)) = x.repeated_rows(inputs) {
        let how = how.of_rows(outputs);
        return how.apply(&convolve(rows.clone(), weight, bias, sizes, way));
    }
    let rows = x.len() / inputs;
    let each = part(rows);
    let out = Flat::filled(rows * outputs, |out| {
        let (weight, bias) = (weight.values(), bias.values());
        let jobs = x.values().chunks(each * inputs);
        share(
            jobs.zip(out.chunks_mut(each * outputs)),
            |(x, out): (&[f32], &mut [f32])| {
                let channels = out.chunks_exact_mut(area).zip(bias.iter().cycle());
                channels.for_each(|(out, &bias)| out.fill(bias));
                let mut room = Room::of(sizes, rows);
                let groups = x
                    .chunks(GROUP * inputs)
                    .zip(out.chunks_mut(GROUP * outputs));
                for (x, out) in groups {
                    match way {
                        Way::ToMap => sizes.to_map(x, weight, out, &mut room),
                        Way::ToImage => sizes.to_image(x, weight, out, &mut room),
                    }
                }
            },
        );
    });
    let is_data = is_constant(&x);
    on_backward(&out, move |upstream, grads| {
        by_bias(upstream, area, grads.buffer(&bias));
        let mut by_x = (!is_data).then(|| grads.take(&x).or_zeros());
        let mut inner = by_x.as_mut().map(|by_x| by_x.chunks_mut(each * inputs));
        let size = weight.len();
        let mut sums = vec![0.0_f64; size * rows.div_ceil(each)];
        let jobs = x.values().chunks(each * inputs);
        let jobs = jobs.zip(upstream.chunks(each * outputs));
        let jobs = jobs.zip(sums.chunks_mut(size)).map(|(rows, sums)| {
            let by_x = inner.as_mut().and_then(Iterator::next);
            (rows, sums, by_x.unwrap_or_default())
        });
        let weights = weight.values();
        share(jobs, |((x, upstream), sums, by_x): Job<'_>| {
            let mut room = Room::of(sizes, rows);
            let mut inner = by_x.chunks_mut(GROUP * inputs);
            for (x, upstream) in x
                .chunks(GROUP * inputs)
                .zip(upstream.chunks(GROUP * outputs))
            {
                let by_x = inner.next();
                match way {
                    Way::ToMap => {
                        sizes.by_weight([upstream, x], sums, &mut room);
                        if let Some(by_x) = by_x {
                            sizes.to_image(upstream, weights, by_x, &mut room);
                        }
                    }
                    Way::ToImage => {
                        sizes.by_weight([x, upstream], sums, &mut room);
                        if let Some(by_x) = by_x {
                            sizes.to_map(upstream, weights, by_x, &mut room);
                        }
                    }
                }
            }
        });
        if let Some(by_x) = by_x {
            grads.put(&x, by_x);
        }
        let gradient = grads.buffer(&weight);
        for part in sums.chunks(size) {
            let pairs = gradient.iter_mut().zip(part);
            pairs.for_each(|(g, &own)| *g += own as f32);
        }
    });
    out
}

/// Rows of inputs and upstream gradients, the sums of the gradient by the weight, and the gradient by the input. For data the last is
/// empty.
type Job<'a> = ((&'a [f32], &'a [f32]), &'a mut [f64], &'a mut [f32]);

/// Rows that are computed together, as many as numbers are in the widest vector.
const GROUP: usize = 16;

/// The rows of a part. There are two parts, of whole groups.
fn part(rows: usize) -> usize {
    rows.div_ceil(2).next_multiple_of(GROUP).max(1)
}

/// Memory for a group of rows.
struct Room {
    /// Images, each number of all rows together.
    images: Vec<f32>,
    /// The patches of some places.
    patches: Vec<f32>,
    /// The maps at these places.
    maps: Vec<f32>,
    /// A gradient by the weight.
    product: Vec<f32>,
}

impl Room {
    fn of(sizes: Convolution, rows: usize) -> Self {
        let rows = rows.min(GROUP);
        let columns = sizes.band() * sizes.window.map[1] * rows;
        let patch = sizes.window.patch();
        Self {
            images: vec![0.0; rows * sizes.window.image()],
            patches: vec![0.0; patch * columns],
            maps: vec![0.0; sizes.channels * columns],
            product: vec![0.0; sizes.channels * patch],
        }
    }
}

impl Convolution {
    /// The numbers of a map.
    fn map(self) -> usize {
        self.channels * self.window.places()
    }

    /// Rows of a map whose patches are laid out together: as many as the cache has room for.
    fn band(self) -> usize {
        const NUMBERS: usize = 1 << 18;
        let row = self.window.patch() * self.window.map[1] * GROUP;
        (NUMBERS / row).clamp(1, self.window.map[0])
    }

    /// The bands of a map: their rows.
    fn bands(self) -> impl Iterator<Item = Range<usize>> {
        let (band, down) = (self.band(), self.window.map[0]);
        (0..down)
            .step_by(band)
            .map(move |start| start..(start + band).min(down))
    }

    /// Adds the maps of images.
    fn to_map(self, images: &[f32], weight: &[f32], maps: &mut [f32], room: &mut Room) {
        let rows = images.len() / self.window.image();
        together(images, rows, 0..self.window.image(), &mut room.images);
        let weight = Matrix::rows(weight, self.channels, self.window.patch());
        for band in self.bands() {
            let patches = self.patches(&room.images, rows, &band, &mut room.patches);
            let columns = patches.size()[1];
            let own = &mut room.maps[..self.channels * columns];
            multiply_beside(own, weight, patches, Write::Replace);
            for (channel, own) in own.chunks_exact(columns).enumerate() {
                add_apart(own, self.numbers(channel, &band), maps, rows);
            }
        }
    }

    /// Adds the images of maps.
    fn to_image(self, maps: &[f32], weight: &[f32], images: &mut [f32], room: &mut Room) {
        let (image, patch) = (self.window.image(), self.window.patch());
        let rows = images.len() / image;
        let weight = Matrix::rows(weight, self.channels, patch).transpose();
        let own = &mut room.images[..rows * image];
        own.fill(0.0);
        for band in self.bands() {
            let maps = self.maps(maps, rows, &band, &mut room.maps);
            let patches = &mut room.patches[..patch * maps.size()[1]];
            multiply_beside(patches, weight, maps, Write::Replace);
            self.window.fold(patches, &band, own, rows);
        }
        add_apart(own, 0..image, images, rows);
    }

    /// Adds the sum over all rows and places. Groups are summed in `f32`, and their sums in `f64`.
    fn by_weight(self, [maps, images]: [&[f32]; 2], sums: &mut [f64], room: &mut Room) {
        let rows = images.len() / self.window.image();
        together(images, rows, 0..self.window.image(), &mut room.images);
        for band in self.bands() {
            let maps = self.maps(maps, rows, &band, &mut room.maps);
            let patches = self.patches(&room.images, rows, &band, &mut room.patches);
            multiply_beside(&mut room.product, maps, patches.transpose(), Write::Replace);
            let pairs = sums.iter_mut().zip(&room.product);
            pairs.for_each(|(sum, &own)| *sum += f64::from(own));
        }
    }

    /// The patches of images at the places of a band: a row for each number of a patch, a column for each place and image.
    fn patches<'r>(
        self,
        images: &[f32],
        rows: usize,
        band: &Range<usize>,
        room: &'r mut [f32],
    ) -> Matrix<'r> {
        let columns = band.len() * self.window.map[1] * rows;
        let patches = &mut room[..self.window.patch() * columns];
        self.window.unfold(images, rows, band, patches);
        Matrix::rows(patches, self.window.patch(), columns)
    }

    /// Maps with the same columns: a row for each channel.
    fn maps<'r>(
        self,
        maps: &[f32],
        rows: usize,
        band: &Range<usize>,
        room: &'r mut [f32],
    ) -> Matrix<'r> {
        let columns = band.len() * self.window.map[1] * rows;
        let own = &mut room[..self.channels * columns];
        for (channel, own) in own.chunks_exact_mut(columns).enumerate() {
            together(maps, rows, self.numbers(channel, band), own);
        }
        Matrix::rows(own, self.channels, columns)
    }

    /// The numbers of a map that are those of a channel in a band.
    fn numbers(self, channel: usize, band: &Range<usize>) -> Range<usize> {
        let [down, across] = self.window.map;
        let start = channel * down;
        (start + band.start) * across..(start + band.end) * across
    }
}

/// Adds the sums over all rows and places of each channel.
fn by_bias(upstream: &[f32], area: usize, gradient: &mut [f32]) {
    let mut sums = vec![0.0_f64; gradient.len()];
    for rows in upstream.chunks_exact(area * gradient.len()) {
        for (sum, channel) in sums.iter_mut().zip(rows.chunks_exact(area)) {
            *sum += channel.iter().copied().map(f64::from).sum::<f64>();
        }
    }
    let pairs = gradient.iter_mut().zip(sums);
    pairs.for_each(|(g, sum)| *g += sum as f32);
}
