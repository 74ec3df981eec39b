//! The first of many numbers that is out of its range.

use super::parallel::join;
use super::simd::vectorised_by;
use super::subnormal::least_positive;
use crate::error::Domain;

/// From this many numbers on, two threads search one half each.
const WORTH_SHARING: usize = 1 << 16;

/// The index of the first value for which `inside` does not hold.
pub fn first(values: &[f32], inside: impl Fn(f32) -> bool + Sync) -> Option<usize> {
    if values.len() < WORTH_SHARING {
        return first_of(values, inside);
    }
    let middle = values.len() / 2;
    let (start, end) = values.split_at(middle);
    let (mut in_start, mut in_end) = (None, None);
    join(
        || in_start = first_of(start, &inside),
        || in_end = first_of(end, &inside),
    );
    in_start.or(in_end.map(|at| middle + at))
}

fn first_of(values: &[f32], inside: impl Fn(f32) -> bool) -> Option<usize> {
    // A whole block is checked first, without stopping, so that vectors do it. Its elements are searched afterwards.
    const BLOCK: usize = 256;
    let block = vectorised_by(
        #[inline(always)]
        || {
            values
                .chunks(BLOCK)
                .position(|block| block.iter().fold(false, |any, &v| any | !inside(v)))
        },
    )?;
    let start = block * BLOCK;
    let within = values[start..].iter().position(|&v| !inside(v));
    within.map(|at| start + at)
}

/// The index of the first value outside a domain.
pub(super) fn first_outside(domain: Domain, values: &[f32]) -> Option<usize> {
    match domain {
        Domain::Finite => first(values, |v| Domain::Finite.contains(v)),
        Domain::Positive => {
            // Where subnormal numbers count as zero, they are none of these.
            let least = least_positive();
            first(values, |v| v >= least && v.is_finite())
        }
        Domain::Count => first(values, |v| Domain::Count.contains(v)),
        Domain::Probability => first(values, |v| Domain::Probability.contains(v)),
        Domain::Weight => first(values, |v| Domain::Weight.contains(v)),
        Domain::OpenUnit => first(values, |v| Domain::OpenUnit.contains(v)),
        Domain::NotNan => first(values, |v| Domain::NotNan.contains(v)),
        Domain::BelowInfinity => first(values, |v| Domain::BelowInfinity.contains(v)),
    }
}

#[cfg(test)]
mod tests {
    use super::{WORTH_SHARING, first};

    #[test]
    fn the_first_is_found_in_either_half() {
        let mut values = vec![1.0; 3 * WORTH_SHARING + 1];
        assert_eq!(first(&values, |v| v > 0.0), None);
        let middle = values.len() / 2;
        for at in [values.len() - 1, middle + 300, middle, middle - 1, 700, 0] {
            values[at] = -1.0;
            assert_eq!(first(&values, |v| v > 0.0), Some(at));
        }
    }
}
