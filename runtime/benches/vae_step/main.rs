//! The time of one training step: forward, backward and Adam, one draw a row, on fixed binary data.
//!
//! ```text
//! cargo bench -p elbow --bench vae_step                          every workload, a table
//! cargo bench -p elbow --bench vae_step -- W1a_100 W4_32         some
//! vae_step elbow W1a_100 -1 2                                    a contender of an interleaving driver
//! ```
//!
//! The programs of the variant `elbow` are written with `model!`; those of `hand` say the same by hand on the same
//! runtime, and the difference is what the macro costs. `floor` computes only the matrix products of a step.

mod clock;
mod floor;
mod hand;
mod programs;
mod server;
mod table;
mod workload;

use std::process::ExitCode;

use workload::Workload;

/// The workloads of the table, where none is named.
const TABLE: [&str; 7] = [
    "W1a_20", "W1a_100", "W1a_1000", "W1b_100", "W2_128", "W3_100", "W4_32",
];

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [variant, workload, "-1", threads] => server::serve(variant, workload, threads),
        [] => table::print(&TABLE),
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

/// A training step of a variant, which returns its loss.
type Step = Box<dyn FnMut() -> Result<f32, elbow::Error>>;

/// # Errors
/// Where there is no such variant.
fn step(variant: &str, workload: Workload) -> Result<Step, String> {
    match variant {
        "elbow" | "default" => Ok(programs::step(workload)),
        "hand" => Ok(hand::step(workload)),
        "floor" => Ok(floor::step(workload)),
        _ => Err(format!(
            "there is no variant `{variant}`: expected elbow, hand or floor"
        )),
    }
}
