//! Dynamic binarisation.

use rand::RngCore;

use super::Images;
use crate::stream::{Purpose, stream};

/// Binary images x with x = 1 with probability the pixel's grey level, for the images at `rows`,
/// one after another.
///
/// The draw of an image is keyed by (seed, epoch, row) and nothing else, so it depends neither on
/// the batch the image is in nor on the order of batches. Black and white are certain: binary
/// images pass through unchanged, under any key.
///
/// R. Salakhutdinov, I. Murray, *On the quantitative analysis of deep belief networks*, ICML 2008.
///
/// # Panics
///
/// When a row is not below [`Images::rows`].
pub fn binarise(images: &Images, rows: &[usize], seed: u64, epoch: usize) -> Vec<f32> {
    let mut pixels = images.grey(rows);
    for (image, &row) in pixels.chunks_exact_mut(images.size()).zip(rows) {
        let mut rng = stream(Purpose::Binarise, seed, (epoch as u64, row as u64));
        for pixel in image {
            *pixel = f32::from(u8::from(uniform(rng.next_u32()) < *pixel));
        }
    }
    pixels
}

/// A number in [0, 1), from the 24 bits that an `f32` holds exactly: never 1, so that white is
/// always 1.
fn uniform(bits: u32) -> f32 {
    (bits >> 8) as f32 / (1 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_as_frequent_as_the_pixel_is_bright() {
        let images = Images::new(vec![0, 1, 4, 8, 15, 16], 16, 2, 3).unwrap();
        let draws = 20_000;
        let mut ones = [0.0; 6];
        for epoch in 0..draws {
            for (count, pixel) in ones.iter_mut().zip(binarise(&images, &[0], 1, epoch)) {
                assert!(pixel == 0.0 || pixel == 1.0);
                *count += f64::from(pixel);
            }
        }
        for (count, grey) in ones.iter().zip(images.grey(&[0])) {
            let grey = f64::from(grey);
            let error = (count / draws as f64 - grey).abs();
            let deviation = (grey * (1.0 - grey) / draws as f64).sqrt();
            assert!(error <= 4.0 * deviation, "level {grey}: off by {error}");
        }
    }

    #[test]
    fn an_image_is_drawn_the_same_in_any_batch() {
        let images = Images::new([8; 300].to_vec(), 16, 10, 10).unwrap();
        let alone = binarise(&images, &[2], 1, 5);
        assert_eq!(binarise(&images, &[0, 2], 1, 5)[100..], alone);
        assert_ne!(binarise(&images, &[1], 1, 5), alone);
        assert_ne!(binarise(&images, &[2], 1, 6), alone);
        assert_ne!(binarise(&images, &[2], 2, 5), alone);
    }

    #[test]
    fn binary_images_pass_through() {
        let images = Images::new([0, 255, 255, 0].repeat(1000), 255, 20, 20).unwrap();
        let rows: Vec<usize> = (0..images.rows()).collect();
        assert_eq!(binarise(&images, &rows, 1, 2), images.grey(&rows));
    }

    #[test]
    fn uniform_numbers_stay_below_one() {
        assert_eq!(uniform(0), 0.0);
        assert!(uniform(u32::MAX) < 1.0);
    }
}
