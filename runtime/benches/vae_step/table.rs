//! The plain mode: every variant in turn, in short slices, and a table of the medians and minima.

use std::time::Instant;

use crate::{Step, clock, step, workload::Workload};

const VARIANTS: [&str; 3] = ["elbow", "hand", "floor"];
const SLICES: usize = 12;
const SLICE_SECONDS: f64 = 0.1;

/// Measures these workloads.
///
/// # Errors
/// Where there is no such workload, or a step fails.
pub fn print(names: &[&str]) -> Result<(), String> {
    println!(
        "{:<9} {:>10} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8}",
        "workload", "elbow", "least", "hand", "floor", "/hand", "/floor", "GFLOP/s"
    );
    for name in names {
        let workload: Workload = name.parse()?;
        let mut steps = Vec::new();
        for variant in VARIANTS {
            steps.push(step(variant, workload)?);
        }
        let times = measure(&mut steps)?;
        let [elbow, hand, floor] = [0, 1, 2].map(|v| median(&times[v]));
        let (least, least_floor) = (times[0][0], times[2][0]);
        println!(
            "{name:<9} {elbow:>7.3} ms {least:>7.3} ms {hand:>7.3} ms {floor:>7.3} ms {:>8.3} {:>8.2} {:>8.0}",
            times[0][0] / times[1][0],
            least / least_floor,
            workload.flops() / least_floor * 1e-6,
        );
    }
    println!("peak memory {:.0} MB", clock::peak_megabytes());
    Ok(())
}

/// Milliseconds a step in every slice, for each of these, sorted.
fn measure(steps: &mut [Step]) -> Result<Vec<Vec<f64>>, String> {
    let mut estimates = Vec::new();
    for step in steps.iter_mut() {
        for _ in 0..3 {
            run(step, 1)?;
        }
        estimates.push(run(step, 3)?);
    }
    let mut times = vec![Vec::new(); steps.len()];
    for _ in 0..SLICES {
        for (at, step) in steps.iter_mut().enumerate() {
            let count = (SLICE_SECONDS * 1e3 / estimates[at]).max(1.0) as usize;
            estimates[at] = run(step, count)?;
            times[at].push(estimates[at]);
        }
    }
    times.iter_mut().for_each(|own| own.sort_by(f64::total_cmp));
    Ok(times)
}

/// Milliseconds a step, over so many.
fn run(step: &mut Step, count: usize) -> Result<f64, String> {
    let start = Instant::now();
    for _ in 0..count {
        step().map_err(|error| error.to_string())?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e3 / count as f64)
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
