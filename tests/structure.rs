//! The folders of the runtime import in one direction, and the macro knows no layer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From the ground up: what a line names may be imported by what later lines name, and by what stands beside it.
const LEVELS: [&[&str]; 15] = [
    &["error"],
    &["tensor"],
    &["support"],
    &["kernels"],
    &["noise"],
    &["nn"],
    &["distribution"],
    &["bijector"],
    &["estimator"],
    &["program"],
    &["data"],
    &["objective"],
    &["train"],
    &["probe"],
    &["diagnosis"],
];

/// What names all others: the root, the doors that it opens, and the docs of the language.
const DOORS: [&str; 4] = ["lib", "language", "prelude", "family"];

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

/// The rooms that the code of a file names as `crate::room`, without comments and without its own tests. A macro of the root is no room.
/// What it writes stands in a user's crate too, so it names the doors.
fn rooms_named(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = lines.flat_map(|line| line.split("crate::").skip(1));
    named
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let (room, after) = rest.split_at(end.unwrap_or(rest.len()));
            let is_door = ["__macro", "dfdx"].contains(&room);
            (!is_door && !after.starts_with('!')).then(|| room.to_owned())
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

/// What users reach: the names of `lib.rs`, and those behind the doors.
const PUBLIC: &str = include_str!("public.txt");

/// The code of a door, without comments.
fn code_of(door: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../runtime/src/{door}.rs"));
    let source = std::fs::read_to_string(path).expect("a door");
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.collect::<Vec<_>>().join(" ");
    // The hidden door comes last.
    code.split("pub mod __macro")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The names that some code re-exports: of each statement, where from, and what.
fn exported(code: &str) -> Vec<(String, Vec<String>)> {
    let parts = code.split(';');
    let statements = parts.filter_map(|part| part.split("pub use ").nth(1));
    let each = statements.map(|statement| {
        let (path, list) = match statement.split_once('{') {
            Some((path, list)) => (path, list.split('}').next().unwrap_or(list)),
            None => ("", statement.rsplit("::").next().unwrap_or(statement)),
        };
        let path = path.trim_end_matches("::");
        let of_path = path.rsplit("::").next().unwrap_or(path);
        let listed = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let names = listed.map(|name| match name {
            "self" => of_path.to_owned(),
            name => name.split(" as ").last().unwrap_or(name).trim().to_owned(),
        });
        (path.to_owned(), names.collect())
    });
    each.collect()
}

/// The names that a door re-exports, or that a room of the same name declares.
fn names_behind(door: &str) -> Vec<String> {
    let code = code_of(door);
    let exported = exported(&code).into_iter();
    let mut names: Vec<String> = exported.flat_map(|(_, names)| names).collect();
    let modules = code.split("pub mod ").skip(1);
    names.extend(modules.filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        Some(rest[..end?].to_owned())
    }));
    names.sort();
    names.dedup();
    names
}

/// The families and the layers of the prelude: what it takes from their rooms, but for what is neither.
fn families_and_layers() -> Vec<String> {
    const NEITHER: [&str; 3] = ["Distribution", "Parameter", "Random"];
    let exported = exported(&code_of("prelude")).into_iter();
    let own = exported.filter(|(path, _)| ["crate::distribution", "crate::nn"].contains(&&**path));
    let names = own.flat_map(|(_, names)| names);
    names.filter(|name| !NEITHER.contains(&&**name)).collect()
}

/// The names that are neither a family nor a layer are fewer.
const REST: usize = 260;

/// The list is for people to read; a change of it is a change of what elbow promises.
#[test]
fn what_is_public_is_listed() {
    let doors = ["lib", "prelude", "family", "data", "train"];
    let found: Vec<String> = doors
        .iter()
        .flat_map(|door| {
            let names = names_behind(door).into_iter();
            names.map(move |name| format!("{door} {name}"))
        })
        .collect();
    let listed: Vec<&str> = PUBLIC.lines().collect();
    assert_eq!(
        found, listed,
        "write into tests/public.txt what is public now"
    );
    // A family or a layer is a name that users look for, and find in a table: one more is nothing to learn. Every other name is,
    // and they have a bound.
    let known = families_and_layers();
    assert!(known.len() > 60, "too few families and layers: {known:?}");
    let rest = listed.len() - known.len();
    assert!(
        rest < REST,
        "{rest} public names are neither family nor layer"
    );
}

#[test]
fn what_is_named_is_found() {
    let source = "use crate::tensor::Var;\ncrate::parameters! { $crate::__macro::nn::Start }\n// use crate::probe::Probe;\nlet x = crate::nn::apply(y);\n#[cfg(test)]\nuse crate::train::Adam;";
    assert_eq!(rooms_named(source), ["tensor", "nn"]);
}
