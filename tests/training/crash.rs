//! A save that does not come to its end leaves the old file.

use std::fs;

use elbow::Error;
use elbow_tests::support::programs::fill;

use crate::folder::Folder;
use crate::model::Run;

#[test]
fn what_killed_runs_left_is_removed() {
    let folder = Folder::new("half");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(41);
    run.steps(2);
    run.save(&path).expect("a writable folder");
    // Other processes were killed while they wrote, one of them under this one's number. Another file has nothing to do with it.
    let own = format!("run.safetensors.{}-0.part", std::process::id());
    let others = [
        "other.part",
        "run.safetensors.part",
        "run.safetensors.download.part",
        "run.safetensors.1-.part",
    ];
    let lefts = ["run.safetensors.1-0.part", "run.safetensors.1.part", &own];
    for left in lefts.into_iter().chain(others) {
        fs::write(folder.file(left), b"half").expect("a writable folder");
    }
    // A file that is being written is locked, and stays.
    let alive = folder.file("run.safetensors.2-0.part");
    let writer = fs::File::create(&alive).expect("a writable folder");
    writer.lock().expect("a lock");
    let mut other = Run::<3>::new(42);
    other.load(&path).expect("the old file");
    assert_eq!(other.state(), run.state());
    other.steps(1);
    other.save(&path).expect("a writable folder");
    run.load(&path).expect("the new file");
    assert_eq!(other.state(), run.state());
    let mut expected = others.to_vec();
    expected.extend(["run.safetensors", "run.safetensors.2-0.part"]);
    expected.sort_unstable();
    assert_eq!(folder.names(), expected);
    drop(writer);
    other.save(&path).expect("a writable folder");
    expected.retain(|name| *name != "run.safetensors.2-0.part");
    assert_eq!(folder.names(), expected);
}

/// Each file is whole, and one of those that were written.
#[test]
fn threads_save_to_one_place() {
    let folder = Folder::new("threads");
    let path = folder.file("run.safetensors");
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut run = Run::<3>::new(seed);
                for _ in 0..25 {
                    run.steps(1);
                    run.save(path).expect("a place of its own");
                    Run::<3>::new(9).load(path).expect("a whole file");
                }
            });
        }
    });
    assert_eq!(folder.names(), ["run.safetensors"]);
}

#[test]
#[cfg(unix)]
fn links_are_followed_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("links");
    fs::create_dir(folder.file("store")).expect("a writable folder");
    let (link, target) = (
        folder.file("run.safetensors"),
        folder.file("store").join("first"),
    );
    symlink("store/first", &link).expect("a link");
    let mut run = Run::<3>::new(46);
    // It leads nowhere yet.
    run.save(&link).expect("a writable folder");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("permissions");
    run.steps(1);
    run.save(&link).expect("a writable folder");
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    let mode = fs::metadata(&target)
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    let mut other = Run::<3>::new(47);
    other.load(&target).expect("the new file");
    assert_eq!(other.state(), run.state());
    symlink("round", folder.file("round")).expect("a link");
    let error = run.save(&folder.file("round")).expect_err("a circle");
    assert!(error.to_string().contains("circle"), "{error}");
}

/// A file that was made read-only is protected from a run, as from everybody.
#[test]
fn a_read_only_file_stays() {
    let folder = Folder::new("read-only");
    let path = folder.file("run.safetensors");
    fs::write(&path, b"kept").expect("a writable folder");
    let mut permissions = fs::metadata(&path).expect("the file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    let run = Run::<3>::new(48);
    for error in [
        run.save(&path).expect_err("read-only"),
        elbow::train::files::check_writable(&path).expect_err("read-only"),
    ] {
        let expected = format!("cannot save {}: the file is read-only", path.display());
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(fs::read(&path).expect("the file"), b"kept");
    assert_eq!(folder.names(), ["run.safetensors"]);
}

/// A path that is no ordinary file, such as a pipe, gets the bytes and stays what it is.
#[test]
#[cfg(unix)]
fn a_pipe_is_written_to() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("pipe");
    let path = folder.file("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe");
    elbow::train::files::check_writable(&path).expect("a pipe");
    let reader = {
        let path = path.clone();
        std::thread::spawn(move || fs::read(path).expect("what is written"))
    };
    Run::<3>::new(49).save(&path).expect("a reader");
    let read = reader.join().expect("no panic");
    let there = fs::symlink_metadata(&path).expect("the pipe");
    assert!(there.file_type().is_fifo());
    fs::write(folder.file("copy"), read).expect("a writable folder");
    Run::<3>::new(50)
        .load(&folder.file("copy"))
        .expect("a whole file");
}

/// Before a run begins, and without a trace.
#[test]
fn a_place_is_tried_out() {
    use elbow::train::files::check_writable;
    let folder = Folder::new("tried");
    check_writable(&folder.file("run.safetensors")).expect("a writable folder");
    fs::write(folder.file("there"), b"text").expect("a writable folder");
    check_writable(&folder.file("there")).expect("a file that may be replaced");
    assert_eq!(fs::read(folder.file("there")).expect("the file"), b"text");
    let nowhere = folder.file("none").join("run.safetensors");
    let error = check_writable(&nowhere).expect_err("no folder").to_string();
    assert!(
        error.starts_with(&format!("cannot save {}: ", nowhere.display())),
        "{error}"
    );
    assert!(
        check_writable(folder.path()).is_err(),
        "a folder is no file"
    );
    assert_eq!(folder.names(), ["there"]);
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

/// A model that could not be loaded again must not replace a good checkpoint.
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
