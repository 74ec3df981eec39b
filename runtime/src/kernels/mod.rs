//! The operations of densities, samplers and objectives.
//!
//! Each is one pass over memory with a hand-written backward step on [the tape](crate::family::record):
//!
//! - [`real`]: the arithmetic in which scalar formulas are written once, for `f32`, `f64` and dual numbers, and
//!   [`real::single`], elementary functions that loops over vectors are made of, with their error bounds;
//! - [`elementwise`]: a scalar formula over every element, kept as a tensor or summed over each row;
//! - `pairs`: the same for every row of data under every listed state, as a product of matrices;
//! - [`joint`]: a formula of whole events of several shapes, row by row;
//! - [`lanes`]: a formula of the last event axis, summed over each row;
//! - [`special`]: log-gamma, Bessel and related functions, and the slopes of quantiles by shape parameters;
//! - [`softmax`]: log-softmax over the last event axis;
//! - [`product`], [`linear`], [`layer_norm`], `batch_norm`, [`activation`], `dropout`: matrix products and the parts of layers;
//! - `convolution` and `pool`: windows that move over images;
//! - `recurrence`: recurrent layers over whole sequences and step by step, `embedding` and [`pick`]: rows of a table by their numbers;
//! - [`axes`]: sums along axes, and other shapes of the same numbers.

pub mod activation;
pub mod axes;
pub(crate) mod batch_norm;
mod broadcast;
pub mod concat;
pub(crate) mod convolution;
pub(crate) mod dropout;
pub mod elementwise;
pub(crate) mod embedding;
pub(crate) mod formula;
mod functions;
pub mod joint;
pub mod lanes;
pub mod layer_norm;
pub mod linear;
pub(crate) mod log_sum;
pub mod logarithms;
pub mod matmul;
pub(crate) mod mixture;
pub mod operators;
pub(crate) mod orthogonal;
pub(crate) mod pairs;
pub mod pick;
pub(crate) mod pool;
pub mod product;
pub mod real;
pub(crate) mod recurrence;
pub mod softmax;
pub mod special;
pub(crate) mod steps;
pub mod straight_through;
pub(crate) mod triangular;
pub(crate) mod within;
