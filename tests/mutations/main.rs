//! The mutation check: breaks every estimator and much else on purpose, one fault at a time, and expects a test to fail.
//!
//! ```text
//! cargo test --release -p elbow-tests --test mutations -- --ignored --nocapture
//! ```
//!
//! It copies the workspace, compiles all faults into the copy at once, each behind its number, and runs for every number
//! the tests that must notice. It fails if no test notices a fault, and at once if a fault's expression is not in the
//! sources any more: then give the fault in `mutants/` the expression's new text. Ordinary `cargo test` checks none of
//! this, so that a rename in `runtime/src` breaks nothing here. `every_fault_has_its_place` alone takes a second:
//!
//! ```text
//! cargo test --release -p elbow-tests --test mutations -- --ignored every_fault_has_its_place
//! ```
//!
//! `ELBOW_FAULTS=rebar,gru` runs only the faults whose file or description has one of these in it,
//! and `ELBOW_TESTS=layers,kernels` builds only these tests to notice them.

mod mutants;
mod sources;
mod workspace;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use mutants::Mutant;
use sources::Sources;
use workspace::{Outcome, Workspace};

/// The sources that have the faults' expressions.
fn sources() -> Sources {
    Sources::read(workspace::root(), "runtime/src").unwrap_or_else(|problem| panic!("{problem}"))
}

/// Every fault is found, and each file of `estimator/` that has one has at least three.
#[test]
#[ignore = "part of the mutation check: fails after a change to the expression of a fault"]
fn every_fault_has_its_place() {
    let (sources, faults) = (sources(), mutants::all());
    if let Err(lost) = workspace::mutated(&sources, &faults) {
        panic!(
            "give these faults the new text of their expressions, or the new name of their file:\n{lost}"
        );
    }
    let estimators = sources.under("runtime/src/estimator");
    let mut faults_in: BTreeMap<PathBuf, usize> = estimators.map(|file| (file, 0)).collect();
    for fault in &faults {
        let place = sources.place(fault).expect("found above");
        faults_in.entry(place.file).and_modify(|n| *n += 1);
    }
    faults_in.retain(|_, faults| *faults < 3);
    assert!(
        faults_in.is_empty(),
        "three faults at least for each of these: {faults_in:#?}"
    );
}

#[test]
#[ignore = "builds a copy of the workspace and runs its tests a hundred times: minutes"]
fn every_mutant_is_noticed() {
    let faults = mutants::all();
    let workspace = Workspace::build(&sources(), &faults);
    let workspace = workspace.unwrap_or_else(|problem| panic!("{problem}"));
    let wanted = std::env::var("ELBOW_FAULTS").unwrap_or_default();
    let is_wanted = |fault: &Mutant| {
        let text = format!("{}: {}", fault.home, fault.what);
        wanted.split(',').any(|word| text.contains(word))
    };
    let numbered = faults.iter().zip(1..).filter(|(fault, _)| is_wanted(fault));
    let numbered: Vec<(&&Mutant, usize)> = numbered.collect();
    assert!(!numbered.is_empty(), "no fault has `{wanted}` in it");
    // Without a fault everything passes, or being noticed means nothing.
    let mut filters: Vec<&str> = numbered.iter().map(|(fault, _)| fault.noticed_by).collect();
    filters.sort_unstable();
    filters.dedup();
    for filter in filters {
        let outcome = workspace.test(0, filter);
        assert_eq!(outcome, Outcome::Passed, "without a fault, {filter}");
    }
    let mut unnoticed = Vec::new();
    for (fault, number) in numbered {
        let start = Instant::now();
        let outcome = workspace.test(number, fault.noticed_by);
        println!(
            "{:3}  {:<12} {:5.1} s  {}: {}  [{}]",
            number,
            format!("{outcome:?}"),
            start.elapsed().as_secs_f64(),
            fault.home,
            fault.what,
            fault.noticed_by
        );
        if outcome != Outcome::Failed {
            unnoticed.push((fault.home, fault.what, outcome));
        }
    }
    assert!(unnoticed.is_empty(), "unnoticed: {unnoticed:#?}");
}
