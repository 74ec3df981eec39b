//! One run at a time in a folder.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::Error;

/// The right to write to a folder, as long as this value lives. It ends with its process, even if that is killed.
///
/// ```
/// use elbow::train::FolderLock;
///
/// let folder = std::env::temp_dir().join(format!("elbow-lock-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let first = FolderLock::take(&folder)?;
/// assert!(FolderLock::take(&folder).is_err());
/// drop(first);
/// assert!(FolderLock::take(&folder).is_ok());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// The name of the locked file. The file stays: a lock belongs to a file, and a removed file could be locked twice.
const NAME: &str = ".elbow.lock";

impl FolderLock {
    /// Takes a folder, which must exist. On a file system without locks this always succeeds.
    ///
    /// # Errors
    /// Fails if another run has the folder, or if no file can be made in it.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let failed = |source| Error::File {
            verb: "lock",
            path: path.clone(),
            source,
        };
        let options = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse {
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                Ok(Self { _file: file })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
