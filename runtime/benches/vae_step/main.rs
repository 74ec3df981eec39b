//! The time of one step on fixed data: training (forward, backward and Adam), or one evaluation.
//!
//! ```text
//! cargo bench -p elbow --bench vae_step                          the small table
//! cargo bench -p elbow --bench vae_step -- W1a_100 W1b_100:rebar some
//! cargo bench -p elbow --bench vae_step -- estimators            a group: see `workload.rs`
//! vae_step elbow W1a_100 -1 2                                    a contender of an interleaving driver
//! vae_step elbow gamma_100 check 160                             the losses of its steps, to compare with a peer's
//! ```
//!
//! The programs of the variant `elbow` are written with `model!`. Those of `hand` say the same by hand on the same
//! runtime, and the difference is the cost of the macro. `floor` computes only the matrix products of a step. Any other
//! variant is an estimator of W1b.

mod clock;
mod floor;
mod hand;
mod programs;
mod rows;
mod server;
mod table;
mod weights;
mod workload;

use std::process::ExitCode;

use workload::{Kind, Workload, group};

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [variant, workload, "-1", threads] => server::serve(variant, workload, threads),
        [variant, workload, "check", steps] => server::check(variant, workload, steps),
        [] => table::print(group("layers").unwrap_or_default()),
        [name] if group(name).is_some() => table::print(group(name).unwrap_or_default()),
        _ => table::print(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("vae_step: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// A step of a variant, which returns its loss.
type Step = Box<dyn FnMut() -> Result<f32, elbow::Error>>;

/// # Errors
/// Fails if there is no such variant of the workload, or if its data are not there.
fn step(variant: &str, workload: Workload) -> Result<Step, String> {
    let missing = || format!("{workload} has no variant `{variant}`");
    match variant {
        "elbow" | "default" => programs::step(workload),
        "hand" => hand::step(workload).ok_or_else(missing),
        "floor" => floor::step(workload).ok_or_else(missing),
        estimator if workload.kind == Kind::W1b => {
            let estimator = estimator.parse()?;
            programs::step(Workload {
                estimator,
                ..workload
            })
        }
        _ => Err(missing()),
    }
}
