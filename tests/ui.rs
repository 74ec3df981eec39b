//! Programs that must not compile, and what the compiler says of each.
//!
//! `ui/macros` has one case for every message of `model!`, of the same name; `ui/types` has mistakes that only types show,
//! where the message is rustc's and the place is ours. After a change of wording run with `TRYBUILD=overwrite`, and read
//! the difference.

use std::{fs, path::Path};

#[test]
fn mistakes_are_reported_as_expected() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/macros/*.rs");
    cases.compile_fail("ui/types/*.rs");
}

/// Every function of the macro's `diagnostics` has a case of its name, and every case a function.
#[test]
fn every_message_has_a_case() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut messages: Vec<String> = files(&tests.join("../macros/src/diagnostics"))
        .iter()
        .flat_map(|source| {
            fs::read_to_string(source)
                .unwrap_or_default()
                .lines()
                .filter_map(message)
                .collect::<Vec<_>>()
        })
        .collect();
    let mut cases: Vec<String> = files(&tests.join("ui/macros"))
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    messages.sort();
    cases.sort();
    assert!(!messages.is_empty());
    assert_eq!(messages, cases);
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder exists");
    entries
        .map(|entry| entry.expect("a readable entry").path())
        .collect()
}

/// `no_struct` of `pub fn no_struct(at: Span) -> Error {`.
fn message(line: &str) -> Option<String> {
    let name = line.strip_prefix("pub fn ")?;
    Some(name.split('(').next()?.to_owned())
}
