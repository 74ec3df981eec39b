//! Tensors: variables of a running model, parameters of distributions, rows of terms, and the tape that gradients flow along.
//!
//! Only this folder and [`nn`](crate::nn) know dfdx. All `unsafe` is here.

pub(crate) mod coordinates;
mod copies;
mod counted;
mod first;
mod flat;
#[expect(unsafe_code, reason = "the kernels of products take addresses")]
mod gemm;
mod gradient;
#[expect(
    unsafe_code,
    reason = "work that borrows goes to a thread that lives longer"
)]
mod helper;
#[expect(
    unsafe_code,
    reason = "columns of a matrix that two threads write to are no slices"
)]
pub mod matrix;
mod memory;
pub(crate) mod names;
mod number;
pub(crate) mod parallel;
mod param;
pub(crate) mod parameters;
pub(crate) mod parts;
pub(crate) mod repeated;
mod row_parts;
mod row_sums;
mod rows;
pub(crate) mod scratch;
pub mod shape;
#[expect(
    unsafe_code,
    reason = "only who asked the processor may call code for its vectors"
)]
pub(crate) mod simd;
#[expect(unsafe_code, reason = "dfdx has no view of a tensor's elements")]
mod slice;
pub(crate) mod statistics;
#[expect(
    unsafe_code,
    reason = "no safe function tells a processor to flush subnormal numbers"
)]
pub(crate) mod subnormal;
pub mod tape;
mod tokens;
pub(crate) mod unknown;
mod var;

pub use copies::{detach, repeat};
pub(crate) use copies::{scale_gradient, tile};
pub(crate) use counted::{counted, counting};
pub(crate) use first::first;
pub use flat::Flat;
pub(crate) use flat::Identity;
pub(crate) use flat::leaf_of;
pub(crate) use gradient::{
    Grads, Taken, is_wanted, on_backward, on_backward_in_place, on_backward_to,
};
pub(crate) use memory::{Places, check_room, largest};
pub use number::Number;
pub(crate) use param::into_rows;
pub use param::{Change, Given, IntoParam, Param};
pub use parameters::Parameters;
pub(crate) use row_parts::{filled_up, first_rows, joined, padded, part, some_rows};
pub(crate) use row_sums::{
    block_expectation, combined, contribution, counts, detach_rows, log_sum_exp, mean_value,
    reversed, tiled, weighted,
};
pub use row_sums::{
    block_log_sum_exp, block_mean, gradient_alone, mean, weighted_means, weighted_sum,
};
pub use rows::Rows;
pub use shape::{Event, Lanes, Plated, Times};
pub use slice::{as_mut_slice, as_slice};
pub use tokens::{Symbol, tokens};
pub use var::{Batch, Value, Var, batch, minibatch, tensor};
pub(crate) use var::{constant, picked, untaped};

/// The device that models live on: the CPU.
pub type Device = dfdx::tensor::Cpu;
