//! A checkpoint that is not whole, or not this model's, is an error with its path, and changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use elbow::Error;

use crate::folder::Folder;
use crate::model::{Run, Vae};

/// A checkpoint's bytes.
fn saved(folder: &Folder) -> Vec<u8> {
    let path = folder.file("good.safetensors");
    let mut run = Run::<3>::new(31);
    run.steps(3);
    run.save(&path).expect("a writable folder");
    fs::read(path).expect("the file")
}

/// Loading these bytes fails, names the file, and leaves the run as it is. Returns the message.
fn assert_refused(folder: &Folder, what: &str, bytes: &[u8]) -> String {
    let path = folder.file("bad.safetensors");
    fs::write(&path, bytes).expect("a writable folder");
    assert_path_refused(what, &path)
}

fn assert_path_refused(what: &str, path: &Path) -> String {
    let mut run = Run::<3>::new(32);
    run.steps(2);
    let before = run.state();
    let error = run.load(path).expect_err(what);
    assert_eq!(run.state(), before, "{what}");
    let found: &PathBuf = match &error {
        Error::File { path, .. } | Error::Checkpoint { path, .. } => path,
        other => panic!("{what}: {other:?}"),
    };
    assert_eq!(found, path, "{what}");
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");
    message
}

/// The same bytes with `from` in the header replaced by `to`, of the same length.
fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places = |w: &[u8]| w == from.as_bytes();
    let at = bytes.windows(from.len()).position(places).expect(from);
    let mut edited = bytes.to_vec();
    edited[at..at + to.len()].copy_from_slice(to.as_bytes());
    edited
}

#[test]
fn truncated_at_any_length() {
    let folder = Folder::new("truncated");
    let whole = saved(&folder);
    // Every byte of the header's beginning and of the file's end, and a stride in between.
    let lengths = (0..whole.len()).filter(|&n| n < 64 || n % 37 == 0 || n + 64 > whole.len());
    for length in lengths {
        assert_refused(&folder, &format!("{length} bytes"), &whole[..length]);
    }
    let longer = [&whole[..], &[0; 4]].concat();
    assert_refused(&folder, "four bytes more", &longer);
}

/// Wherever it is, in the header, a parameter or a moment, in a number that is as good as the one before.
#[test]
fn every_flipped_bit() {
    let folder = Folder::new("flipped");
    let whole = saved(&folder);
    for at in (0..whole.len()).filter(|at| at % 7 == 0 || *at < 200) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        assert_refused(&folder, &format!("a bit of byte {at}"), &bytes);
    }
}

#[test]
fn a_header_of_another_length() {
    let folder = Folder::new("header");
    let whole = saved(&folder);
    let own = u64::from_le_bytes(whole[..8].try_into().expect("eight bytes"));
    for length in [0, 1, own - 1, own + 1, 1 << 32, u64::MAX - 7, u64::MAX] {
        let mut bytes = whole.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        assert_refused(&folder, &format!("header of {length}"), &bytes);
    }
}

#[test]
fn another_kind_of_file() {
    let folder = Folder::new("foreign");
    for bytes in [
        &b""[..],
        b"epoch,loss\n1,2.5\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        &[0; 4096],
        &[255; 64],
    ] {
        assert_refused(&folder, &format!("{bytes:?}"), bytes);
    }
}

/// dfdx's own files have the parameters and nothing of the run.
#[test]
fn a_file_without_a_run() {
    use elbow::dfdx::nn::SaveToSafetensors;
    let folder = Folder::new("no-run");
    let path = folder.file("vae.safetensors");
    Vae::<3>::new(1)
        .save_safetensors(&path)
        .expect("a writable folder");
    let message = assert_path_refused("no metadata", &path);
    assert!(message.contains("elbow.seed"), "{message}");
}

#[test]
fn a_missing_file_and_a_folder() {
    let folder = Folder::new("missing");
    assert_path_refused("missing", &folder.file("none.safetensors"));
    assert_path_refused("a folder", folder.path());
    fs::write(folder.file("file"), b"text").expect("a writable folder");
    assert_path_refused("under a file", &folder.file("file").join("run.safetensors"));
}

#[test]
fn another_model() {
    let folder = Folder::new("another-model");
    let path = folder.file("run.safetensors");
    for steps in [0, 2] {
        let mut run = Run::<4>::new(33);
        run.steps(steps);
        run.save(&path).expect("a writable folder");
        let message = assert_path_refused("four bits", &path);
        assert!(message.contains("encoder.2.weight"), "{message}");
        assert!(
            message.contains("[4, 4]") && message.contains("[3, 4]"),
            "{message}"
        );
    }
}

/// A model with all these parameters and one more is another model too.
#[test]
fn a_larger_model() {
    let folder = Folder::new("larger-model");
    // Names as long as those they take the place of, so that the header keeps its length. A parameter
    // without moments is legal; it is the other names that are not this model's.
    let whole = saved(&folder);
    let bytes = edited(&whole, "adam.first.prior.value", "extra.layer.prior.bias");
    let bytes = edited(&bytes, "adam.second.prior.value", "extra.layer.prior.scale");
    let message = assert_refused(&folder, "two tensors more", &bytes);
    assert!(message.contains("extra.layer.prior.bias"), "{message}");
}

#[test]
fn edited_headers() {
    let folder = Folder::new("edited");
    let whole = saved(&folder);
    let cases = [
        ("another type", r#""F32""#, r#""I32""#, "I32"),
        (
            "another name",
            r#""prior.value""#,
            r#""prior.valve""#,
            "prior.valu",
        ),
        ("no step", "elbow.step", "elbow.stop", "elbow.step"),
        ("no seed", "elbow.seed", "elbow.weed", "elbow.seed"),
        (
            "no steps of Adam",
            "elbow.adam_steps",
            "elbow.adam_steqs",
            "elbow.adam_steps",
        ),
        (
            "a seed that is none",
            r#""elbow.seed":"31""#,
            r#""elbow.seed":"3x""#,
            "3x",
        ),
        (
            "a negative seed",
            r#""elbow.seed":"31""#,
            r#""elbow.seed":"-1""#,
            "-1",
        ),
        (
            "no second moment",
            "adam.second.prior.value",
            "adam.sceond.prior.value",
            "prior.value",
        ),
        (
            "no first moment",
            "adam.first.prior.value",
            "adam.frist.prior.value",
            "prior.value",
        ),
    ];
    for (what, from, to, told) in cases {
        let message = assert_refused(&folder, what, &edited(&whole, from, to));
        assert!(message.contains(told), "{what}: {message}");
    }
}

#[test]
fn another_shape() {
    let folder = Folder::new("shape");
    let whole = saved(&folder);
    let text = String::from_utf8_lossy(&whole);
    let at = text.find(r#""loc.weight":{"#).expect("the tensor");
    let own = &text[at..at + text[at..].find('}').expect("its end")];
    let turned = own.replace("[2,5]", "[5,2]");
    assert_ne!(own, turned);
    let message = assert_refused(&folder, "turned", &edited(&whole, own, &turned));
    assert!(
        message.contains("loc.weight") && message.contains("[2, 5]"),
        "{message}"
    );
}

/// In any tensor, parameter or moment.
#[test]
fn numbers_that_are_not_finite() {
    let folder = Folder::new("not-finite");
    let whole = saved(&folder);
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    let numbers = (whole.len() - header) / 4;
    assert_eq!((whole.len() - header) % 4, 0);
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for number in (0..numbers).step_by(11).chain([numbers - 1]) {
            let mut bytes = whole.clone();
            let at = header + 4 * number;
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            let message = assert_refused(&folder, &format!("{value} at {number}"), &bytes);
            assert!(message.contains("element"), "{message}");
        }
    }
}

/// A negative mean of squares: the next step would take its root.
#[test]
fn negative_means_of_squares() {
    let folder = Folder::new("squares");
    let whole = saved(&folder);
    let end = 8 + u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    let header = std::str::from_utf8(&whole[8..end]).expect("text");
    let names = header
        .split('"')
        .filter(|name| name.starts_with("adam.second."));
    let mut count = 0;
    for name in names {
        let of = &header[header.find(name).expect("itself")..];
        let offsets = of.split("data_offsets\":[").nth(1).expect("offsets");
        let start: usize = offsets
            .split(',')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number");
        let mut bytes = whole.clone();
        bytes[end + start..][..4].copy_from_slice(&(-1e-3_f32).to_le_bytes());
        let message = assert_refused(&folder, name, &bytes);
        assert!(
            message.contains(name) && message.contains("-0.001 at element 0"),
            "{message}"
        );
        count += 1;
    }
    assert!(count > 1);
}

/// The harness itself: untouched bytes load.
#[test]
fn the_whole_file_is_good() {
    let folder = Folder::new("good");
    let whole = saved(&folder);
    let path = folder.file("copy.safetensors");
    fs::write(&path, edited(&whole, "elbow.seed", "elbow.seed")).expect("a writable folder");
    Run::<3>::new(32).load(&path).expect("a good file");
}
