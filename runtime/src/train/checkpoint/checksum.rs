//! Checksums: of a checkpoint, to find damage, and of data, to tell data sets apart.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::tensor::SafeTensors;

use super::broken;
use crate::error::Error;

/// The note that holds the checksum.
pub(super) const CHECKSUM: &str = "elbow.checksum";

/// The checksum of the names, shapes and bytes of all tensors, and of the metadata without the checksum, in order.
pub(super) fn checksum(
    mut tensors: Vec<(&str, &[usize], &[u8])>,
    metadata: &HashMap<String, String>,
) -> String {
    let mut hasher = crc32fast::Hasher::new();
    let mut part = |bytes: &[u8]| {
        // The length separates parts, so that one part differs from two.
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    tensors.sort();
    for (name, shape, bytes) in tensors {
        part(name.as_bytes());
        shape
            .iter()
            .for_each(|size| part(&(*size as u64).to_le_bytes()));
        part(bytes);
    }
    let notes = metadata.iter().filter(|(name, _)| *name != CHECKSUM);
    for (name, value) in notes.collect::<BTreeMap<_, _>>() {
        part(name.as_bytes());
        part(value.as_bytes());
    }
    format!("{:08x}", hasher.finalize())
}

/// # Errors
/// Fails if the file is not as it was written.
pub(super) fn check_sum(
    path: &Path,
    file: &SafeTensors<'_>,
    metadata: &HashMap<String, String>,
) -> Result<(), Error> {
    let Some(written) = metadata.get(CHECKSUM) else {
        let problem = format!("has no `{CHECKSUM}`: expected a checkpoint of a training run");
        return Err(broken(path, problem));
    };
    let views = file.tensors();
    let tensors = views
        .iter()
        .map(|(name, view)| (name.as_str(), view.shape(), view.data()));
    if checksum(tensors.collect(), metadata) == *written {
        return Ok(());
    }
    let problem = "is not as it was written: its checksum differs, so it was damaged since";
    Err(broken(path, problem.into()))
}

/// The count of these numbers, and a checksum. Kept as a note, it shows whether a run is resumed with the data that it began
/// with.
///
/// ```
/// use elbow::train::checkpoint::fingerprint;
///
/// assert_eq!(fingerprint(&[1.0, 2.0]), fingerprint(&[1.0, 2.0]));
/// assert_ne!(fingerprint(&[1.0, 2.0]), fingerprint(&[2.0, 1.0]));
/// ```
pub fn fingerprint(data: &[f32]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    data.iter()
        .for_each(|number| hasher.update(&number.to_le_bytes()));
    format!("{} numbers, {:08x}", data.len(), hasher.finalize())
}
