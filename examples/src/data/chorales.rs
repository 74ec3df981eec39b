//! Pieces of music as chords, one a step.

use std::path::Path;

use super::chords;
use super::text::part;
use crate::Error;

/// The keys of a piano.
pub const KEYS: usize = 88;

/// The number of the lowest of them in MIDI.
const LOWEST: usize = 21;

/// Pieces; at each step the keys that sound, counted from the lowest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chorales {
    /// To learn from.
    pub train: Vec<Vec<Vec<usize>>>,
    /// To report on.
    pub test: Vec<Vec<Vec<usize>>>,
}

/// The pieces of a folder, in a file with `train` and one with `test` in its name, such as `train.txt.gz`; without a folder, progressions
/// of triads that a small program makes up: 200 to learn from, and 50 to report on.
///
/// A line is a piece, with `;` between steps and `,` between the notes of a step: MIDI's numbers from 21 to 108. A step may be empty.
///
/// # Errors
/// Fails if a file is missing or has no pieces, and if a note is no such number: the message has the file, the line and the note.
///
/// ```
/// use elbow_examples::data::{chorales, rolls};
///
/// let music = chorales(None)?;
/// assert_eq!((music.train.len(), music.test.len()), (200, 50));
/// let (keys, lengths) = rolls(&music.test[..2], 160)?;
/// assert_eq!((keys.len(), lengths.len()), (2 * 160 * 88, 2));
/// assert_eq!(keys[..88].iter().sum::<f32>(), 4.0);
/// # Ok::<_, elbow_examples::Error>(())
/// ```
pub fn chorales(folder: Option<&Path>) -> Result<Chorales, Error> {
    let Some(folder) = folder else {
        return Ok(Chorales {
            train: (0..200).map(chords::progression).collect(),
            test: (200..250).map(chords::progression).collect(),
        });
    };
    let read = |name| {
        let (path, text) = part(folder, name)?;
        parse(&path, &text)
    };
    let (train, test) = (read("train")?, read("test")?);
    Ok(Chorales { train, test })
}

/// The piano rolls of pieces, `longest` steps of 88 keys each, with 1 where a key sounds and zeros behind a piece's end; and how many steps
/// each piece has.
///
/// # Errors
/// Fails if a piece is longer.
pub fn rolls(
    pieces: &[impl AsRef<[Vec<usize>]>],
    longest: usize,
) -> Result<(Vec<f32>, Vec<f32>), Error> {
    let mut keys = vec![0.0; pieces.len() * longest * KEYS];
    for (piece, roll) in pieces.iter().zip(keys.chunks_mut((longest * KEYS).max(1))) {
        let piece = piece.as_ref();
        if piece.len() > longest {
            let expected = format!("at most {longest} steps");
            return Err(Error::shape("a piece", expected, piece.len().to_string()));
        }
        for (chord, step) in piece.iter().zip(roll.chunks_mut(KEYS)) {
            chord.iter().for_each(|&key| step[key] = 1.0);
        }
    }
    let lengths = pieces.iter().map(|piece| piece.as_ref().len() as f32);
    Ok((keys, lengths.collect()))
}

fn parse(path: &Path, text: &str) -> Result<Vec<Vec<Vec<usize>>>, Error> {
    let lines = text.lines().enumerate();
    let pieces: Result<Vec<_>, _> = lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| {
            line.split(';')
                .map(|step| chord(path, at + 1, step))
                .collect()
        })
        .collect();
    let pieces: Vec<_> = pieces?;
    if pieces.is_empty() {
        return Err(Error::file(path, "a piece a line", "none"));
    }
    Ok(pieces)
}

fn chord(path: &Path, line: usize, step: &str) -> Result<Vec<usize>, Error> {
    let key = |note: &str| {
        let key = note
            .parse()
            .ok()
            .and_then(|note: usize| note.checked_sub(LOWEST));
        key.filter(|&key| key < KEYS).ok_or_else(|| {
            let expected = "notes from 21 to 108";
            Error::file(path, expected, format!("\"{note}\" in line {line}"))
        })
    };
    let notes = step.split(',').filter(|note| !note.is_empty());
    notes.map(key).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reads_the_pieces_of_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("train.txt"), "21,108;;60\n\n22\n").unwrap();
        fs::write(dir.path().join("test.txt"), "23").unwrap();
        let music = chorales(Some(dir.path())).unwrap();
        assert_eq!(
            music.train,
            [vec![vec![0, 87], vec![], vec![39]], vec![vec![1]]]
        );
        let (keys, lengths) = rolls(&music.train, 3).unwrap();
        assert_eq!(lengths, [3.0, 1.0]);
        let on: Vec<usize> = (0..keys.len()).filter(|&at| keys[at] == 1.0).collect();
        assert_eq!(on, [0, 87, 2 * 88 + 39, 3 * 88 + 1]);
        let error = rolls(&music.train, 2).unwrap_err().to_string();
        assert!(error.contains("at most 2 steps"), "{error}");
    }

    #[test]
    fn a_note_that_is_none_is_an_error_with_its_line() {
        for (text, found) in [
            ("60\n20", "\"20\" in line 2"),
            ("109", "\"109\" in line 1"),
            ("c", "\"c\""),
        ] {
            let error = parse(Path::new("m.txt"), text).unwrap_err().to_string();
            assert!(error.contains(found), "{error}");
        }
    }
}
