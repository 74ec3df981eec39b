//! Finding a fault's expression in the sources, whatever their files are called and however they are laid out.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::mutants::Mutant;

/// Source files, by their path from the root of the workspace.
pub struct Sources(BTreeMap<PathBuf, String>);

/// The place of a fault's expression.
pub struct Place {
    /// The path from the root of the workspace.
    pub file: PathBuf,
    /// The expression's bytes in the file.
    pub bytes: Range<usize>,
}

impl Sources {
    /// Every `.rs` file under a folder of the workspace.
    ///
    /// # Errors
    /// Fails with the first file that cannot be read.
    pub fn read(root: &Path, folder: &str) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![PathBuf::from(folder)];
        while let Some(folder) = folders.pop() {
            let failed = |problem| format!("{}: {problem}", folder.display());
            for entry in fs::read_dir(root.join(&folder)).map_err(failed)? {
                let path = folder.join(entry.map_err(failed)?.file_name());
                if root.join(&path).is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    let source = fs::read_to_string(root.join(&path)).map_err(failed)?;
                    files.insert(path, source);
                }
            }
        }
        Ok(Self(files))
    }

    /// A file's text.
    pub fn text(&self, file: &Path) -> &str {
        self.0.get(file).map_or("", String::as_str)
    }

    /// The files in a folder.
    pub fn under(&self, folder: &str) -> impl Iterator<Item = PathBuf> {
        let files = self.0.keys();
        files.filter(move |file| file.starts_with(folder)).cloned()
    }

    /// The place of a fault: in the file that it names, else in the only file that has its text.
    ///
    /// # Errors
    /// Fails if no file has the text, or if it cannot be told which of several places is meant.
    pub fn place(&self, mutant: &Mutant) -> Result<Place, String> {
        let places = |home: bool| -> Vec<Place> {
            let files = self.0.iter();
            let files = files.filter(|(file, _)| !home || name(file) == mutant.home);
            files
                .flat_map(|(file, source)| {
                    let found = found(source, mutant.after, mutant.original);
                    found.into_iter().map(|bytes| Place {
                        file: file.clone(),
                        bytes,
                    })
                })
                .collect()
        };
        let mut found = places(true);
        if found.is_empty() {
            found = places(false);
        }
        if found.len() == 1 {
            return Ok(found.remove(0));
        }
        let files: Vec<_> = found.iter().map(|p| p.file.display().to_string()).collect();
        let found = match files.is_empty() {
            true => "nowhere".to_owned(),
            false => format!("in {}", files.join(", ")),
        };
        Err(format!(
            "{}: {}: `{}` is {found}",
            mutant.home, mutant.what, mutant.original
        ))
    }
}

/// The name of a file: `rloo` for `rloo.rs` and for `rloo/mod.rs`.
fn name(file: &Path) -> &str {
    let path = file.to_str().unwrap_or_default();
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.rsplit('/').next().unwrap_or(path)
}

/// All places of the expression, or the first after each place of `after`.
fn found(source: &str, after: &str, original: &str) -> Vec<Range<usize>> {
    let condensed = condensed(source);
    let originals = matches(source, &condensed, original);
    if after.is_empty() {
        return originals;
    }
    let starts = matches(source, &condensed, after).into_iter();
    let first = |start: Range<usize>| originals.iter().find(|place| place.start >= start.end);
    starts.filter_map(first).cloned().collect()
}

/// The characters that formatting does not change, with their places: no blanks, no comments, no comma before a
/// closing bracket.
fn condensed(text: &str) -> Vec<(usize, char)> {
    let mut kept: Vec<(usize, char)> = Vec::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        if text[at..].starts_with("//") {
            rest.find(|(_, c)| *c == '\n');
        } else if !c.is_whitespace() {
            if matches!(c, ')' | ']' | '}') && kept.last().is_some_and(|(_, c)| *c == ',') {
                kept.pop();
            }
            kept.push((at, c));
        }
    }
    kept
}

/// All places of a text, whatever the formatting. Half a word is no match.
fn matches(source: &str, condensed_source: &[(usize, char)], text: &str) -> Vec<Range<usize>> {
    let text: Vec<char> = condensed(text).into_iter().map(|(_, c)| c).collect();
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    for window in condensed_source.windows(text.len().max(1)) {
        let (Some(&(start, first)), Some(&(last, end))) = (window.first(), window.last()) else {
            continue;
        };
        if !window.iter().map(|(_, c)| c).eq(&text) {
            continue;
        }
        let bytes = start..last + end.len_utf8();
        let (before, behind) = (&source[..bytes.start], &source[bytes.end..]);
        let cut = in_word(Some(first)) && in_word(before.chars().next_back())
            || in_word(Some(end)) && in_word(behind.chars().next());
        if !cut {
            found.push(bytes);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULT: Mutant = Mutant {
        home: "rloo",
        after: "",
        original: "f(a, b) + 1.0",
        replacement: "0.0",
        what: "no score",
        noticed_by: "toy::",
    };

    /// The file and the text of the place where a fault is found.
    fn place(fault: &Mutant, files: &[(&str, &str)]) -> Result<(String, String), String> {
        let files = files
            .iter()
            .map(|(file, text)| (file.into(), (*text).into()));
        let sources = Sources(files.collect());
        let Place { file, bytes } = sources.place(fault)?;
        let text = &sources.text(&file)[bytes];
        Ok((file.display().to_string(), text.to_owned()))
    }

    #[test]
    fn a_file_may_move_or_be_renamed() {
        for file in [
            "src/rloo.rs",
            "src/estimator/rloo/mod.rs",
            "src/leave_one_out.rs",
        ] {
            let files = [("src/lib.rs", "mod x;"), (file, "fn g() { f(a, b) + 1.0 }")];
            let expected = Ok((file.to_owned(), FAULT.original.to_owned()));
            assert_eq!(place(&FAULT, &files), expected);
        }
    }

    #[test]
    fn layout_and_comments_do_not_matter() {
        let text = "f(\n    a, // why\n    b,\n) + 1.0";
        let (_, found) = place(&FAULT, &[("rloo.rs", text)]).unwrap();
        assert_eq!(found, text);
    }

    #[test]
    fn of_several_files_the_named_one_is_meant() {
        let files = [
            ("a/other.rs", "f(a, b) + 1.0"),
            ("b/rloo.rs", "f(a, b) + 1.0"),
        ];
        assert_eq!(place(&FAULT, &files).unwrap().0, "b/rloo.rs");
    }

    #[test]
    fn the_text_after_another_is_the_first() {
        let fault = Mutant {
            after: "fn g() {",
            ..FAULT
        };
        let text = "f(a, b) + 1.0; fn g() { f(a, b) + 1.0 } fn h() { f(a, b) + 1.0 }";
        let sources = Sources([("rloo.rs".into(), text.to_owned())].into());
        assert_eq!(sources.place(&fault).unwrap().bytes, 24..37);
    }

    #[test]
    fn a_lost_or_ambiguous_text_is_an_error() {
        let error = |files: &[(&str, &str)]| place(&FAULT, files).unwrap_err();
        let half_words = error(&[("rloo.rs", "of(a, b) + 1.0; f(a, b) + 1.05")]);
        assert_eq!(half_words, "rloo: no score: `f(a, b) + 1.0` is nowhere");
        let twice = error(&[("a.rs", "f(a, b) + 1.0"), ("b.rs", "f(a, b) + 1.0")]);
        assert_eq!(twice, "rloo: no score: `f(a, b) + 1.0` is in a.rs, b.rs");
    }
}
