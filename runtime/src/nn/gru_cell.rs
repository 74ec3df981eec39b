//! The gated recurrent unit, step by step.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::cell::{cell, for_rows};
use super::facts::{Elsewhere, Layer, Widths};
use crate::kernels::recurrence;
use crate::tensor::{Device, Flat, Var, leaf_of};

cell! {
    /// A field `writer: GruCell<64, 128>`: one step of a [`Gru`](super::Gru), `state = writer(x, state)`, from 64 numbers and a state of 128
    /// to the next state.
    ///
    /// `h = n + z (h′ − n)` with `r = σ(a_r + b_r)`, `z = σ(a_z + b_z)` and `n = tanh(a_n + r b_n)`, where `a` is linear in the input
    /// and `b` in the state before, `h′` (Cho et al. 2014).
    ///
    /// It takes `[64]` and `[128]`, and gives `[128]`. Either may be one event for all rows, such as a learned first state.
    /// Parameters, their names in files and their initial values, uniform between ±1/√128, are those of PyTorch's `GRUCell`. A step
    /// is one operation. It is built to a [`family::modules::GruCell`](crate::family::modules::GruCell).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Two numbers, the second of which depends on the first.
    ///     pub struct Pair {
    ///         start: (Linear<2, 8>, Tanh),
    ///         begin: Parameter<Rank1<1>>,
    ///         writer: GruCell<1, 8>,
    ///         out: Linear<8, 1>,
    ///         guide: (GruCell<1, 8>, Linear<8, 2>),
    ///         first: Parameter<Rank1<8>>,
    ///     }
    ///     generative p {
    ///         sample z: [2] ~ Normal::new(0.0, 1.0);
    ///         let before = writer(begin, start(z));
    ///         sample a: [1] ~ Normal::new(out(before), 1.0);
    ///         let after = writer(a, before);
    ///         sample b: [1] ~ Normal::new(out(after), 1.0);
    ///     }
    ///     inference q(a, b) { sample z ~ Normal::new(guide(a + b, first), 1.0); }
    /// }
    ///
    /// let model = Pair::new(0);
    /// let a: Batch<(Const<1>,)> = batch(vec![0.5, 0.1])?;
    /// assert!(Elbo::default().loss(&model.q(&a, &a))?.value().is_finite());
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Panics
    /// If its inputs and its states differ in their rows. In a model they do not.
    #[doc(alias = "GRUCell")]
    GruCell of Gru: 3 gates, state []
}
