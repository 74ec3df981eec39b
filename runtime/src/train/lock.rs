//! One run at a time in a folder.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::Error;

/// The right to write to a folder, for as long as this is there: it goes with its process, however that ends.
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

/// The name of the file that is locked. It stays: a lock belongs to a file, and one that is removed could be locked twice.
const NAME: &str = ".elbow.lock";

impl FolderLock {
    /// Takes a folder, which must exist. A file system without locks lets everybody have it.
    ///
    /// # Errors
    /// Where another run has it, or a file cannot be made in it.
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
