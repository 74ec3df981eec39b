//! The gated recurrent unit in both directions.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::recurrent::recurrent;
use crate::kernels::recurrence;
use crate::tensor::{Device, Var, leaf_of};

recurrent! {
    /// A field `reader: BiGru<64, 128>`: the last states of two [`Gru`](super::Gru)s, one of which reads the sequence forwards and one
    /// backwards from the row's end.
    ///
    /// It takes `[T, 64]` and gives `[2, 128]`; `ToEvent<Rank1<256>>` behind it joins both. Lengths, parameters and speed are those of
    /// [`Gru`](super::Gru); a row without steps gives zeros. In files the names are those of PyTorch's `GRU` with `bidirectional=True`. It
    /// is built to a [`family::modules::BiGru`](crate::family::modules::BiGru).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A code for sequences of up to nine steps.
    ///     struct Reader {
    ///         read: (BiGru<3, 8>, ToEvent<Rank1<16>>, Linear<16, 4>),
    ///         write: (Linear<4, 27>, ToEvent<Rank2<9, 3>>),
    ///     }
    ///     generative p(length: []) {
    ///         sample z: [4] ~ Normal::new(0.0, 1.0);
    ///         sample x: [9, 3] ~ Normal::new(write(z), 1.0);
    ///     }
    ///     inference q(x, length) {
    ///         sample z ~ Normal::new(read(x, length), 1.0);
    ///     }
    /// }
    /// # fn main() {}
    /// ```
    BiGru of Gru: 3 gates, reads forwards, gives Last along Const<2>,
    [weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0]
    [weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse]
}
