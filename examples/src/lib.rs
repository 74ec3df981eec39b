//! What the examples share: data, plots, command line, progress, report.
//!
//! Nothing here knows a model. Data come as plain `Vec<f32>` with the rows one after another,
//! numbers to plot and to report go in as plain numbers, so that an example is its model, its
//! training loop, and little else.

pub mod args;
pub mod comparison;
pub mod data;
pub mod error;
pub mod output;
pub mod plot;
pub mod progress;
pub mod report;
pub mod run;
pub mod say;
pub mod statistics;
pub mod vae;

mod stream;
mod write;

pub use error::Error;
