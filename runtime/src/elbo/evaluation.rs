//! The bound, evaluated row by row.

use crate::error::Error;
use crate::estimator::Settings;
use crate::kernels::rows::values;
use crate::noise::Place;
use crate::program::{Inference, Mode, Pass, Term, piece};

/// At most so many rows, particles included, are in memory at once.
const CHUNK: usize = 4096;

/// The evidence lower bound of a model as declared, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The bound, averaged over rows.
    pub elbo: f64,
    /// The standard error of that average, over rows.
    pub standard_error: f64,
    /// The mean log-likelihood of the observed sites.
    pub log_likelihood: f64,
    /// The mean divergence of the latent sites.
    pub kl: f64,
    /// The bound of each row.
    pub rows: Vec<f64>,
    /// The mean term of each site, in the order of the generative model.
    pub sites: Vec<SiteMean>,
}

/// The mean term of one site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteMean {
    /// The site.
    pub site: &'static str,
    /// Whether it is a divergence; else a log-likelihood.
    pub is_divergence: bool,
    /// The mean over rows, in nats.
    pub mean: f64,
}

impl SiteMean {
    pub(crate) fn of(pass: &Pass, term: &Term) -> Self {
        let by_row = pass.by_data_row(&term.rows);
        let own = values(&by_row);
        Self {
            site: term.site,
            is_divergence: term.is_divergence,
            mean: own.iter().copied().map(f64::from).sum::<f64>() / own.len() as f64,
        }
    }
}

pub(super) fn evaluate<I: Inference>(
    program: &I,
    place: Place,
    settings: Settings,
) -> Result<Evaluation, Error> {
    let rows = program.rows()?;
    let mut by_row = Vec::with_capacity(rows);
    let mut sites: Vec<SiteMean> = Vec::new();
    let mut first_row = 0;
    while first_row < rows {
        let count = (CHUNK / place.particles).clamp(1, rows - first_row);
        let place = Place { first_row, ..place };
        let part = program.slice(first_row..first_row + count);
        let mut pass = piece(Mode::Evaluate(settings), program.key(), count, place);
        part.pass(&mut pass)?;
        by_row.extend(sum_terms(&pass, count)?);
        add_site_means(&mut sites, &pass, count as f64 / rows as f64);
        first_row += count;
    }
    let sum = |divergences| {
        let of_kind = sites.iter().filter(|s| s.is_divergence == divergences);
        of_kind.map(|s| s.mean).sum::<f64>()
    };
    let (elbo, standard_error) = mean_and_error(&by_row);
    Ok(Evaluation {
        elbo,
        standard_error,
        log_likelihood: sum(false),
        kl: sum(true),
        rows: by_row,
        sites,
    })
}

/// The bound of each data row of a pass: its terms, averaged over what was drawn.
fn sum_terms(pass: &Pass, rows: usize) -> Result<Vec<f64>, Error> {
    pass.check_finite()?;
    let mut sums = vec![0.0; rows];
    for term in pass.terms() {
        let sign = if term.is_divergence { -1.0 } else { 1.0 };
        let by_row = pass.by_data_row(&term.rows);
        for (sum, &own) in sums.iter_mut().zip(values(&by_row)) {
            *sum += sign * f64::from(own);
        }
    }
    Ok(sums)
}

fn add_site_means(sites: &mut Vec<SiteMean>, pass: &Pass, share: f64) {
    for (at, term) in pass.terms().iter().enumerate() {
        let part = SiteMean::of(pass, term);
        match sites.get_mut(at) {
            Some(site) => site.mean += share * part.mean,
            None => sites.push(SiteMean {
                mean: share * part.mean,
                ..part
            }),
        }
    }
}

/// The mean of independent numbers, and its standard error.
pub(crate) fn mean_and_error(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|v| (v - mean).powi(2)).sum();
    let error = if numbers.len() > 1 {
        (squares / (count - 1.0) / count).sqrt()
    } else {
        f64::NAN
    };
    (mean, error)
}
