//! The progress of a training, on the terminal.

use std::{
    fmt,
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::say;

/// Progress of a run on standard error: a bar on a terminal, a line now and then elsewhere, nothing
/// if it is to be quiet.
///
/// ```
/// use elbow_examples::progress::Progress;
///
/// let mut progress = Progress::new(0, 100, true);
/// for step in 0..100 {
///     progress.step(step, -20.0, 9.0);
/// }
/// progress.finish();
/// ```
pub struct Progress(Output);

enum Output {
    Silent,
    Bar(ProgressBar),
    Lines(Lines),
}

impl Progress {
    /// For a run from step `first` (above 0 when it is resumed) up to `total`.
    pub fn new(first: usize, total: usize, quiet: bool) -> Self {
        Self(if quiet {
            Output::Silent
        } else if std::io::stderr().is_terminal() {
            Output::Bar(bar(first, total))
        } else {
            Output::Lines(Lines::new(first, total))
        })
    }

    /// Reports a finished step, counted from 0, with the ELBO and its KL part in nats a row.
    pub fn step(&mut self, step: usize, elbo: f64, kl: f64) {
        match &mut self.0 {
            Output::Silent => {}
            Output::Bar(bar) => {
                bar.set_message(numbers(elbo, kl));
                bar.set_position(step as u64 + 1);
            }
            Output::Lines(lines) => {
                if let Some(line) = lines.step(step, elbo, kl) {
                    say::err(&line);
                }
            }
        }
    }

    /// Says something in between, such as a result on the validation data.
    pub fn say(&self, line: &str) {
        match &self.0 {
            Output::Silent => {}
            Output::Bar(bar) => bar.suspend(|| say::err(line)),
            Output::Lines(_) => say::err(line),
        }
    }

    /// Leaves the last state standing, complete or not.
    pub fn finish(self) {
        if let Output::Bar(bar) = self.0 {
            bar.abandon();
        }
    }
}

fn bar(first: usize, total: usize) -> ProgressBar {
    let style = "{bar:24} {pos}/{len}  {msg}  {speed} steps/s  eta {eta}";
    let style = ProgressStyle::with_template(style)
        .expect("the template is a constant")
        .with_key(
            "speed",
            |state: &ProgressState, out: &mut dyn fmt::Write| {
                // A terminal that cannot be written to is no reason to stop the training.
                let _ = write!(out, "{:.1}", state.per_sec());
            },
        );
    let target = ProgressDrawTarget::stderr();
    // Steps that an earlier run did must not count into this run's speed.
    let bar = ProgressBar::with_draw_target(Some(total as u64), target)
        .with_style(style)
        .with_position(first as u64);
    bar.reset_eta();
    bar
}

/// Which steps get a line: the first after a second, then one every ten seconds, and the last.
struct Lines {
    first: usize,
    total: usize,
    start: Instant,
    next: Duration,
}

/// The time between lines.
const EVERY: Duration = Duration::from_secs(10);

impl Lines {
    fn new(first: usize, total: usize) -> Self {
        Self {
            first,
            total,
            start: Instant::now(),
            next: Duration::from_secs(1),
        }
    }

    fn step(&mut self, step: usize, elbo: f64, kl: f64) -> Option<String> {
        let (done, elapsed) = (step + 1, self.start.elapsed());
        let due = self.is_due(done, elapsed);
        due.then(|| self.line(done, elbo, kl, elapsed))
    }

    fn is_due(&mut self, done: usize, elapsed: Duration) -> bool {
        if elapsed < self.next && done != self.total {
            return false;
        }
        self.next = elapsed + EVERY;
        true
    }

    fn line(&self, done: usize, elbo: f64, kl: f64, elapsed: Duration) -> String {
        let here = done.saturating_sub(self.first) as f64;
        let speed = here / elapsed.as_secs_f64().max(1e-9);
        let left = self.total.saturating_sub(done) as f64 / speed.max(1e-9);
        let (total, numbers) = (self.total, numbers(elbo, kl));
        format!("step {done}/{total}  {numbers}  {speed:.1} steps/s  eta {left:.0}s")
    }
}

fn numbers(elbo: f64, kl: f64) -> String {
    format!("elbo {elbo:.2}  kl {kl:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which a line is printed, where each step takes this long.
    fn printed(total: usize, step: Duration) -> Vec<u64> {
        let mut lines = Lines::new(0, total);
        let due = |done: &usize| lines.is_due(*done, step * *done as u32);
        let done = (1..=total).filter(due);
        done.map(|done| (step * done as u32).as_secs()).collect()
    }

    #[test]
    fn lines_come_by_time_however_many_steps_there_are() {
        let fast = Duration::from_millis(100);
        assert_eq!(printed(355, fast), [1, 11, 21, 31, 35]);
        // Steps longer than the time between lines have one each.
        assert_eq!(printed(3, Duration::from_secs(60)), [60, 120, 180]);
        // A run that is over at once has its last.
        assert_eq!(printed(5, Duration::from_micros(1)), [0]);
        assert_eq!(printed(1, fast), [0]);
    }

    #[test]
    fn a_resumed_run_counts_its_own_steps_only() {
        let lines = Lines::new(100, 400);
        assert_eq!(
            lines.line(200, -21.345, 9.0, Duration::from_secs(10)),
            "step 200/400  elbo -21.34  kl 9.00  10.0 steps/s  eta 20s"
        );
    }

    #[test]
    fn odd_calls_are_harmless() {
        let mut progress = Progress(Output::Lines(Lines::new(5, 0)));
        progress.step(0, f64::NAN, f64::INFINITY);
        progress.finish();
        let bar = bar(7, 3);
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let mut progress = Progress(Output::Bar(bar));
        progress.step(9, f64::NAN, 0.0);
        progress.say("between");
        progress.finish();
    }
}
