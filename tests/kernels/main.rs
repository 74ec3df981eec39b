//! Kernels, arithmetic, tape and noise: what every density and every program is made of.
//!
//! Values and gradients are compared with the same thing composed of dfdx's operations, and with
//! finite differences of the formula in `f64`.

mod axes;
mod conversion;
mod elementwise;
mod flow;
mod functions;
mod matmul;
mod noise;
mod operators;
mod precision;
mod precision_gamma;
mod precision_turn;
mod program;
mod properties;
mod quantiles;
mod real;
mod rows;
mod samplers;
mod softmax;
mod special;
mod standard;
mod tape;
