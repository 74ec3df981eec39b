//! IDX, the format of the MNIST files: four bytes of magic, a big-endian `u32` for each dimension,
//! then the values.
//!
//! A header is a claim. Nothing is allocated by it: the values are read as they come, and then have
//! to be as many as it said.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;

use crate::Error;

const UNSIGNED_BYTES: u8 = 0x08;
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Forty times MNIST; a header that claims more is taken for a broken one.
const MOST_VALUES: usize = 1 << 31;

/// The content of an IDX file of unsigned bytes with `RANK` dimensions; none of them is 0.
#[derive(Debug)]
pub(super) struct Idx<const RANK: usize> {
    pub(super) shape: [usize; RANK],
    pub(super) values: Vec<u8>,
}

impl<const RANK: usize> Idx<RANK> {
    /// Reads a file, gzipped or not, which its first bytes tell and not its name.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not IDX of unsigned bytes with this rank, or holds more or
    /// fewer values than its header says.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let mut file = BufReader::new(File::open(path).map_err(Error::io("read", path))?);
        let start = file.fill_buf().map_err(Error::io("read", path))?;
        if start.starts_with(&GZIP) {
            Self::parse(path, MultiGzDecoder::new(file))
        } else {
            Self::parse(path, file)
        }
    }

    fn parse(path: &Path, mut reader: impl Read) -> Result<Self, Error> {
        let shape = Self::header(path, &mut reader)?;
        let count = Self::count(path, shape)?;

        let mut values = Vec::new();
        // One more than there should be, to notice what is left over.
        reader
            .take(count as u64 + 1)
            .read_to_end(&mut values)
            .map_err(unreadable(path))?;
        if values.len() != count {
            let found = if values.len() < count {
                values.len().to_string()
            } else {
                "more".to_owned()
            };
            return Err(Error::file(
                path,
                format!("{count} values, as its header says {shape:?}"),
                found,
            ));
        }
        Ok(Self { shape, values })
    }

    fn header(path: &Path, reader: &mut impl Read) -> Result<[usize; RANK], Error> {
        let expected = || format!("IDX data of unsigned bytes with {RANK} dimension(s)");
        let mut magic = [0; 4];
        reader
            .read_exact(&mut magic)
            .map_err(short(path, expected()))?;
        if magic != [0, 0, UNSIGNED_BYTES, RANK as u8] {
            let found = match magic {
                [0, 0, kind, rank] => {
                    format!("IDX data of type 0x{kind:02x} with {rank} dimension(s)")
                }
                [a, b, c, d] => {
                    format!("a file that starts with the bytes {a:02x} {b:02x} {c:02x} {d:02x}")
                }
            };
            return Err(Error::file(path, expected(), found));
        }
        let mut shape = [0; RANK];
        for dimension in &mut shape {
            let mut bytes = [0; 4];
            reader
                .read_exact(&mut bytes)
                .map_err(short(path, expected()))?;
            *dimension = u32::from_be_bytes(bytes) as usize;
        }
        Ok(shape)
    }

    fn count(path: &Path, shape: [usize; RANK]) -> Result<usize, Error> {
        let product = shape.iter().try_fold(1, |product: usize, &dimension| {
            product.checked_mul(dimension)
        });
        product
            .filter(|count| (1..=MOST_VALUES).contains(count))
            .ok_or_else(|| {
                Error::file(
                    path,
                    format!("between 1 and {MOST_VALUES} values"),
                    format!("a header that says {shape:?}"),
                )
            })
    }
}

/// The error for a file that ends within its header.
fn short(path: &Path, expected: String) -> impl FnOnce(io::Error) -> Error {
    move |error| match error.kind() {
        ErrorKind::UnexpectedEof => {
            Error::file(path, expected, "the end of the file within the header")
        }
        _ => unreadable(path)(error),
    }
}

/// Bad content that the decompressor found is the file's fault, not the system's.
fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |error| match error.kind() {
        ErrorKind::UnexpectedEof => Error::file(
            path,
            "a whole gzip file",
            "the end within the compressed data",
        ),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            Error::file(path, "an intact gzip file", error.to_string())
        }
        _ => Error::io("read", path)(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const TWO_IMAGES: &[u8] = b"\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03\x04";

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Reads `bytes` as a file of rank 3.
    fn read(bytes: &[u8]) -> Result<Idx<3>, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("images");
        fs::write(&path, bytes).unwrap();
        Idx::read(&path)
    }

    #[track_caller]
    fn refused(bytes: &[u8], expected: &str, found: &str) {
        let message = read(bytes).unwrap_err().to_string();
        assert!(message.contains("images`: expected "), "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(found), "{message}");
    }

    #[test]
    fn reads_plain_and_gzipped_files() {
        for bytes in [TWO_IMAGES.to_vec(), gzipped(TWO_IMAGES)] {
            let idx = read(&bytes).unwrap();
            assert_eq!(idx.shape, [2, 1, 2]);
            assert_eq!(idx.values, [1, 2, 3, 4]);
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let message = Idx::<3>::read(Path::new("/nowhere/images"))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("cannot read `/nowhere/images`: "),
            "{message}"
        );
    }

    #[test]
    fn a_folder_is_not_a_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(
            Idx::<3>::read(dir.path())
                .unwrap_err()
                .to_string()
                .starts_with("cannot read `")
        );
    }

    #[test]
    fn foreign_files_are_refused() {
        refused(
            b"\x89PNG\r\n\x1a\n",
            "IDX data of unsigned bytes with 3",
            "starts with the bytes 89 50 4e 47",
        );
        refused(
            b"\0\0\x08\x01\0\0\0\x01\x07",
            "with 3 dimension(s)",
            "type 0x08 with 1 dimension(s)",
        );
        refused(
            b"\0\0\x0d\x03\0\0\0\x01",
            "unsigned bytes",
            "type 0x0d with 3 dimension(s)",
        );
    }

    #[test]
    fn truncated_files_are_refused_wherever_they_end() {
        for end in 0..16 {
            refused(
                &TWO_IMAGES[..end],
                "IDX data",
                "the end of the file within the header",
            );
        }
        for end in 16..TWO_IMAGES.len() {
            refused(
                &TWO_IMAGES[..end],
                "4 values, as its header says [2, 1, 2]",
                &format!("found {}", end - 16),
            );
        }
        let packed = gzipped(TWO_IMAGES);
        for end in 0..packed.len() {
            assert!(read(&packed[..end]).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn damaged_gzip_is_refused() {
        let mut packed = gzipped(TWO_IMAGES);
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        refused(&packed, "an intact gzip file", "corrupt");
        refused(b"\x1f\x8bnot gzip at all", "gzip", "");
    }

    #[test]
    fn leftover_values_are_refused() {
        refused(&[TWO_IMAGES, b"\x05"].concat(), "4 values", "found more");
        refused(
            &gzipped(&[TWO_IMAGES, b"\x05"].concat()),
            "4 values",
            "found more",
        );
    }

    #[test]
    fn an_oversized_header_is_refused_before_anything_is_allocated() {
        let header = |shape: [u32; 3]| {
            let dimensions = shape.into_iter().flat_map(u32::to_be_bytes);
            b"\0\0\x08\x03"
                .iter()
                .copied()
                .chain(dimensions)
                .collect::<Vec<u8>>()
        };
        refused(
            &header([u32::MAX; 3]),
            "between 1 and 2147483648 values",
            "4294967295",
        );
        refused(
            &header([1 << 31, 2, 1]),
            "between 1 and",
            "2147483648, 2, 1",
        );
        refused(&header([0, 28, 28]), "between 1 and", "[0, 28, 28]");
        refused(
            &header([1 << 31, 1, 1]),
            "2147483648 values, as its header says",
            "found 0",
        );
    }
}
