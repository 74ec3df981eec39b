//! The folders of the runtime import in one direction, and the macro knows no layer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From the ground up: what a line names may be imported by what later lines name, and by what stands beside it.
const LEVELS: [&[&str]; 11] = [
    // Numbers and what is said of them.
    &["tensor", "support", "error"],
    &["kernels"],
    &["noise"],
    &["nn"],
    &["distribution"],
    &["bijector"],
    &["estimator"],
    &["program"],
    &["objective"],
    &["train"],
    &["probe"],
];

/// What names all others.
const DOORS: [&str; 4] = ["lib", "prelude", "family", "language"];

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&room))
}

/// Every source file of the runtime, with the room that it stands in.
fn sources() -> Vec<(String, PathBuf)> {
    sources_of("runtime")
}

fn sources_of(package: &str) -> Vec<(String, PathBuf)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = workspace.join(package).join("src");
    let mut left = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).expect("a file under the root");
            let room = inside.iter().next().expect("a name").to_string_lossy();
            sources.push((room.trim_end_matches(".rs").to_owned(), path));
        }
    }
    sources
}

/// The rooms that the code of a file names as `crate::room`, without comments and without its own tests.
fn rooms_named(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = lines.flat_map(|line| line.split("crate::").skip(1));
    named
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            rest[..end.unwrap_or(rest.len())].to_owned()
        })
        .collect()
}

#[test]
fn imports_go_down() {
    let mut up = BTreeMap::new();
    for (room, path) in sources() {
        if DOORS.contains(&room.as_str()) {
            continue;
        }
        let own = level(&room).unwrap_or_else(|| panic!("`{room}` has no level"));
        let source = std::fs::read_to_string(&path).expect("a source");
        for named in rooms_named(&source) {
            match level(&named) {
                Some(other) if other <= own => {}
                _ => *up.entry((path.clone(), named)).or_insert(0) += 1,
            }
        }
    }
    assert!(up.is_empty(), "imports that go up: {up:#?}");
}

/// Where dfdx is known.
const KNOWS_DFDX: [&str; 4] = ["tensor", "nn", "lib", "prelude"];

#[test]
fn dfdx_has_one_door() {
    let knows = |room: &str| KNOWS_DFDX.contains(&room);
    for (_, path) in sources().into_iter().filter(|(room, _)| !knows(room)) {
        let source = std::fs::read_to_string(&path).expect("a source");
        let names = |line: &&str| !line.trim_start().starts_with("//") && line.contains("dfdx::");
        let found: Vec<_> = source.lines().filter(names).collect();
        assert!(found.is_empty(), "{path:?} names dfdx: {found:?}");
    }
}

/// Names of layers that no code of the macro decides by. Its help may show them as examples.
const LAYERS: [&str; 9] = [
    "Dropout",
    "LayerNorm",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "SplitInto",
    "Tanh",
];

#[test]
fn the_macro_knows_no_layer() {
    let speaks = |room: &str| ["diagnostics", "tests", "lib"].contains(&room);
    let sources = sources_of("macros").into_iter();
    let silent: Vec<_> = sources.filter(|(room, _)| !speaks(room)).collect();
    assert!(silent.len() > 30, "too few sources: {silent:?}");
    for (_, path) in silent {
        let source = std::fs::read_to_string(&path).expect("a source");
        let names = |line: &&str| {
            !line.trim_start().starts_with("//") && LAYERS.iter().any(|layer| line.contains(layer))
        };
        let found: Vec<_> = source.lines().filter(names).collect();
        assert!(found.is_empty(), "{path:?} names a layer: {found:?}");
    }
}

#[test]
fn what_is_named_is_found() {
    let source = "use crate::tensor::Var;\n// use crate::probe::Probe;\nlet x = crate::nn::apply(y);\n#[cfg(test)]\nuse crate::train::Adam;";
    assert_eq!(rooms_named(source), ["tensor", "nn"]);
}
