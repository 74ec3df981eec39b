//! The folder that a run writes to.

use std::path::{Path, PathBuf};

use elbow::train::FolderLock;
use elbow::train::files::check_writable;

use crate::Error;

/// A folder that is this run's until it is dropped, and in which its files can be written.
///
/// Take it before the training: then an output that cannot be written is an error at once, and not after hours.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    _lock: FolderLock,
}

impl Output {
    /// Makes the folder if there is none, keeps other runs out of it, and tries out the names of the files.
    ///
    /// # Errors
    /// When the folder cannot be made, another run has it, or one of the files cannot be written.
    pub fn take(folder: &Path, files: &[&str]) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let output = Self {
            folder: folder.to_owned(),
            _lock: FolderLock::take(folder)?,
        };
        for name in files {
            check_writable(&output.path(name))?;
        }
        Ok(output)
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("runs/1");
        let first = Output::take(&inside, &["report.json"]).unwrap();
        assert_eq!(first.path("report.json"), inside.join("report.json"));
        let error = Output::take(&inside, &[]).unwrap_err().to_string();
        assert!(error.contains("runs/1"), "{error}");
        drop(first);
        Output::take(&inside, &[]).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("report.json")).unwrap();
        let error = Output::take(folder.path(), &["training.svg", "report.json"]);
        let message = error.unwrap_err().to_string();
        assert!(message.contains("report.json"), "{message}");
    }
}
