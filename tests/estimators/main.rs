//! Gradient estimators against exact gradients.

mod automatic;
mod mixed_weights;
mod toy;
mod two_bits;
