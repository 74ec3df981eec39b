//! The long short-term memory over a sequence.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::recurrent::recurrent;
use crate::kernels::recurrence;
use crate::tensor::{Device, Var, leaf_of};

recurrent! {
    /// A field `lstm: Lstm<64, 128>`: the states of a long short-term memory at all steps of a sequence, from 64 numbers a step to 128.
    ///
    /// `c = f c′ + i g` and `h = o tanh c`, where `i`, `f` and `o` are sigmoids and `g` is a hyperbolic tangent of what is linear in the
    /// input and in the state before, `h′` (Hochreiter and Schmidhuber 1997; Gers et al. 2000).
    ///
    /// It takes `[T, 64]` and gives `[T, 128]`. With the lengths of the rows, `lstm(x, length)`, it reads nothing behind a row's end and
    /// gives zeros there; a length is 0, 1, … T, and another number gives NaN, which the run reports. The state at the start is zero.
    ///
    /// Parameters, their names in files and their initial values, uniform between ±1/√128, are those of PyTorch's `LSTM`. The whole
    /// sequence is one operation, and rows that have ended are not computed. It is built to a
    /// [`family::modules::Lstm`](crate::family::modules::Lstm).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let layer = Device::default().build_module::<Lstm<2, 3>, f32>();
    /// let x: Batch<(Const<4>, Const<2>)> = batch(vec![0.5; 16])?;
    /// let lengths: Batch<()> = batch(vec![4, 1])?;
    /// let all: Var<(usize, Const<4>, Const<3>)> = layer.forward((Var::from(x), Var::from(lengths)));
    /// assert_eq!(all.as_vec()[..3], all.as_vec()[12..15]);
    /// assert_eq!(all.as_vec()[15..], [0.0; 9]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    Lstm of Lstm: 4 gates, reads forwards, gives All along Const<T>,
    [weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0]
}
