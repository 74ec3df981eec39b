//! Gradient estimators against exact gradients.

mod toy;
mod two_bits;
