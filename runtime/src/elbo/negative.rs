//! The number to descend: the terms of a pass, put together.

use super::bound::Bound;
use super::evaluation::SiteMean;
use super::free_bits::FreeBits;
use crate::error::Error;
use crate::kernels::rows::{mean, weighted_sum};
use crate::program::{Paid, Pass};
use crate::var::{Var, constant};

/// The negative bound.
///
/// # Errors
/// With the sites whose terms are not finite, or that there are too few draws of.
pub(super) fn negative(
    pass: &Pass,
    bound: Bound,
    kl_weight: f32,
    free_bits: &FreeBits,
) -> Result<Var<()>, Error> {
    match bound.power() {
        None => negative_sum(pass, kl_weight, free_bits),
        Some(power) => {
            if bound == Bound::ReweightedWakeSleep {
                check_draws(pass)?;
            }
            negative_log_mean(pass, power)
        }
    }
}

/// Each site's mean term.
pub(super) fn site_means(pass: &Pass) -> Vec<SiteMean> {
    let means = pass.terms().iter().map(|term| SiteMean::of(pass, term));
    means.collect()
}

/// `Σ divergences − Σ log-likelihoods`. A divergence below its floor is a constant, and no draw is paid for it.
fn negative_sum(pass: &Pass, kl_weight: f32, free_bits: &FreeBits) -> Result<Var<()>, Error> {
    pass.check_finite()?;
    free_bits.check_sites(pass)?;
    let mut parts = Vec::new();
    let mut free = Vec::new();
    for term in pass.terms() {
        let mean = pass.expectation(term);
        let floor = free_bits.of(term.site).filter(|&nats| mean[[]] < nats);
        parts.push(match (term.is_divergence, floor) {
            (false, _) => (mean, -1.0),
            (true, None) => (mean, kl_weight),
            (true, Some(nats)) => {
                free.push(term.site);
                (constant(vec![nats], ()), kl_weight)
            }
        });
    }
    let weight = |site: &str| if free.contains(&site) { 0.0 } else { kl_weight };
    let scores = pass.scores(&Paid::Terms(&weight));
    parts.extend(scores.map(|scores| (scores, -1.0)));
    Ok(weighted_sum(parts))
}

/// `−1/power · log mean w^power`, averaged over the rows of the data.
fn negative_log_mean(pass: &Pass, power: f32) -> Result<Var<()>, Error> {
    pass.check_not_nan()?;
    let loss = -mean(&pass.log_mean_weights(power)) / power;
    if !loss[[]].is_finite() {
        pass.check_finite()?;
    }
    pass.scale_paths(power);
    Ok(match pass.scores(&Paid::Weights { power }) {
        Some(scores) => loss - scores,
        None => loss,
    })
}

/// One draw alone has all the weight, wherever it is: it says nothing of where the guide should be.
fn check_draws(pass: &Pass) -> Result<(), Error> {
    if pass.compares_draws() {
        return Ok(());
    }
    Err(Error::Setting {
        setting: "the number of particles",
        value: 1.0,
        expected: "at least 2 under reweighted wake-sleep, which compares their weights",
    })
}
