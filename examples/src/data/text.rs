//! Texts of a folder, gzipped or not.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::folder::files;
use crate::Error;

/// The first bytes of a gzipped file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text of a part, `train` or `test`: of the first file of the folder that has this word in its name, such as `spanish-train.txt.gz`.
///
/// # Errors
/// Fails if there is no such file, if it cannot be read, and if it is no text.
pub(super) fn part(folder: &Path, part: &str) -> Result<(PathBuf, String), Error> {
    let has_word = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == part) && name.contains(".txt")
    };
    let path = files(folder)?.into_iter().find(has_word).ok_or_else(|| {
        let expected = format!("a file such as `{part}.txt` or `{part}.txt.gz`");
        Error::file(folder, expected, "none")
    })?;
    let mut start = Vec::new();
    let file = File::open(&path).map_err(Error::io("read", &path))?;
    let read = file.take(2).read_to_end(&mut start);
    read.map_err(Error::io("read", &path))?;
    let text = if start == GZIP {
        File::open(&path).and_then(unzipped)
    } else {
        fs::read_to_string(&path)
    };
    let text = text.map_err(|error| match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
            Error::file(&path, "a text of UTF-8, gzipped or not", error.to_string())
        }
        _ => Error::io("read", &path)(error),
    })?;
    Ok((path, text))
}

/// The text of gzipped bytes.
pub(super) fn unzipped(bytes: impl Read) -> io::Result<String> {
    let mut text = String::new();
    MultiGzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn finds_a_part_by_the_word_in_its_name_and_reads_it_gzipped_or_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("latest.txt"), "not this").unwrap();
        fs::write(dir.path().join("a-test.txt.gz"), gzipped("año\n")).unwrap();
        fs::write(dir.path().join("train.txt"), "uno\n").unwrap();
        assert_eq!(part(dir.path(), "test").unwrap().1, "año\n");
        assert_eq!(part(dir.path(), "train").unwrap().1, "uno\n");
    }

    #[test]
    fn says_what_is_missing_or_no_text() {
        let dir = tempfile::tempdir().unwrap();
        let error = part(dir.path(), "test").unwrap_err().to_string();
        assert!(error.contains("a file such as `test.txt`"), "{error}");
        fs::write(dir.path().join("test.txt"), [0xff, 0xfe]).unwrap();
        let error = part(dir.path(), "test").unwrap_err().to_string();
        assert!(error.contains("test.txt`: expected a text"), "{error}");
        let cut = &gzipped("some words")[..15];
        fs::write(dir.path().join("test.txt"), cut).unwrap();
        let error = part(dir.path(), "test").unwrap_err().to_string();
        assert!(error.contains("test.txt`: expected a text"), "{error}");
    }
}
