//! Writing files so that a killed run leaves the old one or the new one, never half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Writes a file whole: beside its place under another name, to the disk, and then renamed.
///
/// # Errors
/// With the path, where the folder does not exist or cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    let written = write_and_rename(path, &beside, bytes);
    written.map_err(|source| {
        // The half-written file is of no use; that it cannot be removed is not news.
        let _ = fs::remove_file(&beside);
        Error::File {
            path: path.to_owned(),
            source,
        }
    })
}

fn write_and_rename(path: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)?;
    // The new name is in the folder, which has to reach the disk as well.
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}
