//! How long the compiler takes for the main example: from nothing, and after a change to the example.
//!
//! `cargo bench -p elbow --bench compile` builds in a folder of its own, which it deletes first: minutes.

use std::fs::{File, remove_dir_all};
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile");
    let build = || -> Result<f64, Box<dyn std::error::Error>> {
        let start = Instant::now();
        let status = Command::new(env!("CARGO"))
            .args([
                "build",
                "--release",
                "--quiet",
                "--example",
                "bernoulli_vae",
            ])
            .current_dir(&root)
            .env("CARGO_TARGET_DIR", &target)
            .status()?;
        if status.success() {
            Ok(start.elapsed().as_secs_f64())
        } else {
            Err(format!("cargo ended with {status}").into())
        }
    };
    if target.exists() {
        remove_dir_all(&target)?;
    }
    println!("from nothing: {:.1} s", build()?);
    let example = File::options()
        .append(true)
        .open(root.join("examples/bernoulli_vae.rs"))?;
    example.set_modified(SystemTime::now())?;
    println!("after a change to the example: {:.1} s", build()?);
    Ok(())
}
