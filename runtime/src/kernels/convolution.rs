//! Convolutions, and their transposes.
//!
//! A convolution takes an *image*, some channels of `[height, width]`, to a smaller *map* of other channels. Its transpose takes a map
//! to an image. Both are made of three products with the image's patches, which are laid out as the columns of a matrix for a
//! few rows at a time: the map of an image, the image of a map, and the sum over rows that is the gradient by the weight.

mod window;

pub(crate) use self::window::Window;
use super::product::{Matrix, Write, multiply_beside};
use crate::tensor::parts::{Parts, share};
use crate::tensor::scratch::Scratch;
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
    let out = Flat::filled(rows * outputs, |out| {
        let channels = out.chunks_exact_mut(area);
        let with_bias = channels.zip(bias.values().iter().cycle());
        with_bias.for_each(|(out, &bias)| out.fill(bias));
        match way {
            Way::ToMap => sizes.to_map(x.values(), weight.values(), out),
            Way::ToImage => sizes.to_image(x.values(), weight.values(), out),
        }
    });
    let is_data = is_constant(&x);
    on_backward(&out, move |upstream, grads| {
        let (image, map) = match way {
            Way::ToMap => (x.values(), upstream),
            Way::ToImage => (upstream, x.values()),
        };
        sizes.by_weight(map, image, grads.buffer(&weight));
        by_bias(upstream, area, grads.buffer(&bias));
        if !is_data {
            let (weight, gradient) = (weight.values(), grads.buffer(&x));
            match way {
                Way::ToMap => sizes.to_image(upstream, weight, gradient),
                Way::ToImage => sizes.to_map(upstream, weight, gradient),
            }
        }
    });
    out
}

/// Memory for the patches of some rows, and for their maps.
struct Room {
    patches: Vec<f32>,
    maps: Vec<f32>,
}

impl Convolution {
    /// The numbers of a map.
    fn map(self) -> usize {
        self.channels * self.window.places()
    }

    /// Rows whose patches are laid out together: as many as the cache has room for.
    fn block(self) -> usize {
        const NUMBERS: usize = 1 << 17;
        (NUMBERS / (self.window.patch() * self.window.places())).max(1)
    }

    fn parts(self, rows: usize) -> Parts {
        Parts::weighed(rows, self.window.image(), 1, self.channels)
    }

    fn room(self, rows: usize) -> Room {
        let rows = rows.min(self.block());
        Room {
            patches: vec![0.0; rows * self.window.patch() * self.window.places()],
            maps: vec![0.0; rows * self.map()],
        }
    }

    /// Adds the maps of images.
    fn to_map(self, images: &[f32], weight: &[f32], maps: &mut [f32]) {
        let (image, places) = (self.window.image(), self.window.places());
        let parts = self.parts(images.len() / image);
        let (each, block) = (parts.each(), self.block());
        let weight = Matrix::rows(weight, self.channels, self.window.patch());
        let jobs = maps
            .chunks_mut(each * self.map())
            .zip(images.chunks(each * image));
        share(jobs, |(maps, images): (&mut [f32], &[f32])| {
            let mut room = self.room(each);
            let blocks = maps.chunks_mut(block * self.map());
            for (maps, images) in blocks.zip(images.chunks(block * image)) {
                let columns = images.len() / image * places;
                let own = &mut room.maps[..self.channels * columns];
                let patches = self.patches(images, &mut room.patches);
                multiply_beside(own, weight, patches, Write::Replace);
                for (row, maps) in maps.chunks_exact_mut(self.map()).enumerate() {
                    for (channel, map) in maps.chunks_exact_mut(places).enumerate() {
                        let own = &own[channel * columns + row * places..][..places];
                        map.iter_mut().zip(own).for_each(|(map, own)| *map += own);
                    }
                }
            }
        });
    }

    /// Adds the images of maps.
    fn to_image(self, maps: &[f32], weight: &[f32], images: &mut [f32]) {
        let (image, patch) = (self.window.image(), self.window.patch());
        let parts = self.parts(images.len() / image);
        let (each, block) = (parts.each(), self.block());
        let weight = Matrix::rows(weight, self.channels, patch).transpose();
        let jobs = maps
            .chunks(each * self.map())
            .zip(images.chunks_mut(each * image));
        share(jobs, |(maps, images): (&[f32], &mut [f32])| {
            let mut room = self.room(each);
            let blocks = maps.chunks(block * self.map());
            for (maps, images) in blocks.zip(images.chunks_mut(block * image)) {
                let maps = self.by_channel(maps, &mut room.maps);
                let patches = &mut room.patches[..patch * maps.size()[1]];
                multiply_beside(patches, weight, maps, Write::Replace);
                self.window.fold(patches, images);
            }
        });
    }

    /// Adds the sum over all rows and places to the gradient by the weight. Blocks are summed in `f32`, and their sums in `f64`.
    fn by_weight(self, maps: &[f32], images: &[f32], gradient: &mut [f32]) {
        let (image, size) = (self.window.image(), gradient.len());
        let parts = self.parts(images.len() / image);
        let (each, block) = (parts.each(), self.block());
        let mut sums = vec![0.0_f64; size * parts.count()];
        let rows = maps
            .chunks(each * self.map())
            .zip(images.chunks(each * image));
        let jobs = rows.zip(sums.chunks_mut(size));
        share(
            jobs,
            |((maps, images), sums): ((&[f32], &[f32]), &mut [f64])| {
                let mut room = self.room(each);
                let mut product = Scratch::new(size);
                let blocks = maps.chunks(block * self.map());
                for (maps, images) in blocks.zip(images.chunks(block * image)) {
                    let maps = self.by_channel(maps, &mut room.maps);
                    let patches = self.patches(images, &mut room.patches);
                    multiply_beside(&mut product, maps, patches.transpose(), Write::Replace);
                    let pairs = sums.iter_mut().zip(product.iter());
                    pairs.for_each(|(sum, &own)| *sum += f64::from(own));
                }
            },
        );
        for part in sums.chunks(size) {
            let pairs = gradient.iter_mut().zip(part);
            pairs.for_each(|(g, &own)| *g += own as f32);
        }
    }

    /// The patches of images: a row for each number of a patch, a column for each place of each image.
    fn patches<'r>(self, images: &[f32], room: &'r mut [f32]) -> Matrix<'r> {
        let columns = images.len() / self.window.image() * self.window.places();
        let patches = &mut room[..self.window.patch() * columns];
        self.window.unfold(images, patches);
        Matrix::rows(patches, self.window.patch(), columns)
    }

    /// Maps with the same columns: a row for each channel.
    fn by_channel<'r>(self, maps: &[f32], room: &'r mut [f32]) -> Matrix<'r> {
        let places = self.window.places();
        let columns = maps.len() / self.channels;
        for (row, maps) in maps.chunks_exact(self.map()).enumerate() {
            for (channel, map) in maps.chunks_exact(places).enumerate() {
                room[channel * columns + row * places..][..places].copy_from_slice(map);
            }
        }
        Matrix::rows(&room[..maps.len()], self.channels, columns)
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
