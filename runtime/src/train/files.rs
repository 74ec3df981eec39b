//! Writing files so that a killed run leaves the old file or the new one, never half a file.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// Writes a file whole: first beside its place under another name, which is renamed once it is on the disk.
///
/// Several threads and processes may write to one place. Each file is whole, and the last one stays. A link is followed, and
/// the new file gets the old one's permissions. A device or a pipe is written to directly. Files that a killed run left beside
/// the place are removed.
///
/// # Errors
/// With the path, where the folder does not exist or cannot be written, or the file there is read-only.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes).map_err(|source| Error::File {
        verb: "save",
        path: path.to_owned(),
        source,
    })
}

/// Checks that a file can be written there, as far as that can be known in advance. Call it at the start of a run, not at its
/// end. Nothing is left behind.
///
/// # Errors
/// With the path, where the folder does not exist or cannot be written, or the file there is read-only.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let checked = followed(path).and_then(|place| {
        if let Target::Stream = Target::of(&place)? {
            return Ok(());
        }
        let (file, beside) = create_beside(&place)?;
        drop(file);
        fs::remove_file(beside)
    });
    checked.map_err(|source| Error::File {
        verb: "save",
        path: path.to_owned(),
        source,
    })
}

/// The kind of thing at a place.
enum Target {
    /// A file, or nothing: a new file takes its place.
    File,
    /// A device or a pipe.
    Stream,
}

impl Target {
    /// # Errors
    /// Fails if it is a folder, or a file that may not be written.
    fn of(place: &Path) -> io::Result<Self> {
        match fs::metadata(place) {
            Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => Ok(Self::Stream),
            Ok(there) if there.permissions().readonly() => {
                let why = "the file is read-only";
                Err(io::Error::new(ErrorKind::PermissionDenied, why))
            }
            _ => Ok(Self::File),
        }
    }
}

/// The most tries. A try fails only if another run removes the file that it has just made.
const TRIES: usize = 16;

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let place = followed(path)?;
    if let Target::Stream = Target::of(&place)? {
        return File::options().write(true).open(place)?.write_all(bytes);
    }
    remove_left_behind(&place);
    for _ in 0..TRIES {
        let (file, beside) = create_beside(&place)?;
        match write_and_rename(file, &place, &beside, bytes) {
            // Between its creation and its lock, a file looks as if its writer were gone.
            Err(error) if error.kind() == ErrorKind::NotFound && !beside.exists() => {}
            done => {
                if done.is_err() {
                    // The half-written file is useless. If it cannot be removed, the first error still tells more.
                    let _ = fs::remove_file(&beside);
                }
                return done;
            }
        }
    }
    Err(ErrorKind::ResourceBusy.into())
}

fn write_and_rename(mut file: File, place: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Ok(there) = fs::metadata(place) {
        file.set_permissions(there.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, place)?;
    // The new name is in the folder, which has to reach the disk as well.
    #[cfg(unix)]
    File::open(folder(place))?.sync_all()?;
    Ok(())
}

/// A new file beside a place, locked as long as it is open. If a run is killed, its lock ends.
fn create_beside(place: &Path) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut name = stem(place);
        name.push(format!("{}-{number}.part", std::process::id()));
        let beside = place.with_file_name(name);
        match File::options().write(true).create_new(true).open(&beside) {
            Ok(file) => {
                // On a file system without locks, nobody looks for them either.
                let _ = file.lock();
                return Ok((file, beside));
            }
            // A process with this number was killed here, and its file is still locked or cannot be removed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes the files of killed runs beside a place: those with such a name that nobody has locked. Files that cannot be removed
/// stay.
fn remove_left_behind(place: &Path) {
    let stem = stem(place);
    let Ok(entries) = fs::read_dir(folder(place)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let own = is_left_behind(&name.to_string_lossy(), &stem.to_string_lossy());
        // To open a pipe would wait for its reader.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !own || !is_file {
            continue;
        }
        let file = File::options().write(true).open(entry.path());
        let lock = file.as_ref().map(File::try_lock);
        if !matches!(lock, Ok(Err(TryLockError::WouldBlock)) | Err(_)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file has a name that [`create_beside`] gives: the stem, numbers with `-` between them, `.part`. All other files are
/// somebody else's.
fn is_left_behind(name: &str, stem: &str) -> bool {
    let rest = name.strip_prefix(stem);
    let numbers = rest.and_then(|rest| rest.strip_suffix(".part"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    numbers.is_some_and(|numbers| numbers.split('-').all(is_number))
}

/// The beginning of the names of files beside a place.
fn stem(place: &Path) -> OsString {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name
}

fn folder(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Longer chains of links count as a circle.
const LINKS: usize = 40;

/// The place that a path means. Links are followed, even if there is no file at their end.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..LINKS {
        match fs::symlink_metadata(&place) {
            Ok(there) if there.is_symlink() => {
                let target = fs::read_link(&place)?;
                place = folder(&place).join(target);
            }
            _ => return Ok(place),
        }
    }
    Err(io::Error::other("links that lead in a circle"))
}
