//! Random models with loops, each written twice: with its loops, and step by step.
//!
//! The files of `tests/loops/pairs` are checked in. To write others there and test them, with any number for a seed:
//!
//! ```text
//! ELBOW_SEED=7 cargo test --release --locked -p elbow-tests --test loops -- --ignored writes_pairs
//! cargo test --release --locked -p elbow-tests --test loops pairs
//! git checkout tests/loops/pairs
//! ```
//!
//! Without `ELBOW_SEED` it writes the files that are checked in; a test compares them.

mod file;
mod random;
mod sites;
mod statements;
mod words;
mod written;

use std::path::{Path, PathBuf};

use random::Random;

/// The number of pairs; every other one is ragged.
const PAIRS: usize = 24;

/// The seed of the files that are checked in.
const SEED: u64 = 1;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("loops/pairs")
}

/// The names and texts of all files.
fn files(seed: u64) -> Vec<(String, String)> {
    let pair = |number: usize| {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let plan = statements::plan(&mut random, number);
        (format!("pair_{number:02}.rs"), file::text(&plan))
    };
    (0..PAIRS).map(pair).collect()
}

#[test]
#[ignore = "writes test files; `tests/loops/generator.rs` says how to use it"]
fn writes_pairs() {
    let seed = std::env::var("ELBOW_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    for (name, text) in files(seed) {
        std::fs::write(folder().join(name), text).expect("a file");
    }
}

#[test]
fn the_files_are_those_of_the_generator() {
    for (name, text) in files(SEED) {
        let found = std::fs::read_to_string(folder().join(&name)).expect("a file");
        assert_eq!(found, text, "{name} was changed, or the generator was");
    }
}
