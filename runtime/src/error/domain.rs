//! Sets of numbers that parameters must lie in.

use std::fmt;

/// The set in which a parameter's values must lie. It is checked at run time.
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
            Self::Count => value >= 0.0 && value.is_finite() && value.fract() == 0.0,
            Self::Probability => (0.0..=1.0).contains(&value),
            Self::Weight => value >= 0.0 && value.is_finite(),
            Self::OpenUnit => value > 0.0 && value < 1.0,
            Self::NotNan => !value.is_nan(),
            Self::BelowInfinity => value < f32::INFINITY,
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
