//! A grey picture and its PNG file.

use std::path::Path;

use crate::{Error, write::write_atomically};

/// A picture of 8-bit grey levels, by rows from the top, where 0 is black.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    levels: Vec<u8>,
}

impl Picture {
    /// A picture of one level.
    pub fn new(width: usize, height: usize, level: u8) -> Self {
        Self {
            width,
            height,
            levels: vec![level; width * height],
        }
    }

    /// Columns of pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The level at a place, if it is within the picture.
    pub fn level(&self, x: usize, y: usize) -> Option<u8> {
        let row = self.levels.chunks_exact(self.width.max(1)).nth(y)?;
        row.get(x).copied()
    }

    /// Fills a square with one level; what is outside the picture is cut off.
    pub(super) fn fill(&mut self, left: usize, top: usize, side: usize, level: u8) {
        let columns = left.min(self.width)..(left + side).min(self.width);
        for row in self
            .levels
            .chunks_exact_mut(self.width.max(1))
            .skip(top)
            .take(side)
        {
            row[columns.clone()].fill(level);
        }
    }

    /// Writes the picture as a PNG file, in one step.
    ///
    /// # Errors
    ///
    /// When the picture is empty or too large for the format, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let doing = || format!("draw `{}`", path.display());
        let png = self.png().map_err(Error::failed(doing()))?;
        write_atomically(path, &png)
    }

    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        // A side beyond u32 becomes one that the encoder refuses.
        let side = |length: usize| u32::try_from(length).unwrap_or(0);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.levels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::BufReader};

    use super::*;

    #[test]
    fn the_file_decodes_to_the_same_levels() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.png");
        let mut picture = Picture::new(5, 3, 128);
        picture.fill(1, 1, 2, 255);
        picture.fill(4, 2, 9, 0);
        picture.save(&path).unwrap();

        let file = BufReader::new(File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut levels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut levels).unwrap();
        assert_eq!((info.width, info.height), (5, 3));
        assert_eq!(info.color_type, png::ColorType::Grayscale);
        #[rustfmt::skip]
        let expected = [
            128, 128, 128, 128, 128,
            128, 255, 255, 128, 128,
            128, 255, 255, 128,   0,
        ];
        assert_eq!(levels, expected);
        assert_eq!(
            (
                picture.level(4, 2),
                picture.level(5, 2),
                picture.level(0, 3)
            ),
            (Some(0), None, None)
        );
    }

    #[test]
    fn an_empty_picture_is_an_error() {
        let error = Picture::new(0, 4, 0)
            .save("/nowhere/picture.png")
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot draw `/nowhere/picture.png`: "),
            "{error}"
        );
    }
}
