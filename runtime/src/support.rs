//! Where a distribution lives: its measure and its support, as marker types that the compiler
//! compares, and domains of numbers, which are checked at run time.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use crate::tensor::Lanes;
use crate::tensor::parallel::join;
use crate::tensor::simd::vectorised_by;

/// Whether probabilities of a family are masses of points or densities.
pub trait Measure: 'static {}

/// Probabilities of single points: a discrete family.
#[derive(Clone, Copy, Debug)]
pub struct Mass;

/// Probabilities per volume: a continuous family.
#[derive(Clone, Copy, Debug)]
pub struct Density;

/// A density between atoms: a continuous family cut off at one or both ends.
#[derive(Clone, Copy, Debug)]
pub struct DensityWithAtoms;

impl Measure for Mass {}
impl Measure for Density {}
impl Measure for DensityWithAtoms {}

/// The set of values that a family can take.
pub trait Support: 'static {
    /// The set in words, as it stands in messages: "a number in (0, 1)".
    const DESCRIPTION: &'static str;
    /// The same, where it takes more than a constant to say.
    fn description() -> Cow<'static, str> {
        Self::DESCRIPTION.into()
    }
    /// The index of the first element outside the set, among events whose last axis has this size.
    fn first_outside(values: &[f32], last_axis: usize) -> Option<usize>;
}

/// A guide's support must be its prior's: wider, and the divergence is infinite; narrower, and the
/// posterior is cut off without a word.
pub trait Fits<Prior: Support>: Support {}

macro_rules! supports {
    ($($(#[$doc:meta])* $name:ident = $description:literal, $outside:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Support for $name {
            const DESCRIPTION: &'static str = $description;
            fn first_outside(values: &[f32], last_axis: usize) -> Option<usize> {
                let outside: fn(&[f32], usize) -> Option<usize> = $outside;
                outside(values, last_axis)
            }
        }

        impl Fits<$name> for $name {}
    )*};
}

supports! {
    /// Every finite number.
    RealLine = "a finite number", |v, _| first(v, f32::is_finite);
    /// Numbers greater than zero.
    Positive = "a number greater than 0", |v, _| first(v, |x| x > 0.0 && x.is_finite());
    /// Numbers of zero and above.
    NonNegative = "a number of 0 or more", |v, _| first(v, |x| x >= 0.0 && x.is_finite());
    /// Numbers strictly between zero and one.
    UnitInterval = "a number strictly between 0 and 1", |v, _| first(v, |x| x > 0.0 && x < 1.0);
    /// Numbers from zero to one, both included.
    ClosedUnitInterval = "a number from 0 to 1", |v, _| first(v, |x| (0.0..=1.0).contains(&x));
    /// An interval whose ends are parameters, so that the density itself tells what lies outside.
    Interval = "a finite number", |v, _| first(v, f32::is_finite);
    /// Angles in radians; any finite number is one.
    Circle = "an angle, a finite number", |v, _| first(v, f32::is_finite);
    /// Whole numbers of zero and above.
    Counts = "a whole number of 0 or more", |v, _| first(v, is_count);
    /// Whole numbers from zero to an end that is a parameter, so that the mass itself tells what lies
    /// outside.
    BoundedCounts = "a whole number of 0 or more", |v, _| first(v, is_count);
    /// Zero or one.
    Binary = "0 or 1", |v, _| first(v, |x| x == 0.0 || x == 1.0);
    /// Exactly one 1 along the last axis, and zeros.
    OneHot = "one 1 and otherwise 0 along the last axis", first_not_one_hot;
    /// Positive numbers that sum to one along the last axis.
    Simplex = "positive numbers that sum to 1 along the last axis", first_off_simplex;
}

/// The indices of the categories that the last axis of `L` lists: a guide and a prior must have as many.
#[derive(Clone, Copy, Debug)]
pub struct Classes<L>(PhantomData<L>);

impl<L: Lanes> Support for Classes<L> {
    const DESCRIPTION: &'static str = "the index of a class";

    fn description() -> Cow<'static, str> {
        const LISTED: usize = 10;
        match L::LAST {
            few @ ..=LISTED => {
                let all: Vec<_> = (0..few).map(|class| class.to_string()).collect();
                format!("one of its classes, {}", all.join(", ")).into()
            }
            many => format!("one of its classes, 0 to {}", many - 1).into(),
        }
    }

    fn first_outside(values: &[f32], _: usize) -> Option<usize> {
        first(values, |x| is_count(x) && x < L::LAST as f32)
    }
}

impl<L: Lanes> Fits<Classes<L>> for Classes<L> {}

// They differ by points, which no density feels.
impl Fits<NonNegative> for Positive {}
impl Fits<Positive> for NonNegative {}
impl Fits<Interval> for UnitInterval {}
impl Fits<UnitInterval> for Interval {}
impl Fits<ClosedUnitInterval> for UnitInterval {}
impl Fits<UnitInterval> for ClosedUnitInterval {}
impl Fits<ClosedUnitInterval> for Interval {}
impl Fits<Interval> for ClosedUnitInterval {}

// A circle can be cut open anywhere: the interval's own density says where it was.
impl Fits<Circle> for Interval {}
impl Fits<Interval> for Circle {}

fn is_count(x: f32) -> bool {
    x >= 0.0 && x.is_finite() && x.fract() == 0.0
}

/// Numbers of which two threads look at one half each.
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
    // A block is looked through without stopping, which vectors do, before its elements are.
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

fn first_not_one_hot(values: &[f32], last_axis: usize) -> Option<usize> {
    let groups = values.chunks(last_axis.max(1)).enumerate();
    groups
        .filter_map(|(group, lane)| {
            let start = group * last_axis;
            match first(lane, |x| x == 0.0 || x == 1.0) {
                Some(at) => Some(start + at),
                None => (lane.iter().sum::<f32>() != 1.0).then_some(start),
            }
        })
        .next()
}

fn first_off_simplex(values: &[f32], last_axis: usize) -> Option<usize> {
    let groups = values.chunks(last_axis.max(1)).enumerate();
    groups
        .filter_map(|(group, lane)| {
            let start = group * last_axis;
            match first(lane, |x| x > 0.0 && x <= 1.0) {
                Some(at) => Some(start + at),
                None => (!sums_to_one(lane)).then_some(start),
            }
        })
        .next()
}

/// Whether the sum is one, as near as `f32` tells: rounding of `n` terms moves it by at most about `n` ulps.
fn sums_to_one(lane: &[f32]) -> bool {
    let slack = 1e-4_f64.max(lane.len() as f64 * f64::from(f32::EPSILON));
    let sum: f64 = lane.iter().copied().map(f64::from).sum();
    (sum - 1.0).abs() <= slack
}

/// Whether a vector is neither on the simplex nor on its rim. One with a NaN is not.
pub(crate) fn is_off_simplex(lane: &[f32]) -> bool {
    let is_share = |x: f32| (0.0..=1.0).contains(&x);
    let is_on = lane.iter().all(|&x| is_share(x)) && sums_to_one(lane);
    !is_on && !lane.iter().any(|x| x.is_nan())
}

/// Where a parameter's values must lie; checked at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Finite.
    Finite,
    /// Finite and greater than zero.
    Positive,
    /// A whole number of zero or more.
    Count,
    /// From zero to one, both included.
    Probability,
    /// Finite and not below zero.
    Weight,
    /// Strictly between zero and one.
    OpenUnit,
    /// Any number or infinity, but not NaN: the logit of a certain outcome is infinite.
    NotNan,
    /// A number or −∞: the logit of an impossible category.
    BelowInfinity,
}

impl Domain {
    /// Whether the value lies in the domain.
    #[inline]
    pub fn contains(self, value: f32) -> bool {
        match self {
            Self::Finite => value.is_finite(),
            Self::Positive => value > 0.0 && value.is_finite(),
            Self::Count => is_count(value),
            Self::Probability => (0.0..=1.0).contains(&value),
            Self::Weight => value >= 0.0 && value.is_finite(),
            Self::OpenUnit => value > 0.0 && value < 1.0,
            Self::NotNan => !value.is_nan(),
            Self::BelowInfinity => value < f32::INFINITY,
        }
    }

    /// The index of the first value outside.
    pub fn first_outside(self, values: &[f32]) -> Option<usize> {
        match self {
            Self::Finite => first(values, |v| Self::Finite.contains(v)),
            Self::Positive => first(values, |v| Self::Positive.contains(v)),
            Self::Count => first(values, |v| Self::Count.contains(v)),
            Self::Probability => first(values, |v| Self::Probability.contains(v)),
            Self::Weight => first(values, |v| Self::Weight.contains(v)),
            Self::OpenUnit => first(values, |v| Self::OpenUnit.contains(v)),
            Self::NotNan => first(values, |v| Self::NotNan.contains(v)),
            Self::BelowInfinity => first(values, |v| Self::BelowInfinity.contains(v)),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Finite => "finite",
            Self::Positive => "finite and greater than 0",
            Self::Count => "a whole number of 0 or more",
            Self::Probability => "between 0 and 1",
            Self::Weight => "finite and 0 or more",
            Self::OpenUnit => "strictly between 0 and 1",
            Self::NotNan => "a number",
            Self::BelowInfinity => "a number below infinity",
        })
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
