//! Estimators side by side: what each reached, as a table, a file and a picture.

use std::time::Instant;

use serde::Serialize;

use crate::Error;
use crate::output::Output;
use crate::plot::Curves;
use crate::say;
use crate::write::write_atomically;

const TABLE: &str = "estimators.json";
const CURVES: &str = "estimators.svg";
/// The files of a comparison.
pub const OUTPUTS: [&str; 2] = [TABLE, CURVES];

/// The result of one run of one estimator.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The negative evidence lower bound on test data, in nats; the expected cost where there are no data.
    pub test_neg_elbo: f64,
    /// The negative log-evidence on test data, in nats, where there is one.
    pub test_nll: Option<f64>,
    /// The variance of the gradient's elements over draws, averaged over elements.
    pub gradient_variance: f64,
    /// The time of a training step.
    pub seconds_per_step: f64,
    /// The objective while training, by step.
    pub curve: Vec<(f64, f64)>,
}

/// A line of `estimators.json`.
#[derive(Clone, Debug, Serialize)]
struct Row {
    estimator: &'static str,
    experiment: &'static str,
    seed: u64,
    test_neg_elbo: f64,
    test_nll: Option<f64>,
    gradient_variance: f64,
    seconds_per_step: f64,
}

/// A table in the making.
#[derive(Debug)]
pub struct Comparison {
    seeds: u64,
    rows: Vec<Row>,
    curves: Curves,
}

impl Comparison {
    /// A comparison with this many seeds for each estimator.
    pub fn new(seeds: u64) -> Self {
        say!(
            "{:<26} {:>4} {:>10} {:>10} {:>12} {:>9}",
            "estimator",
            "seed",
            "test −ELBO",
            "test NLL",
            "gradient var",
            "ms a step"
        );
        Self {
            seeds,
            rows: Vec::new(),
            curves: Curves::new("Estimators", "step", "objective"),
        }
    }

    /// The seeds.
    pub fn seeds(&self) -> std::ops::Range<u64> {
        0..self.seeds
    }

    /// Prints and keeps the outcome of a run.
    pub fn note(
        &mut self,
        estimator: &'static str,
        experiment: &'static str,
        seed: u64,
        outcome: Outcome,
    ) {
        let nll = outcome
            .test_nll
            .map_or("–".to_owned(), |nll| format!("{nll:.3}"));
        say!(
            "{estimator:<26} {seed:>4} {:>10.3} {nll:>10} {:>12.3e} {:>9.3}",
            outcome.test_neg_elbo,
            outcome.gradient_variance,
            1e3 * outcome.seconds_per_step
        );
        if seed == 0 {
            for (step, objective) in &outcome.curve {
                self.curves.push(estimator, *step, *objective);
            }
        }
        self.rows.push(Row {
            estimator,
            experiment,
            seed,
            test_neg_elbo: outcome.test_neg_elbo,
            test_nll: outcome.test_nll,
            gradient_variance: outcome.gradient_variance,
            seconds_per_step: outcome.seconds_per_step,
        });
    }

    /// Writes `estimators.json` and `estimators.svg`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, out: &Output) -> Result<(), Error> {
        let mut json = serde_json::to_vec_pretty(&self.rows)
            .map_err(Error::failed("write the table as JSON"))?;
        json.push(b'\n');
        write_atomically(&out.path(TABLE), &json)?;
        self.curves.save(out.path(CURVES))
    }
}

/// The objective of a run, averaged over stretches of its steps.
#[derive(Clone, Debug)]
pub struct Trace {
    stretch: usize,
    sum: f64,
    points: Vec<(f64, f64)>,
}

impl Trace {
    /// Records a hundred points of a run of `steps` steps.
    pub fn new(steps: usize) -> Self {
        Self {
            stretch: (steps / 100).max(1),
            sum: 0.0,
            points: Vec::new(),
        }
    }

    /// Takes the objective of a step.
    pub fn push(&mut self, step: usize, objective: f64) {
        self.sum += objective;
        if (step + 1).is_multiple_of(self.stretch) {
            let mean = std::mem::take(&mut self.sum) / self.stretch as f64;
            self.points.push((step as f64, mean));
        }
    }

    /// The points.
    pub fn into_points(self) -> Vec<(f64, f64)> {
        self.points
    }
}

/// The variance of each element over draws, averaged over elements.
pub fn mean_variance(draws: &[Vec<f32>]) -> f64 {
    let elements = draws.first().map_or(0, Vec::len);
    let variance = |at: usize| {
        let own = || draws.iter().map(|draw| f64::from(draw[at]));
        let mean = own().sum::<f64>() / draws.len() as f64;
        own().map(|v| (v - mean).powi(2)).sum::<f64>() / (draws.len() - 1).max(1) as f64
    };
    (0..elements).map(variance).sum::<f64>() / elements.max(1) as f64
}

/// Times the steps of a run.
#[derive(Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The seconds a step, after so many.
    pub fn seconds_per_step(&self, steps: usize) -> f64 {
        self.0.elapsed().as_secs_f64() / steps.max(1) as f64
    }
}
