//! Families that are made of matrices, of other families or of learned temperatures, and programs that use the newer ones.

mod flows;
mod low_rank;
mod mixtures;
mod multivariate;
mod programs;
mod temperatures;
