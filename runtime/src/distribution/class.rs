//! What a gradient can make of a family.
//!
//! A family names its class, but no estimator. The automatic choice maps classes to estimators
//! ([`estimator::Choice`](crate::estimator::Choice)).

/// A class of families.
pub trait Class {
    /// True if sites with few states are summed out exactly by default.
    const IS_SUMMED: bool;
}

/// [`Reparameterised`](super::Reparameterised) families whose draw is a formula of noise, such as `Normal`.
#[derive(Clone, Copy, Debug)]
pub enum Explicit {}

/// [`Reparameterised`](super::Reparameterised) families whose draws are differentiated through their distribution function,
/// such as `Gamma`.
#[derive(Clone, Copy, Debug)]
pub enum Implicit {}

/// Binary units and one-hot vectors, which are [`Categories`](super::Categories), such as `Bernoulli`.
#[derive(Clone, Copy, Debug)]
pub enum Categories {}

/// Families known only by their mass or density and by their draws, such as `Poisson`.
#[derive(Clone, Copy, Debug)]
pub enum Scored {}

impl Class for Explicit {
    const IS_SUMMED: bool = false;
}

impl Class for Implicit {
    const IS_SUMMED: bool = false;
}

impl Class for Categories {
    const IS_SUMMED: bool = true;
}

impl Class for Scored {
    const IS_SUMMED: bool = false;
}
