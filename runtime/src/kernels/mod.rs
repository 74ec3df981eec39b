//! The operations that densities, samplers and objectives are made of.
//!
//! Each is one pass over memory with a hand-written backward step on dfdx's public tape:
//!
//! - [`real`]: the arithmetic in which scalar formulas are written once, for `f32`, `f64` and dual numbers;
//! - [`elementwise`]: a scalar formula over every element, kept as a tensor or summed over each row;
//! - [`softmax`]: log-softmax over the last event axis;
//! - [`rows`]: repeating, averaging and re-identifying rows.

pub mod elementwise;
pub(crate) mod formula;
mod gradient;
pub mod real;
pub mod rows;
mod slice;
pub mod softmax;
pub mod straight_through;

pub use slice::as_slice;
