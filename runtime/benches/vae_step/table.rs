//! The plain mode: every variant in turn, in short slices, and a table of the medians and minima.

use std::time::Instant;

use crate::{Step, clock, step, workload::Workload};

/// What `elbow` is compared with, where it exists.
const OTHERS: [&str; 2] = ["hand", "floor"];
const SLICES: usize = 12;
const SLICE_SECONDS: f64 = 0.1;

/// Measures these workloads.
///
/// # Errors
/// Fails if there is no such workload, or if a step fails.
pub fn print(names: &[&str]) -> Result<(), String> {
    println!(
        "{:<32} {:>10} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8}",
        "workload", "elbow", "least", "hand", "floor", "/hand", "/floor", "GFLOP/s"
    );
    for name in names {
        let workload: Workload = name.parse()?;
        let mut steps = vec![step("elbow", workload)?];
        let mut places = vec![0];
        for (place, variant) in OTHERS.iter().enumerate() {
            // A workload without such a variant has no column.
            if let Ok(other) = step(variant, workload) {
                steps.push(other);
                places.push(1 + place);
            }
        }
        let mut times: [Option<Vec<f64>>; 3] = [None, None, None];
        for (place, own) in places.into_iter().zip(measure(&mut steps)?) {
            times[place] = Some(own);
        }
        let least = |of: usize| Some(times[of].as_ref()?[0]);
        let ratio = |of: usize| Some(least(0)? / least(of)?);
        println!(
            "{name:<32} {} {} {} {} {} {} {}",
            ms(times[0].as_deref().map(median)),
            ms(least(0)),
            ms(times[1].as_deref().map(median)),
            ms(times[2].as_deref().map(median)),
            number(ratio(1)),
            number(ratio(2)),
            number(least(2).map(|floor| workload.flops() / floor * 1e-6)),
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

fn ms(time: Option<f64>) -> String {
    time.map_or_else(|| format!("{:>10}", "–"), |time| format!("{time:>7.3} ms"))
}

fn number(number: Option<f64>) -> String {
    number.map_or_else(|| format!("{:>8}", "–"), |number| format!("{number:>8.3}"))
}
