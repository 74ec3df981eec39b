//! The log-evidence, by importance weighting.

use super::evaluation::mean_and_error;
use crate::error::Error;
use crate::estimator::Settings;
use crate::kernels::log_sum::LogSum;
use crate::program::{Handler, InferenceProgram, Outcome, Run, check_draws, for_each_piece};
use crate::tensor::check_room;

/// `log 1/K Σ_k p(x, z_k)/q(z_k | x)` with `K` draws from the inference model, for each row. In expectation it is a lower
/// bound on `log p(x)`, which becomes tight as `K` grows (Burda, Grosse and Salakhutdinov
/// 2015). Discrete sites are drawn, never relaxed.
///
/// It is only for evaluation: no gradient flows. [`ImportanceWeighted`](super::ImportanceWeighted) trains this bound.
///
/// If the model has global sites, the program must hold the whole data set. A draw is then one of the global sites and of all
/// rows' latents together, and has one weight. If every row has continuous latents too, the weights of many rows differ so much
/// that the bound is loose.
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
    /// The mean over rows. With global sites, whose draws all rows share, it is the log-evidence of the whole data set divided by
    /// its number of rows.
    pub log_evidence: f64,
    /// The standard error of that mean, over rows. With global sites it is over draws, to first order in the weights. NaN if there
    /// is only one row, or one draw.
    pub standard_error: f64,
    /// The estimate of each row. It is empty with global sites, since rows then have no separate evidence.
    pub rows: Vec<f64>,
    /// The draws a row.
    pub samples: usize,
}

impl LogEvidence {
    /// With `samples` draws a row. Memory does not grow with their number.
    pub fn samples(samples: usize) -> Self {
        Self {
            samples,
            settings: Settings::default(),
        }
    }

    /// Sites of bits and one-hot vectors that the model leaves to the automatic choice are summed out exactly up to this many
    /// joint states; 0 for never. A [`Categorical`](crate::distribution::Categorical) is summed out if the model says
    /// `via Enumerate`.
    pub fn enumerate_up_to(mut self, enumerate_up_to: usize) -> Self {
        self.settings.enumerate_up_to = enumerate_up_to;
        self
    }

    /// The estimate for every row of the program.
    ///
    /// # Errors
    /// Fails if a setting, a parameter or an observation is out of its range, and says which site, row and value. Fails if the term
    /// of a site is NaN, or −∞ for every draw of a row. It is no error if only some draws of a row have no weight.
    pub fn evaluate(&self, mut program: impl InferenceProgram) -> Result<EvidenceEstimate, Error> {
        self.of(program.program(), &mut |_, _| {})
    }

    /// The estimate of each row, in the order of the data: the rows whose mean [`evaluate`](Self::evaluate) gives.
    ///
    /// A row's draws belong to the row: it has the same estimate whatever stands in the other rows.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A normal with a normal mean.
    ///     pub struct Pair { guide: Linear<1, 1> }
    ///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [1] ~ Normal::new(z, 1.0); }
    ///     inference q(x) { sample z ~ Normal::new(guide(x), 0.7); }
    /// }
    ///
    /// let pair = Pair::new(0);
    /// let x: Batch<(Const<1>,)> = batch(vec![0.3, 40.0, -1.2])?;
    /// let rows = LogEvidence::samples(50).by_row(&pair.q(&x))?;
    /// assert!(rows.len() == 3 && rows[1] < rows[0] && rows[1] < rows[2]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate). Fails if the model has global sites, whose draws all rows share: rows then have no separate
    /// evidence.
    pub fn by_row(&self, mut program: impl InferenceProgram) -> Result<Vec<f64>, Error> {
        let program: &dyn Run = program.program();
        let mut sites = program.sites().table().iter();
        match sites.find(|site| site.is_global() && site.latent.is_some()) {
            None => self.of(program, &mut |_, _| {}).map(|found| found.rows),
            Some(site) => Err(Error::Global {
                site: site.name,
                problem: "the evidence of a row has no draw of it to itself".into(),
                instead: "`evaluate`, which weighs the whole data set, or `Elbo::by_row`, whose rows each carry a part of its divergence",
            }),
        }
    }

    /// As [`evaluate`](Self::evaluate), and calls `keep` with the log-weights of draws of a row, or of row 0 with those of the whole data set if the program has
    /// global sites.
    pub(crate) fn of(
        &self,
        program: &dyn Run,
        keep: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<EvidenceEstimate, Error> {
        check_draws("the number of samples of the log-evidence", self.samples)?;
        let rows = program.rows()?;
        let step = program.keys().looking(program.run_state()).step;
        let mut sums = vec![LogSum::default(); rows];
        let mut whole = Vec::new();
        let mut impossible = Impossible::default();
        // The pieces of a program are one data set.
        let handler = Handler::weigh(Settings {
            data_size: Some(rows),
            ..self.settings
        });
        for_each_piece(program, handler, self.samples, &mut |pass, rows, _| {
            let outcome = pass.outcome();
            outcome.check_not_nan()?;
            if outcome.has_global() {
                check_room("the weights of all samples", self.samples, 2)?;
                whole.resize(self.samples, 0.0);
                add_to_particles(&mut whole[outcome.rows().particles()], outcome);
            } else {
                add_weights(&mut sums[rows.clone()], outcome, &mut |row, weights| {
                    keep(rows.start + row, weights);
                });
            }
            impossible.note(outcome);
            Ok(())
        })?;
        if !whole.is_empty() {
            let is_possible = whole.iter().any(|&weight| weight > f64::NEG_INFINITY);
            impossible.check(step, |_| is_possible)?;
            keep(0, &whole);
            return Ok(self.of_whole(&whole, rows));
        }
        impossible.check(step, |row| sums[row].value() > f64::NEG_INFINITY)?;
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

    /// The estimate from the log-weight of each particle with the whole data set.
    fn of_whole(&self, log_weights: &[f64], rows: usize) -> EvidenceEstimate {
        let mut sum = LogSum::default();
        log_weights.iter().for_each(|&weight| sum.add(weight));
        let log_evidence = sum.value() - (self.samples as f64).ln();
        let relative: Vec<f64> = log_weights
            .iter()
            .map(|weight| (weight - log_evidence).exp())
            .collect();
        let (_, relative_error) = mean_and_error(&relative);
        EvidenceEstimate {
            log_evidence: log_evidence / rows as f64,
            standard_error: relative_error / rows as f64,
            rows: Vec::new(),
            samples: self.samples,
        }
    }
}

/// The terms that give a draw no weight.
#[derive(Default)]
struct Impossible(Vec<(&'static str, usize)>);

impl Impossible {
    /// Notes the first term of each row of a piece that is −∞.
    fn note(&mut self, outcome: Outcome<'_>) {
        let first = self.0.len();
        for term in outcome.terms() {
            let own = term.rows.exact();
            for at in (0..own.len()).filter(|&at| term.sign() * own[at] == f64::NEG_INFINITY) {
                let row = outcome.rows().data_row(at, own.len());
                if !self.0[first..].iter().any(|(_, noted)| *noted == row) {
                    self.0.push((outcome.name(term), row));
                }
            }
        }
    }

    /// # Errors
    /// Returns the first row that no draw explains.
    fn check(&self, step: u64, is_possible: impl Fn(usize) -> bool) -> Result<(), Error> {
        let noted = self.0.iter().filter(|(_, row)| !is_possible(*row));
        match noted.min_by_key(|(_, row)| *row) {
            None => Ok(()),
            Some(&first) => Err(Error::NotFinite {
                step,
                sites: vec![first],
            }),
        }
    }
}

/// Adds the log-weights of the rows of a piece to those of the particles that they share.
fn add_to_particles(whole: &mut [f64], outcome: Outcome<'_>) {
    for own in outcome.importance_weights().chunks(whole.len()) {
        let pairs = whole.iter_mut().zip(own);
        pairs.for_each(|(total, weight)| *total += weight);
    }
}

/// Adds the weights of a piece of the particles of each row.
fn add_weights(sums: &mut [LogSum], outcome: Outcome<'_>, keep: &mut dyn FnMut(usize, &[f64])) {
    let weights = outcome.importance_weights();
    let particles = weights.len() / sums.len();
    // Without latents nothing is drawn, and one weight stands for all samples.
    let alike = (outcome.rows().particles().len() / particles) as f64;
    for (row, (sum, own)) in sums.iter_mut().zip(weights.chunks(particles)).enumerate() {
        keep(row, own);
        own.iter().for_each(|&weight| sum.add(weight + alike.ln()));
    }
}
