//! A copy of the workspace with every mutant in it, each behind its number.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::mutants::Mutant;

/// The environment variable that says which mutant runs.
const CHOICE: &str = "ELBOW_MUTANT";

/// The test targets that are to notice.
const TARGETS: [&str; 7] = [
    "distributions",
    "estimators",
    "conformance",
    "kernels",
    "layers",
    "training",
    "language",
];

/// What the copy's `mutant()` is: which mutant runs, or 0.
const SWITCH: &str = r#"
pub(crate) fn mutant() -> usize {
    static CHOSEN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let chosen = std::env::var("ELBOW_MUTANT").ok();
        chosen.map_or(0, |number| number.parse().expect("a number"))
    })
}
"#;

/// How tests went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// The filter names no test.
    NothingRan,
}

/// Where the workspace is.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The files that mutants are in, with every original expression replaced by a choice.
///
/// # Errors
/// Where a text is not found exactly once, or lies in another.
pub fn mutated(root: &Path, mutants: &[Mutant]) -> Result<BTreeMap<&'static str, String>, String> {
    // By file and place: the length of the original, and the numbers and texts of its mutants.
    type Choices = BTreeMap<usize, (usize, Vec<(usize, &'static str)>)>;
    let mut files: BTreeMap<&str, Choices> = BTreeMap::new();
    for (at, mutant) in mutants.iter().enumerate() {
        let source = read(root, mutant.file)?;
        let place = mutant.place(&source)?;
        let choices = files.entry(mutant.file).or_default();
        let (length, own) = choices
            .entry(place)
            .or_insert((mutant.original.len(), Vec::new()));
        if *length != mutant.original.len() {
            return Err(format!("{}: two originals begin at one place", mutant.what));
        }
        own.push((at + 1, mutant.replacement));
    }
    let mut sources = BTreeMap::new();
    for (file, choices) in files {
        let source = read(root, file)?;
        let (mut out, mut end) = (String::new(), 0);
        for (place, (length, mutants)) in choices {
            if place < end {
                return Err(format!(
                    "{file}: an original lies in another at byte {place}"
                ));
            }
            out.push_str(&source[end..place]);
            out.push_str("(match crate::mutant() { ");
            for (number, replacement) in mutants {
                out.push_str(&format!("{number} => {{ {replacement} }} "));
            }
            end = place + length;
            out.push_str(&format!("_ => {{ {} }} }})", &source[place..end]));
        }
        out.push_str(&source[end..]);
        sources.insert(file, out);
    }
    Ok(sources)
}

impl Mutant {
    /// Where the original stands: it occurs once after the text it comes after, which occurs once in the file.
    fn place(&self, source: &str) -> Result<usize, String> {
        let once = |text: &str, within: &str| {
            let mut found = within.match_indices(text).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => Ok(at),
                (None, _) => Err(format!("{}: no `{text}`", self.file)),
                _ => Err(format!("{}: more than one `{text}`", self.file)),
            }
        };
        match self.after {
            "" => once(self.original, source),
            after => {
                let start = once(after, source)? + after.len();
                let place = source[start..].find(self.original);
                let place = place.ok_or(format!("{}: no `{}`", self.file, self.original))?;
                Ok(start + place)
            }
        }
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
    /// Where a mutant does not fit, or the copy does not compile.
    pub fn build(mutants: &[Mutant]) -> Result<Self, String> {
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
        for (file, source) in mutated(root(), mutants)? {
            fs::write(folder.join(file), source).map_err(|e| e.to_string())?;
        }
        let library = "runtime/src/lib.rs";
        let source = read(&folder, library)? + SWITCH;
        fs::write(folder.join(library), source).map_err(|e| e.to_string())?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--release", "--no-run", "-p", "elbow-tests"]);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        TARGETS.iter().for_each(|target| {
            cargo.args(["--test", target]);
        });
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

fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|problem| format!("{file}: {problem}"))
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
