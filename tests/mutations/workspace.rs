//! A copy of the workspace with every mutant in it, each behind its number.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::mutants::Mutant;
use super::sources::Sources;

/// The environment variable that says which mutant runs.
const CHOICE: &str = "ELBOW_MUTANT";

/// The test targets that are to notice, if the environment names none.
const TARGETS: [&str; 12] = [
    "distributions",
    "estimators",
    "objectives",
    "conformance",
    "kernels",
    "partly",
    "loops",
    "layers",
    "training",
    "data",
    "language",
    "posterior",
];

/// The copy's `mutant()`: the number of the mutant that runs, or 0.
const SWITCH: &str = r#"
pub(crate) fn mutant() -> usize {
    static CHOSEN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let chosen = std::env::var("ELBOW_MUTANT").ok();
        chosen.map_or(0, |number| number.parse().expect("a number"))
    })
}
"#;

/// The outcome of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// The filter names no test.
    NothingRan,
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The files that mutants are in, with every original expression replaced by a choice.
///
/// # Errors
/// Lists every mutant whose expression is not found, or lies in another's.
pub fn mutated(
    sources: &Sources,
    mutants: &[&Mutant],
) -> Result<BTreeMap<PathBuf, String>, String> {
    // By file and place: the end of the original, and the numbers and texts of its mutants.
    type Choices = BTreeMap<usize, (usize, Vec<(usize, &'static str)>)>;
    let mut files: BTreeMap<PathBuf, Choices> = BTreeMap::new();
    let mut problems = Vec::new();
    for (at, mutant) in mutants.iter().enumerate() {
        let place = match sources.place(mutant) {
            Ok(place) => place,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let choices = files.entry(place.file).or_default();
        let (end, own) = choices
            .entry(place.bytes.start)
            .or_insert((place.bytes.end, Vec::new()));
        if *end != place.bytes.end {
            problems.push(format!("{}: two originals begin at one place", mutant.what));
        }
        own.push((at + 1, mutant.replacement));
    }
    let mut out = BTreeMap::new();
    for (file, choices) in files {
        let source = sources.text(&file);
        let (mut text, mut end) = (String::new(), 0);
        for (start, (its_end, mutants)) in choices {
            let Some(between) = source.get(end..start) else {
                problems.push(format!(
                    "{}: an original lies in another at byte {start}",
                    file.display()
                ));
                continue;
            };
            text.push_str(between);
            text.push_str("(match crate::mutant() { ");
            for (number, replacement) in mutants {
                text.push_str(&format!("{number} => {{ {replacement} }} "));
            }
            text.push_str(&format!("_ => {{ {} }} }})", &source[start..its_end]));
            end = its_end;
        }
        text.push_str(&source[end..]);
        out.insert(file, text);
    }
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems.join("\n"))
    }
}

/// The built copy.
pub struct Workspace {
    executables: Vec<PathBuf>,
    folder: PathBuf,
}

impl Workspace {
    /// Copies, mutates and builds.
    ///
    /// # Errors
    /// Fails if a mutant does not fit, or if the copy does not compile.
    pub fn build(sources: &Sources, mutants: &[&Mutant]) -> Result<Self, String> {
        let mutated = mutated(sources, mutants)?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            "macros",
            "runtime",
            "examples",
            "tests",
        ] {
            copy(&root().join(name), &folder.join(name)).map_err(|e| format!("{name}: {e}"))?;
        }
        for (file, source) in mutated {
            fs::write(folder.join(file), source).map_err(|e| e.to_string())?;
        }
        let library = folder.join("runtime/src/lib.rs");
        let source = fs::read_to_string(&library).map_err(|e| e.to_string())? + SWITCH;
        fs::write(library, source).map_err(|e| e.to_string())?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--release", "--no-run", "-p", "elbow-tests"]);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        let wanted = std::env::var("ELBOW_TESTS").unwrap_or_default();
        let wanted = |target: &str| wanted.is_empty() || wanted.split(',').any(|own| own == target);
        for target in TARGETS.into_iter().filter(|target| wanted(target)) {
            cargo.args(["--test", target]);
        }
        // A place of its own: cargo tells the copy's artifacts from the original's by their path in the workspace alone.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations-target");
        cargo.env("CARGO_TARGET_DIR", target);
        let built = cargo.current_dir(&folder).stderr(Stdio::inherit()).output();
        let built = built.map_err(|e| e.to_string())?;
        if !built.status.success() {
            return Err("the mutated copy does not compile".into());
        }
        let messages = String::from_utf8_lossy(&built.stdout).into_owned();
        let executables = messages.lines().filter_map(executable).collect();
        Ok(Self {
            executables,
            folder,
        })
    }

    /// Runs the tests of this name under a mutant; under none if the number is 0.
    pub fn test(&self, number: usize, filter: &str) -> Outcome {
        let mut ran = false;
        for executable in &self.executables {
            let mut test = Command::new(executable);
            test.arg(filter).env(CHOICE, number.to_string());
            test.current_dir(self.folder.join("tests"));
            let Ok(output) = test.output() else {
                return Outcome::NothingRan;
            };
            if !output.status.success() {
                return Outcome::Failed;
            }
            ran |= !String::from_utf8_lossy(&output.stdout).contains("running 0 tests");
        }
        if ran {
            Outcome::Passed
        } else {
            Outcome::NothingRan
        }
    }
}

/// The executable that one of cargo's messages tells of.
fn executable(message: &str) -> Option<PathBuf> {
    let (_, rest) = message.split_once("\"executable\":\"")?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path.replace("\\\\", "\\")))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if name != "target" {
            copy(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
}
