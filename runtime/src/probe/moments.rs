//! The mean and the variance of a random vector, and how well they are known.

use std::fmt;

/// The vectors are kept in this many groups. The jackknife leaves out one at a time.
pub(super) const GROUPS: usize = 10;

/// A number and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The estimate.
    pub value: f64,
    /// Its standard error, by the jackknife over ten groups (Quenouille 1956, Tukey 1958).
    pub standard_error: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.3e} ± {:.1e}", self.value, self.standard_error))
    }
}

/// Sums over vectors.
#[derive(Debug, Default)]
pub(super) struct Moments {
    groups: [Group; GROUPS],
}

#[derive(Debug, Default)]
struct Group {
    count: f64,
    sum: Vec<f64>,
    /// The sum over all elements of all vectors.
    squares: f64,
}

/// Sums over all groups, or all but one.
struct Whole {
    /// The squared norm of the mean, minus what the variance adds to it.
    squared_mean: f64,
    variance: f64,
}

impl Moments {
    /// Adds a vector.
    pub(super) fn add(&mut self, number: usize, vector: impl Iterator<Item = f64>) {
        let group = &mut self.groups[number % GROUPS];
        group.count += 1.0;
        for (at, value) in vector.enumerate() {
            if at == group.sum.len() {
                group.sum.push(0.0);
            }
            group.sum[at] += value;
            group.squares += value * value;
        }
    }

    /// The trace of the covariance.
    pub(super) fn variance(&self) -> Measured {
        self.jackknife(|whole| whole.variance)
    }

    /// The norm of the mean divided by the root of the variance. If the estimate of the squared norm is below zero, the ratio is
    /// zero, with a standard error at least as large as the estimate is below zero.
    pub(super) fn signal_to_noise(&self) -> Measured {
        let whole = self.whole(None);
        if whole.variance == 0.0 {
            let is_signal = whole.squared_mean > 0.0;
            return Measured {
                value: if is_signal { f64::INFINITY } else { 0.0 },
                standard_error: 0.0,
            };
        }
        let signed = self.jackknife(|whole| {
            let square = whole.squared_mean / whole.variance;
            square.signum() * square.abs().sqrt()
        });
        if signed.value < 0.0 {
            return Measured {
                value: 0.0,
                standard_error: signed.standard_error.max(-signed.value),
            };
        }
        signed
    }

    /// The squared norm of the mean, unbiased.
    pub(super) fn squared_mean(&self) -> Measured {
        self.jackknife(|whole| whole.squared_mean)
    }

    fn jackknife(&self, of: impl Fn(&Whole) -> f64) -> Measured {
        let parts = (0..GROUPS).map(|group| of(&self.whole(Some(group))));
        let parts: Vec<f64> = parts.collect();
        let count = GROUPS as f64;
        let mean = parts.iter().sum::<f64>() / count;
        let spread: f64 = parts.iter().map(|part| (part - mean).powi(2)).sum();
        Measured {
            value: of(&self.whole(None)),
            standard_error: ((count - 1.0) / count * spread).sqrt(),
        }
    }

    fn whole(&self, without: Option<usize>) -> Whole {
        let groups = || {
            let all = self.groups.iter().enumerate();
            all.filter(|(at, _)| Some(*at) != without)
                .map(|(_, group)| group)
        };
        let count: f64 = groups().map(|group| group.count).sum();
        let squares: f64 = groups().map(|group| group.squares).sum();
        let elements = self.groups[0].sum.len();
        let sum = |at: usize| groups().map(|group| group.sum[at]).sum::<f64>();
        let norm: f64 = (0..elements).map(|at| (sum(at) / count).powi(2)).sum();
        // Rounding may leave a number slightly below zero.
        let variance = ((squares - count * norm) / (count - 1.0)).max(0.0);
        let rounding = 1e-12 * squares / count;
        let variance = if variance < rounding { 0.0 } else { variance };
        Whole {
            squared_mean: norm - variance / count,
            variance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_varies_is_all_signal_or_none() {
        for (vector, ratio) in [([3.0, -4.0], f64::INFINITY), ([0.0, 0.0], 0.0)] {
            let mut moments = Moments::default();
            for number in 0..20 {
                moments.add(number, vector.into_iter());
            }
            let found = moments.signal_to_noise();
            assert_eq!((found.value, found.standard_error), (ratio, 0.0));
        }
    }

    /// Without a signal, the ratio is within a few standard errors of zero, and these are not zero.
    #[test]
    fn no_signal_has_a_standard_error() {
        let mut state = 1_u64;
        let mut sign = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            if state >> 63 == 1 { 1.0 } else { -1.0 }
        };
        for _ in 0..200 {
            let mut moments = Moments::default();
            for number in 0..100 {
                moments.add(number, [sign(), sign()].into_iter());
            }
            let found = moments.signal_to_noise();
            assert!(found.value >= 0.0, "{found}");
            // Of 100 vectors the ratio is known to about a tenth.
            assert!(found.standard_error > 0.02, "{found}");
            assert!(found.value < 5.0 * found.standard_error, "{found}");
        }
    }

    /// Pairs of signs about (1, −2), 20 at a time: squared norm 5, variance 2. What the variance adds to a squared mean
    /// is 2/20.
    #[test]
    fn means_and_variances_are_unbiased() {
        const TIMES: usize = 5000;
        let mut state = 1_u64;
        let mut sign = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            if state >> 63 == 1 { 1.0 } else { -1.0 }
        };
        let mut totals = [0.0; 2];
        for _ in 0..TIMES {
            let mut moments = Moments::default();
            for number in 0..20 {
                moments.add(number, [1.0 + sign(), -2.0 + sign()].into_iter());
            }
            totals[0] += moments.squared_mean().value / TIMES as f64;
            totals[1] += moments.variance().value / TIMES as f64;
        }
        // The standard errors are √(4·5/20/5000) = 0.014 and less than that.
        assert!((totals[0] - 5.0).abs() < 0.07, "{totals:?}");
        assert!((totals[1] - 2.0).abs() < 0.02, "{totals:?}");
    }
}
