//! Gradient estimators against exact gradients.

mod automatic;
mod continuous;
mod hierarchy;
mod learned_baseline;
mod local_expectation;
mod mixed_weights;
mod own;
mod rebar;
mod running_mean;
mod settings;
mod several;
mod toy;
mod two_bits;
