//! The server mode of the interleaving driver: a line of seconds in, a line of JSON out.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use crate::{clock, step, workload::Workload};

/// Prints the loss before the first step and after `steps` steps.
///
/// # Errors
/// Fails if there is no such variant or workload, or if a step fails.
pub fn check(variant: &str, name: &str, steps: &str) -> Result<(), String> {
    let workload: Workload = name.parse()?;
    let steps: usize = steps
        .parse()
        .map_err(|_| format!("`{steps}` is no number of steps"))?;
    let mut train = step(variant, workload)?;
    // A step returns the loss at the weights that it finds.
    let losses: Result<Vec<f32>, _> = (0..=steps).map(|_| train()).collect();
    let losses = losses.map_err(|error| error.to_string())?;
    let (first, last) = (losses[0], losses[steps]);
    println!("{name} {variant}: {first} at first, {last} after {steps} steps");
    Ok(())
}

/// Warms up for a second, says what it is, and then trains as long as each line of standard input asks for.
///
/// # Errors
/// Fails if there is no such variant or workload, if a line is no number, or if a step fails.
pub fn serve(variant: &str, name: &str, threads: &str) -> Result<(), String> {
    let workload: Workload = name.parse()?;
    let started = Instant::now();
    // The driver pins a contender that may use one thread only to one core, which is how the library learns of it.
    let mut train = step(variant, workload)?;
    let mut run = |steps: usize| -> Result<f32, String> {
        let mut loss = f32::NAN;
        for _ in 0..steps {
            loss = train().map_err(|error| error.to_string())?;
        }
        Ok(loss)
    };
    let first = run(1)?;
    let first_step = started.elapsed().as_secs_f64();
    let mut seconds = 1.0;
    let warm = Instant::now();
    while warm.elapsed() < Duration::from_secs(1) {
        let start = Instant::now();
        run(1)?;
        seconds = start.elapsed().as_secs_f64().min(seconds);
    }
    let mut out = std::io::stdout();
    let say = |out: &mut std::io::Stdout, line: String| {
        writeln!(out, "{line}")
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    };
    say(
        &mut out,
        format!(
            r#"{{"name": "{variant}", "w": "{name}", "threads": "{threads}", "loss0": {first}, "t_first": {first_step}, "rss_mb": {}}}"#,
            clock::peak_megabytes()
        ),
    )?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let wanted: f64 = line
            .trim()
            .parse()
            .map_err(|_| format!("`{line}` is no number of seconds"))?;
        let used = clock::cpu_seconds();
        run(1)?;
        let steps = ((wanted / seconds) as usize).max(1);
        let start = Instant::now();
        let loss = run(steps)?;
        let elapsed = start.elapsed().as_secs_f64();
        seconds = elapsed / steps as f64;
        say(
            &mut out,
            format!(
                r#"{{"ms": {}, "el": {elapsed}, "cpu": {}, "loss": {loss}, "rss": {}}}"#,
                seconds * 1e3,
                clock::cpu_seconds() - used,
                clock::peak_megabytes()
            ),
        )?;
    }
    Ok(())
}
