//! Checkpoints: everything that a run needs to continue as if it had not stopped.
//!
//! A checkpoint is one safetensors file. Parameters have dfdx's names, so `load_safetensors` can read them from it.
//! The optimiser's moments stand beside them under `adam.first.` and `adam.second.`. Steps and seed are in the file's
//! metadata.

mod checksum;
mod tensors;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use safetensors::tensor::{SafeTensors, TensorView};

use super::adam::Adam;
use super::files::write_atomically;
use super::moments::Moments;
use crate::error::Error;
use crate::noise::Key;
use crate::program::{Model, RunState};
use crate::tensor::parameters::Walked;

pub use checksum::fingerprint;
use checksum::{CHECKSUM, check_sum, checksum};
use tensors::{Entry, all, finite, parameters, read, set_parameters};

const FIRST: &str = "adam.first.";
const SECOND: &str = "adam.second.";
/// The beginning of this crate's own names.
const OWN: &str = "elbow.";
const MEAN: &str = "elbow.mean.";
const TRAINER: &str = "elbow.trainer.";
const FACTOR: &str = "elbow.adam_factor";
/// A tensor in the file of a model without parameters, since safetensors cannot write a file without tensors.
const NOTHING: &str = "elbow.nothing";

/// Saves a model, the state of its run and its optimiser, with notes of your own. The file is replaced whole.
///
/// # Errors
/// Fails if the file cannot be written, if a note's name begins with `elbow.`, or if a number is NaN or infinite. [`load`]
/// would refuse such a file, and the file that stands there may be the last good one.
pub fn save<M: Model>(
    path: impl AsRef<Path>,
    model: &M,
    adam: &Adam,
    notes: &BTreeMap<String, String>,
) -> Result<(), Error> {
    save_run(path.as_ref(), model, adam, [notes, &BTreeMap::new()])
}

/// Saves a checkpoint with what a trainer keeps besides the user's notes.
pub(super) fn save_run<M: Model>(
    path: &Path,
    model: &M,
    adam: &Adam,
    notes: [&BTreeMap<String, String>; 2],
) -> Result<(), Error> {
    save_whole(path, model, model.run_state(), adam, notes)
}

fn save_whole(
    path: &Path,
    model: &dyn Walked,
    run: &RunState,
    adam: &Adam,
    [notes, kept]: [&BTreeMap<String, String>; 2],
) -> Result<(), Error> {
    let mut tensors = parameters(model);
    for (name, moments) in adam.moments.named() {
        let shape = vec![moments.first.len()];
        for (prefix, values) in [(FIRST, &moments.first), (SECOND, &moments.second)] {
            tensors.push(Entry::new(format!("{prefix}{name}"), shape.clone(), values));
        }
    }
    if tensors.is_empty() {
        tensors.push(Entry::new(NOTHING.into(), vec![0], &[]));
    }
    for entry in &tensors {
        finite(path, &entry.name, &entry.values())?;
    }
    if let Some(name) = notes.keys().find(|name| name.starts_with(OWN)) {
        let problem =
            format!("cannot keep a note named `{name}`: names in `{OWN}` are elbow's own");
        return Err(broken(path, problem));
    }
    let mut metadata: HashMap<String, String> = notes.clone().into_iter().collect();
    let key = run.key();
    for (name, number) in [
        ("elbow.seed", key.seed),
        ("elbow.step", key.step),
        ("elbow.program", key.program),
        ("elbow.looks", run.looks()),
        ("elbow.adam_steps", adam.steps),
    ] {
        metadata.insert(name.into(), number.to_string());
    }
    metadata.insert(FACTOR.into(), adam.factor.to_bits().to_string());
    for (name, text) in kept {
        metadata.insert(format!("{TRAINER}{name}"), text.clone());
    }
    for (site, mean) in run.means() {
        // As bits, so that the run goes on to the last digit.
        metadata.insert(format!("{MEAN}{site}"), mean.to_bits().to_string());
    }
    let bytes = tensors
        .iter()
        .map(|entry| (entry.name.as_str(), &entry.shape[..], &entry.bytes[..]));
    metadata.insert(CHECKSUM.into(), checksum(bytes.collect(), &metadata));
    let views: Vec<(&str, TensorView<'_>)> = tensors
        .iter()
        .map(|entry| Ok((entry.name.as_str(), entry.view()?)))
        .collect::<Result<_, safetensors::SafeTensorError>>()
        .map_err(|problem| broken(path, format!("could not be laid out: {problem:?}")))?;
    let bytes = safetensors::serialize(views, &Some(metadata))
        .map_err(|problem| broken(path, format!("could not be laid out: {problem:?}")))?;
    // A file that `load` would refuse must not take the place of one that it takes.
    SafeTensors::deserialize(&bytes).map_err(|problem| {
        let problem = format!("would not be read again ({problem:?}): keep less in the notes");
        broken(path, problem)
    })?;
    write_atomically(path, &bytes)
}

/// Loads what [`save`] wrote and returns the notes. On an error nothing is changed.
///
/// # Errors
/// Fails if the file cannot be read, is truncated, damaged or no safetensors file, or belongs to another model. The error has
/// the path, and what was expected.
pub fn load<M: Model>(
    path: impl AsRef<Path>,
    model: &mut M,
    adam: &mut Adam,
) -> Result<BTreeMap<String, String>, Error> {
    let [notes, _] = load_run(path.as_ref(), model, adam)?;
    Ok(notes)
}

/// Loads a checkpoint. Returns the user's notes, and what a trainer keeps besides.
pub(super) fn load_run<M: Model>(
    path: &Path,
    model: &mut M,
    adam: &mut Adam,
) -> Result<[BTreeMap<String, String>; 2], Error> {
    let mut checkpoint = read_whole(path, model)?;
    adam.moments = checkpoint.moments.iter().cloned().collect();
    adam.steps = checkpoint.adam_steps;
    adam.factor = checkpoint.adam_factor;
    let kept = std::mem::take(&mut checkpoint.kept);
    Ok([checkpoint.hand_to(model), kept])
}

/// Loads the model and the state of its run from a file that [`save`] wrote, without an optimiser. Use it for a model that is
/// not trained further. Returns the notes. On an error nothing is changed.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use elbow::prelude::*;
/// use elbow::train::{Adam, checkpoint};
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
/// }
///
/// let path = std::env::temp_dir().join(format!("elbow-pair-{}.safetensors", std::process::id()));
/// let (mut pair, mut adam) = (Pair::new(0), Adam::new(0.1));
/// let x = batch(vec![1.0; 4])?;
/// let loss = Elbo::default().loss(&pair.q(&x))?;
/// adam.descend(&mut pair, loss)?;
/// checkpoint::save(&path, &pair, &adam, &BTreeMap::new())?;
///
/// let mut other = Pair::new(1);
/// checkpoint::load_model(&path, &mut other)?;
/// assert_eq!(other.loc.value.as_vec(), pair.loc.value.as_vec());
/// # let _ = std::fs::remove_file(&path);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// # Errors
/// Fails as [`load`] does.
pub fn load_model<M: Model>(
    path: impl AsRef<Path>,
    model: &mut M,
) -> Result<BTreeMap<String, String>, Error> {
    Ok(read_whole(path.as_ref(), model)?.hand_to(model))
}

/// Gives a model the parameters of a checkpoint, and nothing else of it.
pub(super) fn load_parameters(path: &Path, model: &mut dyn Walked) -> Result<(), Error> {
    let checkpoint = read_whole(path, model)?;
    set_parameters(model, &checkpoint.values);
    Ok(())
}

/// The notes in a checkpoint, without its model.
///
/// # Errors
/// Fails if the file cannot be read, or is no safetensors file.
pub fn notes(path: impl AsRef<Path>) -> Result<BTreeMap<String, String>, Error> {
    let path = path.as_ref();
    let bytes = read_bytes(path)?;
    let (_, header) =
        SafeTensors::read_metadata(&bytes).map_err(|problem| foreign(path, problem))?;
    let metadata = header.metadata().clone().unwrap_or_default();
    Ok(own_notes(metadata))
}

/// Those that are not elbow's own.
fn own_notes(metadata: HashMap<String, String>) -> BTreeMap<String, String> {
    let own = |name: &String| !name.starts_with(OWN);
    metadata.into_iter().filter(|(name, _)| own(name)).collect()
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File {
        verb: "read",
        path: path.to_owned(),
        source,
    })
}

fn foreign(path: &Path, problem: safetensors::SafeTensorError) -> Error {
    broken(path, format!("not a whole safetensors file: {problem:?}"))
}

/// The content of a file for a model.
struct Checkpoint {
    values: BTreeMap<String, Vec<f32>>,
    moments: Vec<(String, Moments)>,
    adam_steps: u64,
    adam_factor: f32,
    key: Key,
    looks: u64,
    means: BTreeMap<String, f64>,
    notes: BTreeMap<String, String>,
    /// What a trainer keeps.
    kept: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Gives a model its parameters and the state of its run. Returns the notes.
    fn hand_to<M: Model>(self, model: &mut M) -> BTreeMap<String, String> {
        set_parameters(model, &self.values);
        model.run_state().set_key(self.key);
        model.run_state().set_looks(self.looks);
        model.run_state().set_means(self.means);
        self.notes
    }
}

fn read_whole(path: &Path, model: &dyn Walked) -> Result<Checkpoint, Error> {
    let bytes = read_bytes(path)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|problem| foreign(path, problem))?;
    let (_, header) =
        SafeTensors::read_metadata(&bytes).map_err(|problem| foreign(path, problem))?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let number = |name: &str| -> Result<u64, Error> {
        let text = metadata.get(name).ok_or_else(|| {
            broken(
                path,
                format!("has no `{name}`: expected a checkpoint of a training run"),
            )
        })?;
        text.parse().map_err(|_| {
            broken(
                path,
                format!("`{name}` is `{text}`: expected a whole number"),
            )
        })
    };
    let (key, looks, adam_steps) = (
        Key {
            seed: number("elbow.seed")?,
            step: number("elbow.step")?,
            program: number("elbow.program")?,
        },
        number("elbow.looks")?,
        number("elbow.adam_steps")?,
    );
    let factor = f32::from_bits(number(FACTOR)? as u32);
    finite(path, FACTOR, &[factor])?;
    let kept = metadata.iter();
    let kept = kept.filter_map(|(name, text)| Some((name.strip_prefix(TRAINER)?, text)));
    let kept = kept
        .map(|(name, text)| (name.to_owned(), text.clone()))
        .collect();
    let sites = metadata.keys().filter_map(|name| name.strip_prefix(MEAN));
    let means = sites
        .map(|site| {
            let mean = f64::from_bits(number(&format!("{MEAN}{site}"))?);
            finite(path, site, &[mean as f32])?;
            Ok((site.to_owned(), mean))
        })
        .collect::<Result<_, Error>>()?;
    let mut values = BTreeMap::new();
    let mut moments = Vec::new();
    let mut unread: BTreeSet<String> = file.names().into_iter().cloned().collect();
    unread.remove(NOTHING);
    for expected in parameters(model) {
        let name = expected.name;
        values.insert(name.clone(), read(path, &file, &name, &expected.shape)?);
        unread.remove(&name);
        let names = [FIRST, SECOND].map(|prefix| format!("{prefix}{name}"));
        if names.iter().any(|name| unread.contains(name)) {
            let length = [expected.bytes.len() / size_of::<f32>()];
            let first = read(path, &file, &names[0], &length)?;
            let second = read(path, &file, &names[1], &length)?;
            let is_square = |&number: &f32| number >= 0.0;
            all(path, &names[1], &second, is_square, "no negative number")?;
            moments.push((name, Moments { first, second }));
        }
        for name in &names {
            unread.remove(name);
        }
    }
    if let Some(name) = unread.first() {
        let problem = format!("has a tensor `{name}`: this model has no such parameter");
        return Err(broken(path, problem));
    }
    // Last, since the checks above have better messages for another model's file.
    check_sum(path, &file, &metadata)?;
    let notes = own_notes(metadata);
    Ok(Checkpoint {
        values,
        moments,
        adam_steps,
        adam_factor: factor,
        key,
        looks,
        means,
        notes,
        kept,
    })
}

fn broken(path: &Path, problem: String) -> Error {
    Error::Checkpoint {
        path: path.to_owned(),
        problem,
    }
}
