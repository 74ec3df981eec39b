//! Networks in a model: the layers that fields are built to, their application, fused layers, and bare learned tensors.

mod activation;
mod avg_pool;
mod backward_gru;
mod backward_lstm;
mod batch_norm;
mod batch_norm_2d;
mod bi_gru;
mod bi_lstm;
mod cell;
mod conv;
mod conv_transpose;
mod convolution;
mod dropout;
mod embedding;
pub mod facts;
pub mod fitting;
mod foreign;
mod gru;
mod gru_cell;
mod image;
mod initial;
mod layer_norm;
mod layers;
mod linear;
mod lstm;
mod lstm_cell;
mod max_pool;
mod parameter;
mod parameters;
mod pool;
mod recurrent;
mod start;
mod to_event;
mod upscale;

pub use activation::{GELU, ReLU, SiLU, Sigmoid, Softplus, Tanh};
pub use avg_pool::AvgPool2D;
pub use backward_gru::BackwardGru;
pub use backward_lstm::BackwardLstm;
pub use batch_norm::BatchNorm;
pub use batch_norm_2d::BatchNorm2D;
pub use bi_gru::BiGru;
pub use bi_lstm::BiLstm;
#[doc(hidden)]
pub use cell::Sequential;
pub use conv::Conv2D;
pub use conv_transpose::ConvTranspose2D;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use facts::{Elsewhere, ImageWidths, Layer, Range, Reals, UnitInterval, Widths};
pub use foreign::{Abs, Cos, Exp, FastGeLU, Ln, LogSoftmax, Sin, Softmax, Sqrt, Square};
pub use gru::Gru;
pub use gru_cell::GruCell;
pub use image::Image;
pub use initial::Begin;
pub use layer_norm::LayerNorm;
pub use layers::{
    Layers7, Layers8, Layers9, Layers10, Layers11, Layers12, Layers13, Layers14, Layers15, Layers16,
};
pub use linear::Linear;
pub use lstm::Lstm;
pub use lstm_cell::LstmCell;
pub use max_pool::MaxPool2D;
pub use parameter::{Initial, Learned, Parameter, Random, Zeros};
#[doc(hidden)]
pub use start::options as start_options;
pub use start::{Start, Startable};
pub use to_event::ToEvent;
pub use upscale::Upscale;

use dfdx::nn::{BuildOnDevice, Module};

use crate::tensor::Device;

pub mod modules {
    //! The types that layers with parameters are built to.

    pub use super::backward_gru::modules::BackwardGru;
    pub use super::backward_lstm::modules::BackwardLstm;
    pub use super::batch_norm::modules::BatchNorm;
    pub use super::batch_norm_2d::modules::BatchNorm2D;
    pub use super::bi_gru::modules::BiGru;
    pub use super::bi_lstm::modules::BiLstm;
    pub use super::conv::modules::Conv2D;
    pub use super::conv_transpose::modules::ConvTranspose2D;
    pub use super::embedding::modules::Embedding;
    pub use super::gru::modules::Gru;
    pub use super::gru_cell::modules::GruCell;
    pub use super::layer_norm::modules::LayerNorm;
    pub use super::linear::modules::Linear;
    pub use super::lstm::modules::Lstm;
    pub use super::lstm_cell::modules::LstmCell;
}

/// The type that a field specification such as `(Linear<784, 200>, Tanh)` is built to.
pub type Built<Spec> = <Spec as BuildOnDevice<Device, f32>>::Built;

/// A network that takes this input and returns this output. Every dfdx module is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take an input of type `{Input}`",
    label = "this network does not fit its input",
    note = "help: a network takes one tensor itself, `decoder(z)`, neither `&z` nor two, and a recurrent cell two, `writer(x, state)`; the first layer's width must be the last axis of its input's shape, and each layer's input the output of the one before; `ToEvent<Rank1<64>>` as the first layer takes an input of several axes as one row; dfdx's batch norms, which change between training and evaluation, are no networks here: write elbow's `BatchNorm<64>`"
)]
pub trait Network<Input, Output> {
    /// The network's value.
    fn call(&self, input: Input) -> Output;
}

// The output is a parameter of the trait. If a network does not fit, the compiler then knows no output, and reports it once.
#[diagnostic::do_not_recommend]
impl<Input, M: Module<Input>> Network<Input, M::Output> for M {
    fn call(&self, input: Input) -> M::Output {
        self.forward(input)
    }
}

/// Applies a network. A model writes `decoder(z)`.
pub fn apply<Input, Output>(network: &impl Network<Input, Output>, input: Input) -> Output {
    network.call(input)
}
