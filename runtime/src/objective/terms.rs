//! The terms of a pass, and the number that they become.

use super::evaluation::SiteMean;
use crate::error::Error;
use crate::program::{Outcome, Paid, Term};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Rows, Var, constant};
use crate::tensor::{mean_value, weighted_means, weighted_sum};

/// The terms of a program's sites, log-likelihoods and divergences, before estimators have added their gradients.
///
/// [`sum`](Self::sum) and [`log_mean_weight`](Self::log_mean_weight) make one number of them. Both consume the terms, since
/// estimators are paid once.
#[derive(Debug)]
pub struct Terms<'p> {
    outcome: Outcome<'p>,
}

/// How a term counts in a [sum](Terms::sum).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    weight: f32,
    floor: Option<f32>,
}

impl Count {
    /// With this weight.
    pub const fn weight(weight: f32) -> Self {
        Self {
            weight,
            floor: None,
        }
    }

    /// As this many nats if its mean over the data is less, with all steps of its site. Then it has no gradient.
    pub const fn at_least(self, nats: f32) -> Self {
        Self {
            floor: Some(nats),
            ..self
        }
    }
}

/// The result of an objective: the number to descend, and each site's mean.
#[derive(Debug)]
pub struct Bound {
    negative: Var<()>,
    sites: Vec<SiteMean>,
}

impl Bound {
    /// The bound and this many nats, which change no gradient.
    pub fn plus(self, nats: f32) -> Self {
        let constant = constant(vec![nats], ());
        Self {
            negative: weighted_sum(vec![(self.negative, 1.0), (constant, -1.0)]),
            ..self
        }
    }

    pub(super) fn into_parts(self) -> (Var<()>, Vec<SiteMean>) {
        (self.negative, self.sites)
    }
}

/// The mean of a site's term, of all its steps.
fn mean_of_site(outcome: Outcome<'_>, term: &Term) -> f64 {
    let steps = outcome.terms().iter();
    let steps = steps.filter(|step| step.site == term.site);
    unrecorded(|| {
        steps
            .map(|step| mean_value(&outcome.by_data_row(step)))
            .sum()
    })
}

impl<'p> Terms<'p> {
    pub(super) fn of(outcome: Outcome<'p>) -> Self {
        Self { outcome }
    }

    /// The step, for schedules.
    pub fn step(&self) -> u64 {
        self.outcome.step()
    }

    /// The terms, in the order of the generative model.
    pub fn each(&self) -> &'p [Term] {
        self.outcome.terms()
    }

    /// The mean of a term over the data, draws and listed states. It carries no gradient.
    pub fn mean(&self, term: &Term) -> f64 {
        unrecorded(|| mean_value(&self.outcome.by_data_row(term)))
    }

    /// Whether every draw has other draws of its data row beside it. Listed states are not draws.
    pub fn compares_draws(&self) -> bool {
        self.outcome.compares_draws()
    }

    /// The log-likelihoods minus the divergences, each with its weight and averaged over the data, as an objective to ascend. Use
    /// it with [`Scoring::Terms`](crate::estimator::Scoring::Terms).
    ///
    /// # Errors
    /// Returns the sites whose terms are NaN, or beyond the range of `f32`.
    pub fn sum(self, count: impl Fn(&Term) -> Count) -> Result<Bound, Error> {
        let outcome = self.outcome;
        outcome.check_single()?;
        let mut parts = Vec::new();
        let mut floors = Vec::new();
        let mut floored = Vec::new();
        let mut weights = Vec::new();
        for term in outcome.terms() {
            let rows = outcome.by_data_row(term);
            let Count { weight, floor } = count(term);
            let signed = -term.sign() as f32 * weight;
            match floor.filter(|&nats| mean_of_site(outcome, term) < f64::from(nats)) {
                None => {
                    parts.push((rows, signed));
                    weights.push(weight);
                }
                // No draw is paid for this term.
                Some(nats) => {
                    parts.push((rows, 0.0));
                    weights.push(0.0);
                    // All steps of a site have one floor.
                    if !floored.contains(&term.site) {
                        floored.push(term.site);
                        floors.push((Rows::from(constant(vec![nats], (1,))), signed));
                    }
                }
            }
        }
        parts.append(&mut floors);
        let (sum, means) = weighted_means(parts);
        let sites = outcome.terms().iter().zip(means);
        let sites = SiteMean::by_site(sites.map(|(term, mean)| SiteMean::new(term, mean)));
        let negative = match outcome.scores(&Paid::Terms(&weights)) {
            None => sum,
            Some(scores) => weighted_sum(vec![(sum, 1.0), (scores, -1.0)]),
        };
        Ok(Bound { negative, sites })
    }

    /// `weight/power · log 1/K Σ_k w_k^power`, averaged over the data, as an objective to ascend. To descend it, give a weight
    /// below 0. `power` must not be 0. Use it with [`Scoring::Weights`](crate::estimator::Scoring::Weights) or
    /// [`Scoring::WakePhase`](crate::estimator::Scoring::WakePhase).
    ///
    /// # Errors
    /// Returns the sites whose terms are NaN, or that have no weight.
    pub fn log_mean_weight(self, power: f32, weight: f32) -> Result<Bound, Error> {
        let outcome = self.outcome;
        outcome.check_not_nan()?;
        let (sum, _) = weighted_means(vec![(outcome.log_mean_weights(power), -weight / power)]);
        if !sum.number().is_finite() {
            outcome.check_single()?;
        }
        outcome.scale_paths(power);
        let negative = match outcome.scores(&Paid::Weights { power }) {
            Some(scores) => weighted_sum(vec![(sum, 1.0), (scores, -weight)]),
            None => sum,
        };
        let terms = outcome.terms().iter();
        let sites = unrecorded(|| SiteMean::by_site(terms.map(|term| SiteMean::of(outcome, term))));
        Ok(Bound { negative, sites })
    }
}
