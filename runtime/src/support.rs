//! Where a distribution lives: its measure and its support, as marker types that the compiler compares.

mod advice;

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::error::Domain;
use crate::tensor::{Lanes, first};

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
    /// The set in words, for messages: "a number in (0, 1)".
    const DESCRIPTION: &'static str;
    /// The same, if the words depend on more than a constant.
    fn description() -> Cow<'static, str> {
        Self::DESCRIPTION.into()
    }
    /// The index of the first element outside the set, among events whose last axis has this size.
    fn first_outside(values: &[f32], last_axis: usize) -> Option<usize>;
    /// What to write instead of data with this finite value, which is outside the set. Messages say it after `help:`.
    fn advice(_value: f32) -> Option<&'static str> {
        None
    }
}

/// A guide's support must be its prior's. If it is wider, the divergence is infinite. If it is narrower, the posterior is
/// silently cut off.
pub trait Fits<Prior: Support>: Support {}

macro_rules! supports {
    ($($(#[$doc:meta])* $name:ident = $description:literal, $outside:expr, $advice:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Support for $name {
            const DESCRIPTION: &'static str = $description;
            fn first_outside(values: &[f32], last_axis: usize) -> Option<usize> {
                let outside: fn(&[f32], usize) -> Option<usize> = $outside;
                outside(values, last_axis)
            }
            fn advice(value: f32) -> Option<&'static str> {
                let advice: fn(f32) -> Option<&'static str> = $advice;
                advice(value)
            }
        }

        impl Fits<$name> for $name {}
    )*};
}

supports! {
    /// Every finite number.
    RealLine = "a finite number", |v, _| first(v, f32::is_finite), advice::none;
    /// Numbers greater than zero.
    Positive = "a number greater than 0", |v, _| first(v, |x| x > 0.0 && x.is_finite()), advice::positive;
    /// Numbers of zero and above.
    NonNegative = "a number of 0 or more", |v, _| first(v, |x| x >= 0.0 && x.is_finite()), advice::non_negative;
    /// Numbers strictly between zero and one.
    UnitInterval = "a number strictly between 0 and 1", |v, _| first(v, |x| x > 0.0 && x < 1.0), advice::unit;
    /// Numbers from zero to one, both included.
    ClosedUnitInterval = "a number from 0 to 1", |v, _| first(v, |x| (0.0..=1.0).contains(&x)), advice::closed_unit;
    /// An interval whose ends are parameters. The density itself is zero outside.
    Interval = "a finite number", |v, _| first(v, f32::is_finite), advice::none;
    /// Angles in radians; any finite number is one.
    Circle = "an angle, a finite number", |v, _| first(v, f32::is_finite), advice::none;
    /// Whole numbers of zero and above.
    Counts = "a whole number of 0 or more", |v, _| first(v, |x| Domain::Count.contains(x)), advice::count;
    /// Whole numbers from zero to an end that is a parameter. The mass itself is zero beyond it.
    BoundedCounts = "a whole number of 0 or more", |v, _| first(v, |x| Domain::Count.contains(x)), advice::count;
    /// Zero or one.
    Binary = "0 or 1", |v, _| first(v, |x| x == 0.0 || x == 1.0), advice::binary;
    /// Exactly one 1 along the last axis, and zeros.
    OneHot = "one 1 and otherwise 0 along the last axis", first_not_one_hot, advice::one_hot;
    /// One value, a parameter. The density itself is zero elsewhere.
    Point = "a finite number", |v, _| first(v, f32::is_finite), advice::none;
    /// Positive numbers that sum to one along the last axis.
    Simplex = "positive numbers that sum to 1 along the last axis", first_off_simplex, advice::simplex;
}

/// The indices of the categories that the last axis of `L` lists. A guide and its prior must have equally many.
#[derive(Clone, Copy, Debug)]
pub struct Classes<L>(PhantomData<L>);

impl<L: Lanes> Support for Classes<L> {
    const DESCRIPTION: &'static str = "the index of a class";

    fn description() -> Cow<'static, str> {
        listed(L::LAST)
    }

    fn first_outside(values: &[f32], _: usize) -> Option<usize> {
        first(values, |x| Domain::Count.contains(x) && x < L::LAST as f32)
    }

    fn advice(value: f32) -> Option<&'static str> {
        advice::class(value)
    }
}

impl<L: Lanes> Fits<Classes<L>> for Classes<L> {}

/// The indices of the classes between the cutpoints that the last axis of `L` lists, of which there is one more.
#[derive(Clone, Copy, Debug)]
pub struct Ranks<L>(PhantomData<L>);

impl<L: Lanes> Support for Ranks<L> {
    const DESCRIPTION: &'static str = "the index of a class";

    fn description() -> Cow<'static, str> {
        listed(L::LAST + 1)
    }

    fn first_outside(values: &[f32], _: usize) -> Option<usize> {
        first(values, |x| Domain::Count.contains(x) && x <= L::LAST as f32)
    }

    fn advice(value: f32) -> Option<&'static str> {
        advice::class(value)
    }
}

impl<L: Lanes> Fits<Ranks<L>> for Ranks<L> {}

/// The indices of so many classes, in words.
fn listed(classes: usize) -> Cow<'static, str> {
    const LISTED: usize = 10;
    match classes {
        few @ ..=LISTED => {
            let all: Vec<_> = (0..few).map(|class| class.to_string()).collect();
            format!("one of its classes, {}", all.join(", ")).into()
        }
        many => format!("one of its classes, 0 to {}", many - 1).into(),
    }
}

// They differ by points, which have no mass under a density.
impl Fits<NonNegative> for Positive {}
impl Fits<Positive> for NonNegative {}
impl Fits<Interval> for UnitInterval {}
impl Fits<UnitInterval> for Interval {}
impl Fits<ClosedUnitInterval> for UnitInterval {}
impl Fits<UnitInterval> for ClosedUnitInterval {}
impl Fits<ClosedUnitInterval> for Interval {}
impl Fits<Interval> for ClosedUnitInterval {}

// A circle can be cut open anywhere. The interval's own density says where.
impl Fits<Circle> for Interval {}
impl Fits<Interval> for Circle {}

// Where a point is, is known when the program runs: the prior's density is zero if it is outside.
macro_rules! points {
    ($($support:ident)*) => {$(impl Fits<$support> for Point {})*};
}

points!(RealLine Positive NonNegative UnitInterval ClosedUnitInterval Interval Circle Simplex);

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

/// Whether the sum is one up to rounding, which moves the sum of `n` terms by at most about `n` ulps.
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
