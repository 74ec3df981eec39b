//! The log-evidence, by importance weighting.

use crate::elbo::{mean_and_error, particles};
use crate::error::Error;
use crate::estimator::Settings;
use crate::kernels::rows::values;
use crate::noise::Place;
use crate::program::{Inference, Mode, Pass, piece};
use crate::tape::unrecorded;

/// At most so many rows, particles included, are in memory at once.
const CHUNK: usize = 4096;

/// `log 1/K Σ_k p(x, z_k)/q(z_k | x)` with `K` draws from the inference model, for each row: a lower
/// bound on `log p(x)` in expectation, and tight as `K` grows (Burda, Grosse and Salakhutdinov
/// 2015). Discrete sites are drawn, never relaxed.
///
/// ```no_run
/// # use elbow::prelude::*;
/// # fn evaluate<I: Inference>(program: &I) -> Result<(), elbow::Error> {
/// let evidence = LogEvidence::samples(500).evaluate(program)?;
/// println!("{:.2} ± {:.2} nats", evidence.log_evidence, evidence.standard_error);
/// # Ok(())
/// # }
/// ```
#[doc(alias("IWAE", "importance-weighted bound"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogEvidence {
    samples: usize,
    settings: Settings,
}

/// An importance-weighted estimate of the log-evidence, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceEstimate {
    /// The mean over rows.
    pub log_evidence: f64,
    /// The standard error of that mean, over rows.
    pub standard_error: f64,
    /// The estimate of each row.
    pub rows: Vec<f64>,
    /// The draws a row.
    pub samples: usize,
}

impl LogEvidence {
    /// With so many draws a row. Memory does not grow with them.
    pub fn samples(samples: usize) -> Self {
        Self {
            samples,
            settings: Settings::default(),
        }
    }

    /// Discrete sites that the model leaves to the automatic choice are summed out exactly up to so many joint
    /// states; 0 for never.
    pub fn enumerate_up_to(mut self, enumerate_up_to: usize) -> Self {
        self.settings.enumerate_up_to = enumerate_up_to;
        self
    }

    /// The estimate for every row of the program.
    ///
    /// # Errors
    /// With the setting, site, row and value that is wrong; or with the sites whose weights are NaN.
    pub fn evaluate<I: Inference>(&self, program: &I) -> Result<EvidenceEstimate, Error> {
        particles(self.samples)?;
        let rows = program.rows()?;
        let mut by_row = Vec::with_capacity(rows);
        let rows_at_once = (CHUNK / self.samples).clamp(1, rows);
        for first_row in (0..rows).step_by(rows_at_once) {
            let count = rows_at_once.min(rows - first_row);
            let part = program.slice(first_row..first_row + count);
            by_row.extend(unrecorded(|| self.weigh(&part, first_row, count))?);
        }
        let (log_evidence, standard_error) = mean_and_error(&by_row);
        Ok(EvidenceEstimate {
            log_evidence,
            standard_error,
            rows: by_row,
            samples: self.samples,
        })
    }

    /// The estimates of a few rows, their particles in pieces.
    fn weigh<I: Inference>(
        &self,
        part: &I,
        first_row: usize,
        count: usize,
    ) -> Result<Vec<f64>, Error> {
        let mut sums = vec![LogSum::default(); count];
        let at_once = (CHUNK / count).clamp(1, self.samples);
        for first_particle in (0..self.samples).step_by(at_once) {
            let place = Place {
                first_row,
                first_particle,
                particles: at_once.min(self.samples - first_particle),
            };
            let mut pass = piece(Mode::Weigh(self.settings), part.key(), count, place);
            part.pass(&mut pass)?;
            add_weights(&mut sums, &pass, place.particles)?;
        }
        let log_samples = (self.samples as f64).ln();
        Ok(sums.iter().map(|sum| sum.value() - log_samples).collect())
    }
}

/// Adds the weights of a piece of the particles: of each row, its share of its data row's total
/// times `p/q`.
fn add_weights(sums: &mut [LogSum], pass: &Pass, particles: usize) -> Result<(), Error> {
    pass.check_not_nan()?;
    let ratios = pass.importance_weights();
    let block = ratios.len() / sums.len();
    let shares = pass.row_log_weights();
    let log_particles = (particles as f64).ln();
    for (row, ratio) in ratios.into_iter().enumerate() {
        // Rows that are all alike are the particles, each of which counts once.
        let share = shares
            .as_ref()
            .map_or(0.0, |shares| f64::from(values(shares)[row]) + log_particles);
        // A state that is never drawn has no weight, whatever its ratio.
        if share > f64::NEG_INFINITY {
            sums[row / block].add(share + ratio);
        }
    }
    Ok(())
}

/// `ln Σ e^w`, one `w` at a time, without overflow.
#[derive(Clone, Copy, Debug)]
struct LogSum {
    most: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            most: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    fn add(&mut self, w: f64) {
        if w == f64::NEG_INFINITY {
            return;
        }
        if w > self.most {
            self.sum *= (self.most - w).exp();
            self.most = w;
        }
        self.sum += (w - self.most).exp();
    }

    fn value(&self) -> f64 {
        self.most + self.sum.ln()
    }
}
