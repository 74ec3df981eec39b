//! The mutation check: every estimator broken on purpose, one fault at a time; the tests must notice each.
//!
//! ```text
//! cargo test --release -p elbow-tests --test mutations -- --ignored --nocapture
//! ```
//!
//! copies the workspace, compiles all faults into it at once, each behind its number, and runs for every number the
//! tests that are to notice it. It fails if a fault goes unnoticed. The data is in `mutants.rs`; that every text there is
//! still found once is a test of its own, which needs no build.

mod mutants;
mod workspace;

use std::time::Instant;

use mutants::MUTANTS;
use workspace::{Outcome, Workspace};

#[test]
fn every_mutant_fits_the_source() {
    let applied = workspace::mutated(workspace::root(), MUTANTS);
    assert!(applied.is_ok(), "{}", applied.unwrap_err());
}

/// Three faults at least for each estimator's file.
#[test]
fn no_estimator_is_left_out() {
    let folder = workspace::root().join("runtime/src/estimator");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        let file = format!("runtime/src/estimator/{}", name.to_string_lossy());
        let own = MUTANTS.iter().filter(|mutant| mutant.file == file).count();
        assert!(own >= 3, "{file} has {own} mutants");
    }
}

#[test]
#[ignore = "builds a copy of the workspace and runs its tests a hundred times: minutes"]
fn every_mutant_is_noticed() {
    let workspace = Workspace::build(MUTANTS).unwrap_or_else(|problem| panic!("{problem}"));
    // Without a fault everything passes, or being noticed means nothing.
    let mut filters: Vec<&str> = MUTANTS.iter().map(|mutant| mutant.noticed_by).collect();
    filters.sort_unstable();
    filters.dedup();
    for filter in filters {
        let outcome = workspace.test(0, filter);
        assert_eq!(outcome, Outcome::Passed, "without a fault, {filter}");
    }
    let mut unnoticed = Vec::new();
    for (at, mutant) in MUTANTS.iter().enumerate() {
        let start = Instant::now();
        let outcome = workspace.test(at + 1, mutant.noticed_by);
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{:3}  {:<12} {seconds:5.1} s  {}: {}  [{}]",
            at + 1,
            format!("{outcome:?}"),
            mutant.file.trim_start_matches("runtime/src/"),
            mutant.what,
            mutant.noticed_by
        );
        if outcome != Outcome::Failed {
            unnoticed.push((mutant.file, mutant.what, outcome));
        }
    }
    assert!(unnoticed.is_empty(), "unnoticed: {unnoticed:#?}");
}
