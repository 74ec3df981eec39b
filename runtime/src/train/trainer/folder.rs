//! The folder of a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::train::FolderLock;
use crate::train::files::check_writable;

/// The folder of a run, which belongs to it alone.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: FolderLock,
}

impl Folder {
    /// Makes and takes a folder.
    ///
    /// # Errors
    /// Fails if it cannot be made or written, or if another run has it.
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(|source| Error::File {
            verb: "make",
            path: path.to_owned(),
            source,
        })?;
        let lock = FolderLock::take(path)?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        check_writable(&folder.latest())?;
        check_writable(&folder.best())?;
        Ok(folder)
    }

    pub(super) fn latest(&self) -> PathBuf {
        self.path.join("latest.safetensors")
    }

    pub(super) fn best(&self) -> PathBuf {
        self.path.join("best.safetensors")
    }
}

/// Checks that a checkpoint has the notes of this run.
///
/// # Errors
/// Returns the first that differs.
pub(super) fn check_notes(
    path: &Path,
    own: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let differs = |name: &&String| own.get(*name) != found.get(*name);
    match own.keys().chain(found.keys()).find(differs) {
        None => Ok(()),
        Some(note) => Err(Error::OtherRun {
            path: path.to_owned(),
            note: note.clone(),
            own: own.get(note).cloned(),
            found: found.get(note).cloned(),
        }),
    }
}
