//! Gradient estimators against exact gradients.

mod factor;
mod toy;
mod two_bits;
