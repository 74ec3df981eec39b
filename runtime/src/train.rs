//! Training: the optimiser whose state can be saved, and checkpoints.
//!
//! Any dfdx optimiser trains an elbow model. [`Adam`] here is the one that a run can be resumed
//! with: dfdx's keeps its moments to itself.

mod adam;
pub mod checkpoint;
pub mod files;
mod finite;
mod moments;

pub use adam::Adam;
