//! A checkpoint holds all that a run needs to go on as if it had never stopped.

use std::collections::BTreeMap;

use crate::folder::Folder;
use crate::model::{Run, notes};
use elbow::family::Key;
use elbow::prelude::*;
use elbow::train::{Adam, checkpoint};

#[test]
fn what_is_loaded_is_what_was_saved() {
    let folder = Folder::new("round-trip");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(21);
    run.steps(7);
    run.save(&path).expect("a writable folder");
    let mut other = Run::<3>::new(22);
    other.steps(2);
    assert_eq!(other.load(&path).expect("the file"), notes());
    assert_eq!(other.state(), run.state());
    // Saved again it is the same file, but for the order of its notes.
    let again = folder.file("again.safetensors");
    other.save(&again).expect("a writable folder");
    let size = |path| std::fs::metadata(path).expect("the file").len();
    assert_eq!(size(&path), size(&again));
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one() {
    let folder = Folder::new("resume");
    let path = folder.file("run.safetensors");
    let mut whole = Run::<3>::new(23);
    let mut losses = whole.steps(20);
    whole.save(&path).expect("a writable folder");
    losses.extend(whole.steps(30));

    let mut resumed = Run::<3>::new(24);
    resumed.load(&path).expect("the file");
    let later = resumed.steps(30);
    assert_eq!(losses[20..], later);
    assert_eq!(resumed.state(), whole.state());
}

/// Before the first step there are no moments to save.
#[test]
fn a_run_that_has_not_begun() {
    let folder = Folder::new("fresh");
    let path = folder.file("run.safetensors");
    let mut whole = Run::<3>::new(25);
    whole.save(&path).expect("a writable folder");
    let mut resumed = Run::<3>::new(26);
    resumed.steps(4);
    resumed.load(&path).expect("the file");
    assert_eq!(resumed.state(), whole.state());
    assert_eq!(resumed.steps(10), whole.steps(10));
}

/// Large seeds and steps do not pass through a float.
#[test]
fn seeds_and_steps_keep_all_their_digits() {
    let folder = Folder::new("digits");
    let path = folder.file("run.safetensors");
    let run = Run::<3>::new(u64::MAX - 1);
    let key = elbow::family::Key::new(u64::MAX - 1, (1 << 60) + 1);
    run.vae.run_state().set_key(key);
    run.save(&path).expect("a writable folder");
    let mut other = Run::<3>::new(0);
    other.load(&path).expect("the file");
    assert_eq!(other.vae.run_state().key(), key);
}

model! {
    /// Nothing to learn.
    struct Fixed {}
    generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
    inference q(x) { sample z ~ Normal::new(x * 0.5, 0.7); }
}

#[test]
fn a_model_without_parameters() {
    let folder = Folder::new("nothing");
    let path = folder.file("run.safetensors");
    let (mut fixed, mut adam) = (Fixed::new(5), Adam::new(1e-3));
    fixed.run_state().set_key(Key::new(5, 17));
    checkpoint::save(&path, &fixed, &adam, &notes()).expect("a writable folder");
    fixed.run_state().set_key(Key::new(6, 0));
    let read = checkpoint::load(&path, &mut fixed, &mut adam).expect("the file");
    assert_eq!((read, fixed.run_state().key()), (notes(), Key::new(5, 17)));
}

/// They would be read as elbow's own, or not at all.
#[test]
fn notes_in_names_of_elbow_are_refused() {
    let folder = Folder::new("names");
    let path = folder.file("run.safetensors");
    for name in ["elbow.step", "elbow.mean.z", "elbow.mine"] {
        let notes = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
        let error = checkpoint::save(&path, &Fixed::new(1), &Adam::new(1e-3), &notes);
        let message = error.expect_err(name).to_string();
        assert!(message.contains(name), "{message}");
        assert!(!path.exists());
    }
}

/// The good file stays if the new one would be refused by `load`.
#[test]
fn a_file_that_could_not_be_read_is_not_written() {
    let folder = Folder::new("long");
    let path = folder.file("run.safetensors");
    let (model, adam) = (Fixed::new(1), Adam::new(1e-3));
    checkpoint::save(&path, &model, &adam, &BTreeMap::new()).expect("a writable folder");
    // The header of a safetensors file has 100 MB at most.
    let notes = BTreeMap::from([("log".to_owned(), "x".repeat(100_000_001))]);
    let error = checkpoint::save(&path, &model, &adam, &notes).expect_err("too long");
    assert!(
        error.to_string().contains("keep less in the notes"),
        "{error}"
    );
    let read = checkpoint::load_model(&path, &mut Fixed::new(2)).expect("the old file");
    assert_eq!(read, BTreeMap::new());
}
