//! How long a user waits for the compiler, and whether a debug build is fast enough to train with.
//!
//! `cargo bench -p elbow --bench compile` builds in a folder of its own: a quarter of an hour on two cores.
//! `-- first speed` measures only some: `first`, `ten`, `speed`, `llvm`, `example`.
//!
//! * `first`: the README's first program in a crate of its own, after an edit of one layer width; debug with the
//!   README's profile lines, and release.
//! * `ten`: ten such models in one crate, after an edit of one.
//! * `speed`: the same program, trained longer: steps a second in debug, as a share of release.
//! * `llvm`: of the compiler's time for such an edit, the share that LLVM takes. Stable Rust has no option that tells:
//!   `-C llvm-args=-time-passes` prints nothing, and `--timings` does not divide an executable. So the stable compiler
//!   is allowed its unstable `-Ztime-passes`, for this one crate.
//! * `example`: the main example, from nothing and after an edit of one layer width, release.
//!
//! An edit is timed three times; the median counts. Release builds are not incremental, whatever the machine's settings.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The layer of the README's program whose width is edited, and that of the main example.
const LAYERS: [&str; 2] = [
    "Linear<64, {}>, Tanh, Linear<{}, 32>",
    "Linear<PIXELS, {}>, Tanh, Linear<{}, LATENTS>",
];
/// Their widths before the first edit.
const WIDTHS: [usize; 2] = [100, 200];
/// How often an edit is timed.
const TIMES: usize = 3;
/// The models of the large crate.
const MODELS: usize = 10;
/// The steps of a training whose speed is measured, and how the program says twenty.
const STEPS: usize = 20_000;
const LOOP: &str = "0..20 ";

fn main() -> Result<()> {
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let wanted = |part: &str| chosen.is_empty() || chosen.iter().any(|own| own == part);
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile");
    let readme = fs::read_to_string(root.join("README.md"))?;
    let (program, profile) = (
        block(&readme, "rust", "model!")?,
        block(&readme, "toml", "[profile.dev]")?,
    );
    let manifest = manifest(&root, profile)?;
    let user = |name: &str, source: &str| -> Result<Build> {
        let folder = place.join(name);
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest.replace("NAME", name))?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("src/main.rs"), source)?;
        Ok(Build {
            source: folder.join("src/main.rs"),
            target: place.join("target"),
            folder,
            name: name.to_owned(),
        })
    };

    if wanted("first") {
        let first = user("first", program)?;
        report(
            "README's first program, edited, debug",
            first.edited(0, false)?,
            "≤ 3 s",
        );
        report(
            "README's first program, edited, release",
            first.edited(0, true)?,
            "≤ 4 s",
        );
    }
    if wanted("ten") {
        let ten = user("ten", &many(program)?)?;
        report(
            "ten models, one edited, debug",
            ten.edited(0, false)?,
            "≤ 15 s",
        );
        report(
            "ten models, one edited, release",
            ten.edited(0, true)?,
            "≤ 15 s",
        );
    }
    if wanted("speed") {
        let steps = "0..std::env::args().nth(1).map_or(20, |n| n.parse().expect(\"a number\")) ";
        let speed = user("speed", &replaced(program, LOOP, steps)?)?;
        let debug = speed.training(false)?;
        let release = speed.training(true)?;
        println!(
            "a training step, debug: {:.1} µs",
            1e6 * debug / STEPS as f64
        );
        println!(
            "a training step, release: {:.1} µs",
            1e6 * release / STEPS as f64
        );
        println!(
            "speed of debug, as a share of release: {:.2} (wanted ≥ 0.7)",
            release / debug
        );
    }
    if wanted("llvm") {
        let llvm = user("llvm", program)?;
        for (name, release) in [("debug", false), ("release", true)] {
            let (share, total) = llvm.share_of_llvm(release)?;
            println!(
                "LLVM's share of rustc's {total:.1} s, {name}: {:.0}%",
                100.0 * share
            );
        }
    }
    if wanted("example") {
        // From nothing.
        for folder in ["workspace", "workspace-target"] {
            if place.join(folder).exists() {
                fs::remove_dir_all(place.join(folder))?;
            }
        }
        let folder = place.join("workspace");
        fs::create_dir_all(&folder)?;
        for part in [
            "Cargo.toml",
            "Cargo.lock",
            "macros",
            "runtime",
            "examples",
            "tests",
        ] {
            copy(&root.join(part), &folder.join(part))?;
        }
        let source = folder.join("examples/bernoulli_vae.rs");
        let target = place.join("workspace-target");
        let example = Build {
            folder,
            source,
            target,
            name: "bernoulli_vae".to_owned(),
        };
        // The workspace has more dependencies than a user's crate. Fetch them first: downloads are not compiling.
        let mut fetch = Command::new(env!("CARGO"));
        let fetched = fetch
            .args(["fetch", "--locked"])
            .current_dir(&example.folder)
            .status()?;
        if !fetched.success() {
            return Err(format!("cargo could not fetch the dependencies: {fetched}").into());
        }
        report(
            "main example, from nothing, release",
            example.seconds(true)?,
            "≤ 100 s",
        );
        report(
            "main example, edited, release",
            example.edited(1, true)?,
            "≤ 8 s",
        );
    }
    Ok(())
}

fn report(what: &str, seconds: f64, wanted: &str) {
    println!("{what}: {seconds:.1} s (wanted {wanted})");
}

/// Something that cargo builds.
struct Build {
    folder: PathBuf,
    source: PathBuf,
    target: PathBuf,
    name: String,
}

impl Build {
    fn cargo(&self, release: bool) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--offline"]).current_dir(&self.folder);
        cargo.env("CARGO_TARGET_DIR", &self.target);
        if release {
            cargo.arg("--release").env("CARGO_INCREMENTAL", "0");
        }
        if self.source.ends_with("examples/bernoulli_vae.rs") {
            cargo.args(["--example", &self.name]);
        }
        cargo
    }

    /// The seconds of one build.
    fn seconds(&self, release: bool) -> Result<f64> {
        let start = Instant::now();
        let status = self.cargo(release).arg("--quiet").status()?;
        if !status.success() {
            return Err(format!("cargo ended with {status} in {}", self.folder.display()).into());
        }
        Ok(start.elapsed().as_secs_f64())
    }

    /// Makes the layer one unit wider than it was the last time.
    fn widen(&self, layer: usize, by: usize) -> Result<()> {
        let source = fs::read_to_string(&self.source)?;
        let before = LAYERS[layer].replace("{}", &(WIDTHS[layer] + by).to_string());
        let after = LAYERS[layer].replace("{}", &(WIDTHS[layer] + by + 1).to_string());
        Ok(fs::write(
            &self.source,
            replaced(&source, &before, &after)?,
        )?)
    }

    /// The median of the seconds of a build after an edit.
    fn edited(&self, layer: usize, release: bool) -> Result<f64> {
        self.seconds(release)?;
        let original = fs::read_to_string(&self.source)?;
        let mut all = Vec::new();
        for time in 0..TIMES {
            self.widen(layer, time)?;
            all.push(self.seconds(release)?);
        }
        fs::write(&self.source, original)?;
        all.sort_by(f64::total_cmp);
        Ok(all[TIMES / 2])
    }

    /// The seconds of a training, without those of the rest of the program; the least of several.
    fn training(&self, release: bool) -> Result<f64> {
        self.seconds(release)?;
        let run = |steps: usize| -> Result<f64> {
            let folder = self.target.join(if release { "release" } else { "debug" });
            let start = Instant::now();
            let mut program = Command::new(folder.join(&self.name));
            let status = program
                .arg(steps.to_string())
                .stdout(Stdio::null())
                .status()?;
            if !status.success() {
                return Err(format!("the program ended with {status}").into());
            }
            Ok(start.elapsed().as_secs_f64())
        };
        let mut least = f64::INFINITY;
        for _ in 0..TIMES {
            least = least.min(run(STEPS)? - run(0)?);
        }
        Ok(least)
    }

    /// LLVM's share of the compiler's time after an edit, and that time.
    fn share_of_llvm(&self, release: bool) -> Result<(f64, f64)> {
        let original = fs::read_to_string(&self.source)?;
        // The dependencies first, so that the next build runs one compiler.
        self.seconds(release)?;
        self.widen(0, 0)?;
        let said = String::from_utf8(self.cargo(release).arg("-v").output()?.stderr)?;
        let mut lines = said
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Running `"));
        let compiler = lines
            .next_back()
            .ok_or("cargo ran no compiler")?
            .trim_end_matches('`');
        self.widen(0, 1)?;
        let mut timed = Command::new("sh");
        timed
            .args(["-c", &format!("{compiler} -Ztime-passes")])
            .env("RUSTC_BOOTSTRAP", "1");
        let timed = timed.current_dir(&self.folder).output()?;
        let said = String::from_utf8([timed.stdout, timed.stderr].concat())?;
        fs::write(&self.source, original)?;
        let seconds = |pass: &str| -> f64 {
            let lines = said
                .lines()
                .filter(|line| line.ends_with(&format!("\t{pass}")));
            let seconds = lines.filter_map(|line| line.split([':', ';']).nth(1));
            seconds
                .filter_map(|seconds| seconds.trim().parse::<f64>().ok())
                .sum()
        };
        let total = seconds("total");
        if total == 0.0 {
            return Err(format!("the compiler told no times:\n{said}").into());
        }
        // One after the other: the passes of every unit, then those of thin LTO.
        Ok((
            (seconds("LLVM_passes") + seconds("LLVM_thinlto")) / total,
            total,
        ))
    }
}

/// The first block of a language in a Markdown text that contains a marker.
fn block<'a>(text: &'a str, language: &str, marker: &str) -> Result<&'a str> {
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    let mut blocks = blocks.filter_map(|rest| rest.split("```").next());
    let found = blocks.find(|block| block.contains(marker));
    Ok(found.ok_or(format!(
        "the README has no block of {language} with {marker}"
    ))?)
}

/// A user's manifest: the README's lines, with the place of this elbow.
fn manifest(root: &Path, lines: &str) -> Result<String> {
    let lines = replaced(lines, "…/elbow", &root.display().to_string())?;
    let package = "[package]\nname = \"NAME\"\nversion = \"0.1.0\"\nedition = \"2024\"";
    Ok(format!("{package}\n\n[workspace]\n\n{lines}"))
}

/// A crate of several models, each with widths of its own.
fn many(program: &str) -> Result<String> {
    let program = replaced(program, "fn main()", "pub fn main()")?;
    let (mut out, mut calls) = (String::new(), String::new());
    for model in 0..MODELS {
        let width = (WIDTHS[0] + 10 * model).to_string();
        out += &format!("mod m{model} {{\n");
        for line in program.lines() {
            match line.contains("Linear<") {
                true => out += &line.replace(&WIDTHS[0].to_string(), &width),
                false => out += line,
            }
            out += "\n";
        }
        out += "}\n";
        calls += &format!("    m{model}::main()?;\n");
    }
    Ok(out + &format!("fn main() -> Result<(), elbow::Error> {{\n{calls}    Ok(())\n}}\n"))
}

/// A text with the first of these words replaced.
fn replaced(text: &str, before: &str, after: &str) -> Result<String> {
    match text.contains(before) {
        true => Ok(text.replacen(before, after, 1)),
        false => Err(format!("there is no `{before}` to edit").into()),
    }
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
