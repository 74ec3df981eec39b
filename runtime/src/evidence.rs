//! The log-evidence, by importance weighting.

use crate::elbo::{check_particles, mean_and_error};
use crate::error::Error;
use crate::estimator::Settings;
use crate::log_sum::LogSum;
use crate::program::{Inference, Mode, Pass, for_each_piece};

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
        check_particles(self.samples)?;
        let mut sums = vec![LogSum::default(); program.rows()?];
        let mode = Mode::Weigh(self.settings);
        for_each_piece(program, mode, self.samples, |pass, rows, _| {
            add_weights(&mut sums[rows], pass)
        })?;
        let log_samples = (self.samples as f64).ln();
        let by_row: Vec<f64> = sums.iter().map(|sum| sum.value() - log_samples).collect();
        let (log_evidence, standard_error) = mean_and_error(&by_row);
        Ok(EvidenceEstimate {
            log_evidence,
            standard_error,
            rows: by_row,
            samples: self.samples,
        })
    }
}

/// Adds the weights of a piece of the particles of each row.
fn add_weights(sums: &mut [LogSum], pass: &Pass) -> Result<(), Error> {
    pass.check_not_nan()?;
    let weights = pass.importance_weights();
    let particles = weights.len() / sums.len();
    for (sum, own) in sums.iter_mut().zip(weights.chunks(particles)) {
        own.iter().for_each(|&weight| sum.add(weight));
    }
    Ok(())
}
