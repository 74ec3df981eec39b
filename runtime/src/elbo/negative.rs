//! The number to descend: the terms of a pass, put together.

use super::bound::Bound;
use super::evaluation::SiteMean;
use super::free_bits::FreeBits;
use crate::error::Error;
use crate::program::{Paid, Pass};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Rows, Var, constant, mean_value, weighted_means, weighted_sum};

/// The negative bound, and each site's mean term.
///
/// # Errors
/// With the sites whose terms are not finite, or that there are too few draws of.
pub(super) fn negative(
    pass: &Pass,
    bound: Bound,
    kl_weight: f32,
    free_bits: &FreeBits,
) -> Result<(Var<()>, Vec<SiteMean>), Error> {
    match bound.power() {
        None => negative_sum(pass, kl_weight, free_bits),
        Some(power) => {
            if bound == Bound::ReweightedWakeSleep {
                check_draws(pass)?;
            }
            let loss = negative_log_mean(pass, power)?;
            let terms = pass.terms().iter();
            let means = unrecorded(|| terms.map(|term| SiteMean::of(pass, term)).collect());
            Ok((loss, means))
        }
    }
}

/// `Σ divergences − Σ log-likelihoods`. A divergence below its floor counts as the floor, and no draw is paid for it.
fn negative_sum(
    pass: &Pass,
    kl_weight: f32,
    free_bits: &FreeBits,
) -> Result<(Var<()>, Vec<SiteMean>), Error> {
    pass.check_single()?;
    free_bits.check_sites(pass)?;
    let mut parts = Vec::new();
    let mut floors = Vec::new();
    let mut free = Vec::new();
    for term in pass.terms() {
        let rows = pass.by_data_row(term);
        if !term.is_divergence {
            parts.push((rows, -1.0));
            continue;
        }
        let floor = free_bits.of(term.site);
        match floor.filter(|&nats| mean_value(&rows) < f64::from(nats)) {
            None => parts.push((rows, kl_weight)),
            Some(nats) => {
                parts.push((rows, 0.0));
                floors.push((Rows::from(constant(vec![nats], (1,))), kl_weight));
                free.push(term.site);
            }
        }
    }
    parts.append(&mut floors);
    let (sum, means) = weighted_means(parts);
    let sites = pass.terms().iter().zip(means);
    let sites = sites
        .map(|(term, mean)| SiteMean::new(term, mean))
        .collect();
    let weight = |site: &str| if free.contains(&site) { 0.0 } else { kl_weight };
    let loss = match pass.scores(&Paid::Terms(&weight)) {
        None => sum,
        Some(scores) => weighted_sum(vec![(sum, 1.0), (scores, -1.0)]),
    };
    Ok((loss, sites))
}

/// `−1/power · log mean w^power`, averaged over the rows of the data.
fn negative_log_mean(pass: &Pass, power: f32) -> Result<Var<()>, Error> {
    pass.check_not_nan()?;
    let (loss, _) = weighted_means(vec![(pass.log_mean_weights(power), -1.0 / power)]);
    if !loss.number().is_finite() {
        pass.check_single()?;
    }
    pass.scale_paths(power);
    Ok(match pass.scores(&Paid::Weights { power }) {
        Some(scores) => weighted_sum(vec![(loss, 1.0), (scores, -1.0)]),
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
