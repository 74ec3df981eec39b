//! The language end to end: what can be written, what it computes, and what is said when it cannot.

mod arithmetic;
mod covariates;
mod declarations;
mod errors_data;
mod errors_numbers;
mod errors_settings;
mod estimator;
mod events;
mod explanation;
mod family;
mod finite_differences;
mod fragile;
mod generative;
mod globals;
mod hierarchy;
mod impossible;
mod independent;
mod large_requests;
mod marginals;
mod noise;
mod parameters;
mod particles;
mod pieces;
mod reuse;
mod rims;
