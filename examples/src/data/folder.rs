//! A data set as a folder of IDX files, named as the MNIST files are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Images, Split, idx::Idx};
use crate::Error;

/// The data set in a folder: `train-images*`, `t10k-images*` or `test-images*`, and if there is one
/// `valid-images*`, each with or without `…-labels*` beside it. Files are IDX of unsigned bytes,
/// gzipped or not.
///
/// Black is 0 and white the brightest level of the whole set, so that all parts are on one scale,
/// whether it is 0..=255 or 0..=16; a part that knows only 0 and 1 is binary already and stays as
/// it is. So a statically binarised set comes out as exact zeros and ones, whether it is stored as 0/1 or
/// as 0/255.
///
/// # Errors
///
/// When a file is missing, unreadable, or not what its name says; when parts differ in image size;
/// when the number of labels is not that of the images. The message has the path, what was
/// expected, and what was found.
pub fn folder(path: &Path) -> Result<Split, Error> {
    let files = files(path)?;
    let train =
        Part::read(&files, "train")?.ok_or_else(|| missing(path, "`train-images*`", &files))?;
    let test = match Part::read(&files, "t10k")? {
        Some(test) => test,
        None => Part::read(&files, "test")?
            .ok_or_else(|| missing(path, "`t10k-images*` or `test-images*`", &files))?,
    };
    let valid = Part::read(&files, "valid")?;

    let parts = || {
        [Some(&train), Some(&test), valid.as_ref()]
            .into_iter()
            .flatten()
    };
    if let Some(odd) = parts().find(|part| part.size() != train.size()) {
        let ((height, width), [_, h, w]) = (train.size(), odd.images.shape);
        let expected = format!(
            "images of {height}×{width}, as in `{}`",
            train.path.display()
        );
        return Err(Error::file(&odd.path, expected, format!("{h}×{w}")));
    }
    let white = parts().map(Part::brightest).max().unwrap_or(0);
    Ok(Split {
        train: train.into_images(white)?,
        valid: valid.map(|valid| valid.into_images(white)).transpose()?,
        test: test.into_images(white)?,
    })
}

/// The files of the folder by name, so that the choice among several does not depend on the file
/// system.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let paths: Result<Vec<_>, _> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut paths = paths.map_err(Error::io("read", folder))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

fn missing(folder: &Path, expected: &str, files: &[PathBuf]) -> Error {
    let found = match files {
        [] => "no files".to_owned(),
        files => format!("only {} other file(s)", files.len()),
    };
    Error::file(folder, format!("a file {expected}"), found)
}

/// One part of the data set as its files have it.
struct Part {
    path: PathBuf,
    images: Idx<3>,
    labels: Option<(PathBuf, Idx<1>)>,
}

impl Part {
    /// The part whose files start with `name`, if its images are there.
    fn read(files: &[PathBuf], name: &str) -> Result<Option<Self>, Error> {
        let find = |what: &str| {
            let start = format!("{name}-{what}");
            files.iter().find(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(&start))
            })
        };
        let Some(path) = find("images") else {
            return Ok(None);
        };
        let images = Idx::read(path)?;
        let labels = match find("labels") {
            Some(path) => Some((path.clone(), Idx::read(path)?)),
            None => None,
        };
        Ok(Some(Self {
            path: path.clone(),
            images,
            labels,
        }))
    }

    fn size(&self) -> (usize, usize) {
        let [_, height, width] = self.images.shape;
        (height, width)
    }

    fn brightest(&self) -> u8 {
        self.images.values.iter().copied().max().unwrap_or(0)
    }

    fn into_images(self, white: u8) -> Result<Images, Error> {
        let white = if self.brightest() <= 1 { 1 } else { white };
        let [rows, height, width] = self.images.shape;
        let images = Images::new(self.images.values, white, height, width)?;
        let Some((path, labels)) = self.labels else {
            return Ok(images);
        };
        if labels.values.len() != rows {
            let expected = format!(
                "{rows} labels, one for each image of `{}`",
                self.path.display()
            );
            return Err(Error::file(path, expected, labels.values.len().to_string()));
        }
        images.with_labels(labels.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(shape: [u32; 3], values: &[u8]) -> Vec<u8> {
        let dimensions: Vec<u8> = shape.into_iter().flat_map(u32::to_be_bytes).collect();
        [b"\0\0\x08\x03", &dimensions[..], values].concat()
    }

    fn labels(values: &[u8]) -> Vec<u8> {
        [
            b"\0\0\x08\x01",
            &(values.len() as u32).to_be_bytes()[..],
            values,
        ]
        .concat()
    }

    fn load(files: &[(&str, Vec<u8>)]) -> Result<Split, Error> {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        folder(dir.path())
    }

    #[track_caller]
    fn refused(files: &[(&str, Vec<u8>)], parts: &[&str]) {
        let message = load(files).unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }

    #[test]
    fn parts_are_found_by_name_and_share_one_scale() {
        let split = load(&[
            (
                "train-images-idx3-ubyte",
                images([2, 1, 2], &[0, 200, 100, 50]),
            ),
            ("train-labels-idx1-ubyte", labels(&[4, 9])),
            ("test-images.idx3-ubyte", images([1, 1, 2], &[0, 100])),
            ("valid-images", images([1, 1, 2], &[2, 0])),
            ("notes.txt", b"not data".to_vec()),
        ])
        .unwrap();
        assert_eq!(split.train.grey(&[0, 1]), [0.0, 1.0, 0.5, 0.25]);
        assert_eq!(split.train.labels(), Some(&[4, 9][..]));
        assert_eq!(split.test.grey(&[0]), [0.0, 0.5]);
        assert_eq!(split.test.labels(), None);
        assert_eq!(split.valid.unwrap().grey(&[0]), [0.01, 0.0]);
    }

    #[test]
    fn binary_sets_are_exact_however_they_are_stored() {
        for white in [1, 255] {
            let split = load(&[
                ("train-images", images([1, 1, 2], &[0, white])),
                ("t10k-images", images([1, 1, 2], &[white, 0])),
            ])
            .unwrap();
            assert!(split.train.is_binary() && split.test.is_binary());
            assert_eq!(
                [split.train.grey(&[0]), split.test.grey(&[0])].concat(),
                [0.0, 1.0, 1.0, 0.0]
            );
        }
    }

    #[test]
    fn missing_parts_are_named() {
        let train = ("train-images", images([1, 1, 1], &[1]));
        refused(&[], &["expected a file `train-images*`", "found no files"]);
        refused(
            &[train],
            &["`t10k-images*` or `test-images*`", "only 1 other file(s)"],
        );
        let message = folder(Path::new("/nowhere")).unwrap_err().to_string();
        assert!(message.starts_with("cannot read `/nowhere`: "), "{message}");
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let train = ("train-images", images([1, 1, 2], &[0, 1]));
        let test = ("test-images", images([1, 2, 1], &[0, 1]));
        refused(
            &[train.clone(), test],
            &["test-images`: expected images of 1×2", "found 2×1"],
        );
        let test = ("test-images", images([1, 1, 2], &[0, 1]));
        let two = ("test-labels", labels(&[1, 2]));
        refused(
            &[train, test, two],
            &["test-labels`: expected 1 labels", "found 2"],
        );
    }

    #[test]
    fn reads_the_real_mnist_files() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
        if !data.is_dir() {
            println!("skipped: no `{}`", data.display());
            return;
        }
        let mnist = folder(&data.join("mnist")).unwrap();
        assert_eq!(
            (mnist.train.rows(), mnist.test.rows(), mnist.train.size()),
            (60_000, 10_000, 784)
        );
        assert_eq!(mnist.train.labels().unwrap()[..4], [5, 0, 4, 1]);
        assert!(mnist.valid.is_none() && !mnist.train.is_binary());

        let binary = folder(&data.join("binarized_mnist")).unwrap();
        let valid = binary.valid.unwrap();
        assert_eq!(
            (binary.train.rows(), valid.rows(), binary.test.rows()),
            (50_000, 10_000, 10_000)
        );
        for part in [binary.train, valid, binary.test] {
            assert!(part.is_binary());
            assert!(
                part.grey(&[0, 99])
                    .iter()
                    .all(|&pixel| pixel == 0.0 || pixel == 1.0)
            );
        }
    }
}
