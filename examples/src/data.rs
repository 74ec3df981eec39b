//! Data to train on: the embedded digits, irises and words, made-up music, or images, words and music from a folder;
//! minibatches, binarisation, and which labels are known.

mod batches;
mod binarise;
mod chorales;
mod chords;
mod digits;
mod folder;
mod idx;
mod images;
mod iris;
mod labels;
mod table;
mod text;
mod words;

use std::path::Path;

pub use batches::Batches;
pub use binarise::binarise;
pub use chorales::{Chorales, KEYS, chorales, rolls};
pub use digits::digits;
pub use folder::folder;
pub use images::Images;
pub use iris::iris;
pub use labels::{balanced, one_hot};
pub use table::{Standardised, Table};
pub use words::{SYMBOLS, Words, spell, words};

use crate::Error;

/// A data set in its parts; all have the same image size.
#[derive(Clone, Debug)]
pub struct Split {
    /// To fit the model on.
    pub train: Images,
    /// To choose settings on, if the data set has such a part.
    pub valid: Option<Images>,
    /// To report on.
    pub test: Images,
}

impl Split {
    /// The same in black and white, see [`Images::thresholded`].
    pub fn thresholded(self) -> Self {
        Self {
            train: self.train.thresholded(),
            valid: self.valid.map(Images::thresholded),
            test: self.test.thresholded(),
        }
    }
}

/// The data set that `--data DIR` names: the IDX files of that [`folder`], or without one the
/// embedded [`digits`].
///
/// # Errors
///
/// As [`folder`].
pub fn load(path: Option<&Path>) -> Result<Split, Error> {
    path.map_or_else(|| Ok(digits()), folder)
}
