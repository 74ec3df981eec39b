//! Draws of counts, for every parameter that `f32` can hold.
//!
//! Rejection works only in some range. Beyond it, the logarithms that it compares lose the digits by which they differ; it
//! would draw anything, or never end. There the limit laws are exact as far as `f32` shows.

use rand_distr::{Distribution, StandardNormal};

use super::RowRng;
use crate::kernels::real::Real;

/// From this variance on, a count is drawn by its Cornish–Fisher expansion. The next term of its distribution function is of
/// the order of one over this.
const WIDE: f64 = 1e8;

/// Below this probability, binomial counts are drawn as Poisson counts. The distance of the two is at most the probability.
const RARE: f64 = 1e-8;

/// Up to this mean, a count is found by going up from 0.
const FEW: f64 = 10.0;

/// One count of a Poisson distribution.
pub(crate) fn poisson(rate: f64, rng: &mut RowRng) -> f64 {
    if rate >= WIDE {
        return expanded(rate, rate.sqrt(), 1.0, rng);
    }
    match rand_distr::Poisson::new(rate) {
        // At rates below the digits of 1 the sampler counts one too few.
        Ok(poisson) => poisson.sample(rng).max(0.0),
        Err(_) => 0.0,
    }
}

/// One count of successes of a binomial distribution.
pub(crate) fn binomial(trials: f64, logit: f64, rng: &mut RowRng) -> f64 {
    // Counts the rarer outcome, whose probability has all its digits.
    let rare = (-logit.abs()).sigmoid();
    let count = rarer(trials, rare, rng).clamp(0.0, trials);
    if logit > 0.0 { trials - count } else { count }
}

fn rarer(trials: f64, rare: f64, rng: &mut RowRng) -> f64 {
    let mean = trials * rare;
    let variance = mean * (1.0 - rare);
    if mean <= FEW {
        up_from_zero(trials, rare, rng)
    } else if rare < RARE {
        poisson(mean, rng)
    } else if variance >= WIDE {
        expanded(mean, variance.sqrt(), 1.0 - 2.0 * rare, rng)
    } else {
        // At most 10¹⁶ trials.
        match rand_distr::Binomial::new(trials as u64, rare) {
            Ok(binomial) => binomial.sample(rng) as f64,
            Err(_) => f64::NAN,
        }
    }
}

/// `⌊μ + σ z + s(z² − 1)/6 + ½⌋` with a normal `z`, where `s/σ` is the skewness.
fn expanded(mean: f64, deviation: f64, skew: f64, rng: &mut RowRng) -> f64 {
    let z: f64 = StandardNormal.sample(rng);
    (mean + deviation * z + skew * (z * z - 1.0) / 6.0 + 0.5).floor()
}

/// Inverts the distribution function, with the masses of 0, 1, 2, …, each computed from the one before.
fn up_from_zero(trials: f64, rare: f64, rng: &mut RowRng) -> f64 {
    // A count with so small a mean is above this with probability 10⁻⁶⁰.
    const MOST: usize = 120;
    let odds = rare / (1.0 - rare);
    let mut mass = (trials * (-rare).ln_1p()).exp();
    let mut left = rng.fine_uniform();
    for count in 0..MOST {
        let count = count as f64;
        if left < mass || count >= trials {
            return count;
        }
        left -= mass;
        mass *= odds * (trials - count) / (count + 1.0);
    }
    MOST as f64
}

#[cfg(test)]
mod tests {
    use super::expanded;
    use crate::noise::{Key, Place, Stream};

    /// Where counts are drawn so, `f32` rounds the skewness away. A small mean shows it.
    #[test]
    fn an_expanded_count_has_the_moments_of_a_poisson_count() {
        const DRAWS: usize = 100_000;
        let noise = Stream::new(Key::new(1, 0), "count", Place::default());
        let draw = |row| (expanded(100.0, 10.0, 1.0, &mut noise.row(row)) - 100.0) / 10.0;
        let draws: Vec<f64> = (0..DRAWS).map(draw).collect();
        let moment = |power| draws.iter().map(|z| z.powi(power)).sum::<f64>() / DRAWS as f64;
        assert!(moment(1).abs() < 0.02, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.03, "variance {}", moment(2));
        assert!((moment(3) - 0.1).abs() < 0.05, "skewness {}", moment(3));
    }
}
