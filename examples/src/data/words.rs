//! Words as sequences of letters.

use std::path::Path;

use rand::seq::SliceRandom;

use super::text::{part, unzipped};
use crate::Error;
use crate::stream::{Purpose, stream};

const ENGLISH: &[u8] = include_bytes!("../../data/words.txt.gz");
const TEST: usize = 1000;
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzáéíóúüñ";

/// The symbols of words: the end of a word, which is symbol 0, 26 letters, and seven more for Spanish.
pub const SYMBOLS: usize = 34;

/// Words in symbols, and each has the end as its last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// To learn from.
    pub train: Vec<Vec<u8>>,
    /// To report on.
    pub test: Vec<Vec<u8>>,
}

/// The words of a folder, one a line, in a file with `train` and one with `test` in its name, such as `spanish-train.txt.gz`; without a
/// folder, the embedded English ones: 9,711 to learn from and 1,000 to report on.
///
/// # Errors
/// Fails if a file is missing or has no words, and if a word has a letter that is none of a to z, á, é, í, ó, ú, ü and ñ: the message
/// has the file, the line and the letter.
///
/// ```
/// use elbow_examples::data::{spell, words};
///
/// let words = words(None)?;
/// assert_eq!((words.train.len(), words.test.len()), (9711, 1000));
/// let first: Vec<f32> = words.train[0].iter().map(|&symbol| symbol.into()).collect();
/// assert!(spell(&first).chars().all(char::is_alphabetic));
/// # Ok::<_, elbow_examples::Error>(())
/// ```
pub fn words(folder: Option<&Path>) -> Result<Words, Error> {
    let Some(folder) = folder else {
        return Ok(english());
    };
    let read = |name| {
        let (path, text) = part(folder, name)?;
        parse(&path, &text)
    };
    let (train, test) = (read("train")?, read("test")?);
    Ok(Words { train, test })
}

/// The text of symbols, up to the first end.
pub fn spell(symbols: &[f32]) -> String {
    let letters = symbols.iter().take_while(|&&symbol| symbol != 0.0);
    letters
        .map(|&symbol| LETTERS.chars().nth(symbol as usize - 1).unwrap_or('?'))
        .collect()
}

/// The embedded words, which are shuffled with a fixed seed: the split is always the same one.
fn english() -> Words {
    let text = unzipped(ENGLISH).expect("the embedded words are intact, as a test checks");
    let mut train = parse(Path::new("words.txt"), &text)
        .expect("the embedded words are letters, as a test checks");
    train.shuffle(&mut stream(Purpose::Split, 0, (0, 0)));
    let test = train.split_off(train.len() - TEST);
    Words { train, test }
}

fn parse(path: &Path, text: &str) -> Result<Vec<Vec<u8>>, Error> {
    let lines = text.lines().enumerate();
    let words: Result<Vec<_>, _> = lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| symbols(path, at + 1, line))
        .collect();
    let words = words?;
    if words.is_empty() {
        return Err(Error::file(path, "a word a line", "none"));
    }
    Ok(words)
}

fn symbols(path: &Path, line: usize, word: &str) -> Result<Vec<u8>, Error> {
    let symbol = |letter: char| {
        let at = LETTERS.chars().position(|known| known == letter);
        at.map(|at| at as u8 + 1).ok_or_else(|| {
            let expected = format!("letters of \"{LETTERS}\"");
            Error::file(path, expected, format!("'{letter}' in line {line}"))
        })
    };
    let mut symbols: Vec<u8> = word.chars().map(symbol).collect::<Result<_, _>>()?;
    symbols.push(0);
    Ok(symbols)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_embedded_words_are_all_there_and_in_one_part() {
        let Words { train, test } = english();
        let mut all: Vec<String> = train.iter().chain(&test).map(|word| read(word)).collect();
        all.sort();
        let text = unzipped(ENGLISH).unwrap();
        assert_eq!(all.join("\n"), text.trim_end());
        assert_eq!(all.len(), 10_711);
        assert_eq!(LETTERS.chars().count() + 1, SYMBOLS);
    }

    fn read(symbols: &[u8]) -> String {
        assert_eq!(symbols.last(), Some(&0));
        spell(&symbols.iter().map(|&s| s.into()).collect::<Vec<_>>())
    }

    #[test]
    fn words_of_a_folder_are_spelt_as_written() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("train.txt"), "año\n\npingüino\n").unwrap();
        fs::write(dir.path().join("test.txt"), "a").unwrap();
        let words = words(Some(dir.path())).unwrap();
        let train: Vec<String> = words.train.iter().map(|word| read(word)).collect();
        assert_eq!(train, ["año", "pingüino"]);
        assert_eq!(words.test, [[1, 0]]);
    }

    #[test]
    fn a_letter_that_is_none_is_an_error_with_its_line() {
        let error = parse(Path::new("w.txt"), "uno\nd0s").unwrap_err();
        assert!(error.to_string().ends_with("found '0' in line 2"));
        assert!(parse(Path::new("w.txt"), "\n").is_err());
    }

    #[test]
    fn what_follows_an_end_is_not_spelt() {
        assert_eq!(spell(&[3.0, 33.0, 0.0, 4.0]), "cñ");
        assert_eq!(spell(&[0.0]), "");
    }
}
