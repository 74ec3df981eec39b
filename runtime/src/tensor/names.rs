//! The names of dfdx that the rest of the crate uses.

pub(crate) use dfdx::nn::tensor_collection::TensorCollection;
pub(crate) use dfdx::optim::{Optimizer, OptimizerUpdateError, UnusedTensors};
pub(crate) use dfdx::shapes::{
    Axes, BroadcastShapeTo, BroadcastStridesTo, Const, ConstShape, Dim, HasShape, Shape,
};
pub(crate) use dfdx::tensor::{Gradients, HasErr, OwnedTape, Tensor, UniqueId};
