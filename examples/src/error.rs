//! The one error of the examples.

use std::{fmt, io, path::PathBuf};

/// Why an example could not go on: a sentence for the person who ran it.
#[derive(thiserror::Error)]
pub enum Error {
    /// The operating system refused to read or write a file.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file was read and is not what it should be.
    #[error("`{}`: expected {expected}, found {found}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What should have been there.
        expected: String,
        /// What was there.
        found: String,
    },
    /// Numbers that do not fit together, wherever they came from.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// What the numbers are.
        what: &'static str,
        /// How many, or which, were needed.
        expected: String,
        /// How many, or which, there were.
        found: String,
    },
    /// elbow refused to go on; its message names the site, the row and the value, or the file.
    #[error(transparent)]
    Elbow(#[from] elbow::Error),
    /// A step of the run failed for a reason of its own, such as a checkpoint of another model.
    #[error("cannot {action}: {source}")]
    Failed {
        /// What was tried, with the path if there is one.
        action: String,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// For `map_err` on a file operation: `.map_err(Error::io("read", path))`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// A file that was read and is not what it should be.
    pub fn file(
        path: impl Into<PathBuf>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::File {
            path: path.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// Numbers that do not fit together.
    pub fn shape(
        what: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Shape {
            what,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// Images of a size that an example is not compiled for.
    pub fn pixels(found: usize) -> Self {
        let expected = "64 or 784 pixels, the sizes that the example is compiled for";
        Self::shape("the images", expected, format!("{found} pixels"))
    }

    /// For `map_err` on anything else: `.map_err(Error::failed("resume from `vae.safetensors`"))`.
    pub fn failed<E>(action: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let action = action.into();
        move |source| Self::Failed {
            action,
            source: source.into(),
        }
    }
}

/// The same sentence as `Display`: a `main` that returns this error prints it with `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_it_prints_one_line() {
        let error = Error::file("/data/train-images", "28×28 images", "nothing");
        assert_eq!(
            format!("{error:?}"),
            "`/data/train-images`: expected 28×28 images, found nothing"
        );

        let error = Error::failed("resume from `a.safetensors`")("no tensor `encoder.0.weight`");
        assert_eq!(
            format!("{error:?}"),
            "cannot resume from `a.safetensors`: no tensor `encoder.0.weight`"
        );
    }
}
