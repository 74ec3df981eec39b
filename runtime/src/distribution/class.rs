//! What a family is to a gradient.
//!
//! A family says its class and no estimator. The automatic choice goes from one to the other
//! ([`estimator::Choice`](crate::estimator::Choice)).

/// A class of families.
pub trait Class {
    /// Whether sites of few states are summed out exactly, without being asked for.
    const IS_SUMMED: bool;
}

/// [`Reparameterised`](super::Reparameterised) families whose draw is a formula of noise: `Normal`.
#[derive(Clone, Copy, Debug)]
pub enum Explicit {}

/// [`Reparameterised`](super::Reparameterised) families whose draw moves by their distribution function: `Gamma`.
#[derive(Clone, Copy, Debug)]
pub enum Implicit {}

/// Binary units and one-hot vectors, which are [`Categories`](super::Categories): `Bernoulli`.
#[derive(Clone, Copy, Debug)]
pub enum Categories {}

/// Families of which nothing is known but their mass or density and their draws: `Poisson`.
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
