//! The bound, evaluated row by row.

use super::Sampling;
use crate::error::Error;
use crate::estimator::{Scoring, Settings};
use crate::program::{Handler, Outcome, Run, Term, for_each_piece};
use crate::tensor::mean_value;

/// The evidence lower bound of a model as declared, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The bound, averaged over rows.
    pub elbo: f64,
    /// The standard error of that average, over rows. NaN if there is only one row.
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
    /// Whether the term is a divergence. Else it is a log-likelihood.
    pub is_divergence: bool,
    /// The mean over rows, in nats.
    pub mean: f64,
}

impl SiteMean {
    pub(super) fn of(outcome: Outcome<'_>, term: &Term) -> Self {
        Self::new(term, mean_value(&outcome.by_data_row(term)))
    }

    pub(super) fn new(term: &Term, mean: f64) -> Self {
        Self {
            site: term.site,
            is_divergence: term.is_divergence,
            mean,
        }
    }

    /// The means of sites from those of terms: the steps of a site add up.
    pub(super) fn by_site(terms: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sites: Vec<Self> = Vec::new();
        for term in terms {
            match sites.iter_mut().find(|own| own.site == term.site) {
                Some(own) => own.mean += term.mean,
                None => sites.push(term),
            }
        }
        sites
    }
}

pub(super) fn evaluate(sampling: &Sampling, program: &dyn Run) -> Result<Evaluation, Error> {
    sampling.check_particles()?;
    let particles = sampling.particles;
    let step = program.keys().looking(program.run_state()).step;
    let settings = sampling.settings(step, Scoring::default());
    let rows = program.rows()?;
    settings.check_data_size(rows)?;
    // The pieces of a program are one data set.
    let settings = Settings {
        data_size: settings.data_size.or(Some(rows)),
        ..settings
    };
    let mut by_row = vec![0.0; rows];
    let mut sites: Vec<SiteMean> = Vec::new();
    let handler = Handler::evaluate(settings);
    for_each_piece(program, handler, particles, &mut |pass, piece, share| {
        let outcome = pass.outcome();
        outcome.check_finite()?;
        let part_of_all = share * piece.len() as f64 / rows as f64;
        add_terms(&mut by_row[piece], outcome, share);
        add_site_means(&mut sites, outcome, part_of_all);
        Ok(())
    })?;
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

/// Adds the bound of each data row of a pass: the terms, averaged over the draws, times the pass's share of the particles.
fn add_terms(sums: &mut [f64], outcome: Outcome<'_>, share: f64) {
    let mut own_rows = vec![0.0; sums.len()];
    for term in outcome.terms() {
        let by_row = outcome.by_data_row(term);
        for (sum, own) in own_rows.iter_mut().zip(by_row.exact()) {
            *sum += term.sign() * share * own;
        }
    }
    let by_row = outcome.rows().in_data_order(&own_rows);
    sums.iter_mut()
        .zip(by_row)
        .for_each(|(sum, own)| *sum += own);
}

fn add_site_means(sites: &mut Vec<SiteMean>, outcome: Outcome<'_>, share: f64) {
    let parts = outcome
        .terms()
        .iter()
        .map(|term| SiteMean::of(outcome, term));
    for part in SiteMean::by_site(parts) {
        match sites.iter_mut().find(|own| own.site == part.site) {
            Some(site) => site.mean += share * part.mean,
            None => sites.push(SiteMean {
                mean: share * part.mean,
                ..part
            }),
        }
    }
}

/// The mean of independent numbers, and its standard error.
pub(super) fn mean_and_error(numbers: &[f64]) -> (f64, f64) {
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
