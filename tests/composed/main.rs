//! Families that are made of matrices or of other families, and programs that use the newer ones.

mod flows;
mod low_rank;
mod mixtures;
mod multivariate;
mod programs;
