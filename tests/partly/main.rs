//! Data that are observed in part, in whole models: against evidences that are known, and against models without what is missing.

mod ends;
mod many;
mod narrow;
mod own;
mod pca;
