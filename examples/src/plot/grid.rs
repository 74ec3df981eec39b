//! Many small images in one picture.

use super::Picture;
use crate::Error;

/// Between black and white, so that tiles of either have an edge.
const BACKGROUND: u8 = 128;
/// The side of an image in the picture, if its own divides it.
const SIDE: usize = 80;

/// How images of one size are laid out in a grid.
///
/// ```
/// use elbow_examples::plot::Grid;
///
/// let dreams = vec![0.5; 64 * 8 * 8];
/// let picture = Grid::new(8, 8).columns(16).draw(&dreams)?;
/// assert_eq!(picture.width(), 16 * (8 * 10 + 2) + 2);
/// # Ok::<_, elbow_examples::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Grid {
    height: usize,
    width: usize,
    columns: usize,
    scale: usize,
    padding: usize,
}

impl Grid {
    /// A grid for images of `height` × `width`: 8 columns, 2 apart, each image enlarged by a whole number to a side of
    /// about 80.
    pub fn new(height: usize, width: usize) -> Self {
        Self {
            height,
            width,
            columns: 8,
            scale: (SIDE / height.max(width).max(1)).max(1),
            padding: 2,
        }
    }

    /// Images in a row of the grid, at least 1.
    pub fn columns(self, columns: usize) -> Self {
        Self {
            columns: columns.max(1),
            ..self
        }
    }

    /// The side of the square that a pixel is drawn as, at least 1.
    pub fn scale(self, scale: usize) -> Self {
        Self {
            scale: scale.max(1),
            ..self
        }
    }

    /// The gap between images and around them, in pixels of the picture.
    pub fn padding(self, padding: usize) -> Self {
        Self { padding, ..self }
    }

    /// Draws images one after another, by rows of the grid. Levels beyond 0.0..=1.0 are cut off.
    ///
    /// # Errors
    ///
    /// When the levels are not a positive number of whole images.
    pub fn draw(&self, images: &[f32]) -> Result<Picture, Error> {
        let tiles = self.tiles(images)?;
        Ok(self.lay_out(&tiles.chunks(self.columns).collect::<Vec<_>>()))
    }

    /// Draws each original above its reconstruction.
    ///
    /// # Errors
    ///
    /// When either is not a positive number of whole images, or they are not equally many.
    pub fn reconstructions(
        &self,
        originals: &[f32],
        reconstructions: &[f32],
    ) -> Result<Picture, Error> {
        let (above, below) = (self.tiles(originals)?, self.tiles(reconstructions)?);
        if above.len() != below.len() {
            let expected = format!("{}, one for each original", above.len());
            return Err(Error::shape(
                "reconstructions",
                expected,
                below.len().to_string(),
            ));
        }
        let rows = above.chunks(self.columns).zip(below.chunks(self.columns));
        Ok(self.lay_out(
            &rows
                .flat_map(|(above, below)| [above, below])
                .collect::<Vec<_>>(),
        ))
    }

    fn tiles<'a>(&self, images: &'a [f32]) -> Result<Vec<&'a [f32]>, Error> {
        let size = self.height.saturating_mul(self.width);
        if images.is_empty() || size == 0 || !images.len().is_multiple_of(size) {
            let expected = format!("whole images of {}×{}", self.height, self.width);
            return Err(Error::shape(
                "a grid",
                expected,
                format!("{} pixels", images.len()),
            ));
        }
        Ok(images.chunks_exact(size).collect())
    }

    /// Draws rows of tiles; a short row leaves its end empty.
    fn lay_out(&self, rows: &[&[&[f32]]]) -> Picture {
        let columns = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let across = self.width * self.scale + self.padding;
        let down = self.height * self.scale + self.padding;
        let (width, height) = (columns * across, rows.len() * down);
        let mut picture = Picture::new(width + self.padding, height + self.padding, BACKGROUND);
        for (row, tiles) in rows.iter().enumerate() {
            for (column, tile) in tiles.iter().enumerate() {
                let (left, top) = (column * across + self.padding, row * down + self.padding);
                self.draw_tile(&mut picture, left, top, tile);
            }
        }
        picture
    }

    fn draw_tile(&self, picture: &mut Picture, left: usize, top: usize, tile: &[f32]) {
        for (y, row) in tile.chunks_exact(self.width).enumerate() {
            for (x, &grey) in row.iter().enumerate() {
                let (left, top) = (left + x * self.scale, top + y * self.scale);
                // A cast saturates and takes NaN to 0: a broken model draws black, not a panic.
                picture.fill(left, top, self.scale, (grey * 255.0).round() as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(picture: &Picture) -> Vec<Vec<u8>> {
        let row = |y| {
            (0..picture.width())
                .map(|x| picture.level(x, y).unwrap())
                .collect()
        };
        (0..picture.height()).map(row).collect()
    }

    #[test]
    fn tiles_are_scaled_padded_and_placed_by_rows() {
        let grid = Grid::new(1, 2).columns(2).scale(2).padding(1);
        let picture = grid.draw(&[0.0, 1.0, 0.2, 0.4, 0.6, 0.8]).unwrap();
        let b = BACKGROUND;
        let first = vec![b, 0, 0, 255, 255, b, 51, 51, 102, 102, b];
        let second = vec![b, 153, 153, 204, 204, b, b, b, b, b, b];
        let gap = vec![b; 11];
        let expected = [&gap, &first, &first, &gap, &second, &second, &gap].map(Vec::clone);
        assert_eq!(levels(&picture), expected);
    }

    #[test]
    fn each_original_is_above_its_reconstruction() {
        let grid = Grid::new(1, 1).columns(2).scale(1).padding(0);
        let picture = grid
            .reconstructions(&[0.0, 0.2, 0.4], &[1.0, 0.8, 0.6])
            .unwrap();
        let b = BACKGROUND;
        assert_eq!(levels(&picture), [[0, 51], [255, 204], [102, b], [153, b]]);
    }

    #[test]
    fn levels_beyond_the_range_are_cut_off() {
        let grid = Grid::new(1, 4).scale(1).padding(0);
        let picture = grid.draw(&[-3.0, 7.0, f32::NAN, f32::INFINITY]).unwrap();
        assert_eq!(levels(&picture), [[0, 255, 0, 255]]);
    }

    #[test]
    fn pixels_that_make_no_images_are_errors() {
        let grid = Grid::new(2, 2);
        let message = grid.draw(&[0.0; 5]).unwrap_err().to_string();
        assert_eq!(
            message,
            "a grid: expected whole images of 2×2, found 5 pixels"
        );
        assert!(grid.draw(&[]).is_err());
        assert!(Grid::new(0, 2).draw(&[0.0]).is_err());
        assert!(grid.reconstructions(&[0.0; 4], &[0.0; 8]).is_err());
    }
}
