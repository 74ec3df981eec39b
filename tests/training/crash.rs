//! A save that does not come to its end leaves the old file.

use std::fs;

use elbow::Error;
use elbow_tests::support::programs::fill;

use crate::folder::Folder;
use crate::model::Run;

/// Where the half-written file of this process stands.
fn beside(folder: &Folder) -> std::path::PathBuf {
    folder.file(&format!("run.safetensors.{}.part", std::process::id()))
}

#[test]
fn a_file_that_was_left_half_written_is_ignored() {
    let folder = Folder::new("half");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(41);
    run.steps(2);
    run.save(&path).expect("a writable folder");
    // Another process was killed while it wrote, and so was one with this number.
    fs::write(folder.file("run.safetensors.1.part"), b"half").expect("a writable folder");
    fs::write(beside(&folder), b"half").expect("a writable folder");
    let mut other = Run::<3>::new(42);
    other.load(&path).expect("the old file");
    assert_eq!(other.state(), run.state());
    // The next save is not disturbed by it.
    other.steps(1);
    other.save(&path).expect("a writable folder");
    run.load(&path).expect("the new file");
    assert_eq!(other.state(), run.state());
    assert_eq!(
        folder.names(),
        ["run.safetensors", "run.safetensors.1.part"]
    );
}

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = Folder::new("failed");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(43);
    run.save(&path).expect("a writable folder");
    let old = fs::read(&path).expect("the file");
    // The place beside is taken by a folder: the new file cannot be written.
    fs::create_dir(beside(&folder)).expect("a writable folder");
    run.steps(1);
    let error = run.save(&path).expect_err("the place is taken");
    assert!(
        matches!(&error, Error::File { path: found, .. } if *found == path),
        "{error:?}"
    );
    assert_eq!(fs::read(&path).expect("the file"), old);
}

#[test]
fn a_place_that_cannot_be_written() {
    let folder = Folder::new("unwritable");
    let run = Run::<3>::new(44);
    fs::write(folder.file("file"), b"text").expect("a writable folder");
    fs::create_dir(folder.file("folder")).expect("a writable folder");
    for path in [
        folder.file("none").join("run.safetensors"),
        folder.file("file").join("run.safetensors"),
        folder.file("folder"),
    ] {
        let error = run.save(&path).expect_err("nowhere to write");
        assert!(
            matches!(&error, Error::File { path: found, .. } if *found == path),
            "{error:?}"
        );
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
    assert_eq!(folder.names(), ["file", "folder"], "nothing is left beside");
}

/// What could not be loaded again must not replace what could.
#[test]
fn a_broken_model_does_not_replace_a_good_file() {
    let folder = Folder::new("broken");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(45);
    run.save(&path).expect("a writable folder");
    let old = fs::read(&path).expect("the file");
    fill(&mut run.vae.prior.value, &[0.0, f64::NAN, 0.0]);
    let error = run.save(&path).expect_err("a parameter is NaN");
    assert!(error.to_string().contains("prior.value"), "{error}");
    assert_eq!(fs::read(&path).expect("the file"), old);
}
