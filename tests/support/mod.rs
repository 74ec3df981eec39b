//! What the tests share.

pub mod differences;
pub mod exact;
pub mod programs;
pub mod quadrature;
pub mod statistics;
pub mod tensors;
