//! What the tests share.

pub mod differences;
pub mod programs;
pub mod quadrature;
pub mod statistics;
pub mod tensors;
