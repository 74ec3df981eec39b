//! The long short-term memory, step by step.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::cell::{cell, for_rows};
use super::facts::{Elsewhere, Layer, Widths};
use crate::kernels::recurrence;
use crate::tensor::{Device, Flat, Var, leaf_of};

cell! {
    /// A field `writer: LstmCell<64, 128>`: one step of an [`Lstm`](super::Lstm), `state = writer(x, state)`, from 64 numbers and a state
    /// of `[2, 128]` to the next state.
    ///
    /// `c = f c′ + i g` and `h = o tanh c`, where `i`, `f` and `o` are sigmoids and `g` is a hyperbolic tangent of what is linear in the
    /// input and in the state before, `h′` (Hochreiter and Schmidhuber 1997; Gers et al. 2000). The first row of a state is `h`, the
    /// second is `c`.
    ///
    /// It takes `[64]` and `[2, 128]`, and gives `[2, 128]`. A network of `(ToEvent<Rank1<256>>, Linear<256, 10>)` reads both rows. Either may be one event for all rows, such as a learned first state.
    /// Parameters, their names in files and their initial values, uniform between ±1/√128, are those of PyTorch's `LSTMCell`. A step
    /// is one operation. It is built to a [`family::modules::LstmCell`](crate::family::modules::LstmCell).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let cell = Device::default().build_module::<LstmCell<2, 3>, f32>();
    /// let x = Var::from(batch::<(usize, Const<2>)>(vec![0.5, -1.0])?);
    /// let start: Var<(usize, Const<2>, Const<3>)> = Var::from(batch(vec![0.0; 6])?);
    /// let first = cell.forward((x.clone(), start));
    /// let second = cell.forward((x, first));
    /// let [hidden, memory] = [&second.values()[..3], &second.values()[3..]];
    /// // `h = o tanh c` with `o` below 1.
    /// assert!(hidden.iter().zip(memory).all(|(h, c)| h.abs() < c.tanh().abs()));
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Panics
    /// If its inputs and its states differ in their rows. In a model they do not.
    #[doc(alias = "LSTMCell")]
    LstmCell of Lstm: 4 gates, state [2]
}
