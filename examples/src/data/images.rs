//! Grey images of one size.

use crate::Error;

/// Grey images of one size, row by row, with or without class labels. There is at least one.
///
/// Grey levels are kept as the bytes they were read as: a quarter of the memory of `f32`, and every
/// batch is converted when it is gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pixels: Vec<u8>,
    white: u8,
    height: usize,
    width: usize,
    labels: Option<Vec<u8>>,
}

impl Images {
    /// Images from their bytes, image after image, each by rows of pixels. The level `white` stands
    /// for 1.0.
    ///
    /// # Errors
    ///
    /// When the bytes are not a positive number of whole images, or one is above `white`.
    pub fn new(pixels: Vec<u8>, white: u8, height: usize, width: usize) -> Result<Self, Error> {
        let size = height.saturating_mul(width);
        if pixels.is_empty() || size == 0 || !pixels.len().is_multiple_of(size) {
            let (expected, found) = (
                format!("whole images of {height}×{width}"),
                format!("{} pixels", pixels.len()),
            );
            return Err(Error::shape("images", expected, found));
        }
        let brightest = pixels.iter().copied().max().unwrap_or(0);
        if white == 0 || brightest > white {
            let expected = format!("levels up to a positive white, here {white}");
            return Err(Error::shape("images", expected, brightest.to_string()));
        }
        Ok(Self {
            pixels,
            white,
            height,
            width,
            labels: None,
        })
    }

    /// The same images with their classes.
    ///
    /// # Errors
    ///
    /// When there is not one label for each image.
    pub fn with_labels(mut self, labels: Vec<u8>) -> Result<Self, Error> {
        if labels.len() != self.rows() {
            let (expected, found) = (
                format!("{}, one for each image", self.rows()),
                labels.len().to_string(),
            );
            return Err(Error::shape("labels", expected, found));
        }
        self.labels = Some(labels);
        Ok(self)
    }

    /// Black and white: every pixel from half of white up is on.
    pub fn thresholded(mut self) -> Self {
        let half = self.white.div_ceil(2);
        for pixel in &mut self.pixels {
            *pixel = u8::from(*pixel >= half);
        }
        self.white = 1;
        self
    }

    /// The number of images.
    pub fn rows(&self) -> usize {
        self.pixels.len() / self.size()
    }

    /// Rows of pixels in an image.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels in a row of an image.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels in an image.
    pub fn size(&self) -> usize {
        self.height * self.width
    }

    /// The class of each image, if the data set has them.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// Whether every pixel is exactly black or white, so that the images are binary data as they
    /// are.
    pub fn is_binary(&self) -> bool {
        self.pixels
            .iter()
            .all(|&level| level == 0 || level == self.white)
    }

    /// The grey levels of the images at `rows`, in 0.0..=1.0, one image after another.
    ///
    /// # Panics
    ///
    /// When a row is not below [`rows`](Self::rows), as indexing a slice does.
    pub fn grey(&self, rows: &[usize]) -> Vec<f32> {
        let white = f32::from(self.white);
        let levels = rows
            .iter()
            .flat_map(|&row| &self.pixels[row * self.size()..][..self.size()]);
        levels.map(|&level| f32::from(level) / white).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathers_rows_in_the_order_asked_for() {
        let images = Images::new(vec![0, 16, 4, 8], 16, 1, 2)
            .unwrap()
            .with_labels(vec![3, 7])
            .unwrap();
        assert_eq!((images.rows(), images.height(), images.width()), (2, 1, 2));
        assert_eq!(images.grey(&[1, 0, 1]), [0.25, 0.5, 0.0, 1.0, 0.25, 0.5]);
        assert_eq!(images.labels(), Some(&[3, 7][..]));
        assert!(!images.is_binary());
    }

    #[test]
    fn two_levels_come_out_as_exact_zeros_and_ones() {
        let images = Images::new(vec![0, 255, 255, 0], 255, 2, 2).unwrap();
        assert!(images.is_binary());
        assert_eq!(images.grey(&[0]), [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn sizes_that_do_not_fit_are_errors() {
        let message = |result: Result<Images, Error>| result.unwrap_err().to_string();
        assert_eq!(
            message(Images::new(vec![0; 5], 1, 2, 2)),
            "images: expected whole images of 2×2, found 5 pixels"
        );
        assert!(Images::new(vec![], 1, 2, 2).is_err());
        assert!(Images::new(vec![0; 4], 1, 0, 2).is_err());
        assert!(Images::new(vec![0; 4], 0, 2, 2).is_err());
        assert!(Images::new(vec![9; 4], 1, 2, 2).is_err());
        let images = Images::new(vec![0; 8], 1, 2, 2).unwrap();
        assert_eq!(
            message(images.with_labels(vec![1])),
            "labels: expected 2, one for each image, found 1"
        );
    }
}
