//! The gated recurrent unit over a sequence, from its end.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::recurrent::recurrent;
use crate::kernels::recurrence;
use crate::tensor::{Device, Var, leaf_of};

recurrent! {
    /// A field `smoother: BackwardGru<64, 128>`: a [`Gru`](super::Gru) that reads each row from its end to its start. So the state at
    /// a step has read that step and all later ones, as the posterior of a chain does.
    ///
    /// It takes `[T, 64]` and gives `[T, 128]`. Lengths, parameters, names in files and speed are those of [`Gru`](super::Gru); with
    /// lengths a row is read from its own last step. It is built to a
    /// [`family::modules::BackwardGru`](crate::family::modules::BackwardGru).
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let layer = Device::default().build_module::<BackwardGru<1, 3>, f32>();
    /// let x: Batch<(Const<2>, Const<1>)> = batch(vec![0.5, -1.0, 0.7, -1.0])?;
    /// let all: Var<(usize, Const<2>, Const<3>)> = layer.forward(Var::from(x));
    /// // The last step is read first, and is the same in both rows.
    /// assert_eq!(all.as_vec()[3..6], all.as_vec()[9..]);
    /// assert_ne!(all.as_vec()[..3], all.as_vec()[6..9]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    BackwardGru of Gru: 3 gates, reads backwards, gives All along Const<T>,
    [weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0]
}
