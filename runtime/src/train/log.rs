//! The steps of a training in a file.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::files::{check_writable, write_atomically};
use super::record::{Callback, Record};
use crate::error::Error;

/// Writes the steps of a training to a file, one a line: the columns of a CSV file, or objects of JSON.
///
/// The names are those of [`Record`]: `steps`, `epoch`, `loss`, `elbo`, `kl`, `log_likelihood`, `learning_rate`, `validation`, `is_best`. A number
/// that there is not is empty in CSV and `null` in JSON. A run that is resumed goes on in the file that is there: lines of steps that it takes again are
/// replaced.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::train::{Log, Trainer};
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
/// }
///
/// let path = std::env::temp_dir().join(format!("elbow-log-{}.csv", std::process::id()));
/// let (mut pair, x) = (Pair::new(0), batch(vec![1.0; 4])?);
/// Trainer::new(&mut pair, &mut Adam::new(0.1))
///     .steps(30)
///     .tell(Log::csv(&path)?.every(10))
///     .run(|pair, _| Elbo::default().loss(&pair.q(&x)))?;
/// let lines = std::fs::read_to_string(&path)?;
/// assert!(lines.starts_with("steps,epoch,loss,"));
/// assert_eq!(lines.lines().count(), 1 + 3);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    format: Format,
    every: u64,
    /// None until the first step.
    file: Option<File>,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Csv,
    JsonLines,
}

impl Log {
    /// A file of comma-separated values, with a line of names.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn csv(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::of(path.as_ref(), Format::Csv)
    }

    /// A file with an object of JSON on each line.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn json_lines(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::of(path.as_ref(), Format::JsonLines)
    }

    /// Writes every `steps`-th step, at least 1, each validation, and the last.
    pub fn every(self, steps: u64) -> Self {
        let every = steps.max(1);
        Self { every, ..self }
    }

    fn of(path: &Path, format: Format) -> Result<Self, Error> {
        check_writable(path)?;
        Ok(Self {
            path: path.to_owned(),
            format,
            every: 1,
            file: None,
        })
    }

    /// Opens the file, with the lines of the steps before this one.
    fn open(&self, first: u64) -> Result<File, Error> {
        let before = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            before => before.map_err(|source| self.failed("read", source))?,
        };
        let lines = before.split_inclusive('\n');
        let is_before = |line: &&str| self.format.steps(line).is_some_and(|steps| steps < first);
        let kept = lines.filter(is_before);
        let text: String = std::iter::once(&*self.format.head()).chain(kept).collect();
        write_atomically(&self.path, text.as_bytes())?;
        let file = File::options().append(true).open(&self.path);
        file.map_err(|source| self.failed("save", source))
    }

    /// Writes at once: a checkpoint that a killed run leaves is of no step that its log has not.
    fn write(&mut self, record: &Record) -> Result<(), Error> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.open(record.steps)?,
        };
        let written = file.write_all(self.format.line(record).as_bytes());
        self.file = Some(file);
        written.map_err(|source| self.failed("save", source))
    }

    fn failed(&self, verb: &'static str, source: std::io::Error) -> Error {
        Error::File {
            verb,
            path: self.path.clone(),
            source,
        }
    }
}

impl<M> Callback<M> for Log {
    fn after_step(&mut self, record: &Record, _: &M) -> Result<ControlFlow<()>, Error> {
        let is_last = record.steps == record.of;
        if record.steps.is_multiple_of(self.every) || record.validation.is_some() || is_last {
            self.write(record)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The names of the columns.
const NAMES: [&str; 9] = [
    "steps",
    "epoch",
    "loss",
    "elbo",
    "kl",
    "log_likelihood",
    "learning_rate",
    "validation",
    "is_best",
];

/// The numbers of a step, as both formats write them. None for those that there are not.
fn texts(record: &Record) -> [Option<String>; 9] {
    let number = |number: f64| number.is_finite().then(|| number.to_string());
    let single = |number: f32| number.is_finite().then(|| number.to_string());
    [
        Some(record.steps.to_string()),
        Some(record.epoch.to_string()),
        single(record.loss),
        number(record.elbo),
        number(record.kl),
        number(record.log_likelihood),
        record.learning_rate.and_then(single),
        record.validation.and_then(number),
        Some(record.is_best.to_string()),
    ]
}

impl Format {
    fn head(self) -> String {
        match self {
            Self::Csv => NAMES.join(",") + "\n",
            Self::JsonLines => String::new(),
        }
    }

    fn line(self, record: &Record) -> String {
        let texts = texts(record);
        match self {
            Self::Csv => texts.map(Option::unwrap_or_default).join(",") + "\n",
            Self::JsonLines => {
                let mut line = String::from("{");
                for (at, (name, text)) in NAMES.iter().zip(texts).enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    let text = text.as_deref().unwrap_or("null");
                    // Nothing fails to be written to a `String`.
                    let _ = write!(line, "{comma}\"{name}\":{text}");
                }
                line + "}\n"
            }
        }
    }

    /// The steps of a whole line. None for the names, and for a line that was cut off.
    fn steps(self, line: &str) -> Option<u64> {
        let whole = line.strip_suffix('\n')?;
        let rest = match self {
            Self::Csv => whole,
            Self::JsonLines => whole.strip_prefix("{\"steps\":")?,
        };
        rest.split(',').next()?.parse().ok()
    }
}
