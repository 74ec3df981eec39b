//! The long short-term memory, step by step.

use dfdx::nn::Module;
use dfdx::shapes::Const;
use dfdx::tensor::HasErr;

use super::cell::{Sequential, cell, for_rows};
use super::facts::{Elsewhere, Layer, Widths};
use crate::kernels::concat::{joined, parted};
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
    /// It takes `[64]` and `[2, 128]`, and gives `[2, 128]`. A network of `(ToEvent<Rank1<256>>, Linear<256, 10>)` reads both rows. A state of
    /// two tensors does too, as PyTorch has it: `let mut state = (h, c);` above a loop, `state = writer(x, state);` and `let (h, _) = state;`
    /// within. Either may be one event for all rows, such as a learned first state.
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

type States<const H: usize> = (Var<(usize, Const<H>)>, Var<(usize, Const<H>)>);

/// The two rows of a state apart.
impl<const I: usize, const H: usize> Module<(Var<(usize, Const<I>)>, States<H>)>
    for modules::LstmCell<I, H, f32, Device>
{
    type Output = States<H>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(
        &self,
        (x, (h, c)): (Var<(usize, Const<I>)>, States<H>),
    ) -> Result<Self::Output, Self::Error> {
        let rows = x.shape().0;
        let before = [h.shape().0, c.shape().0];
        assert_eq!(
            before, [rows; 2],
            "rows of what a cell reads, and of its states"
        );
        let before = joined(h.into_flat(), c.into_flat(), [H; 2]);
        let [h, c] = parted(&self.after(x.flat(), &before), [H; 2]);
        Ok((Var::of(h, (rows, Const)), Var::of(c, (rows, Const))))
    }
}

/// The same input for each row's state, such as a learned one before the first step.
impl<const I: usize, const H: usize> Module<(Var<(Const<I>,)>, States<H>)>
    for modules::LstmCell<I, H, f32, Device>
{
    type Output = States<H>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(
        &self,
        (x, before): (Var<(Const<I>,)>, States<H>),
    ) -> Result<Self::Output, Self::Error> {
        let rows = before.0.shape().0;
        let x = for_rows(x.into_flat(), rows);
        self.try_forward((Var::of(x, (rows, Const)), before))
    }
}

impl<const I: usize, const H: usize> Sequential<Var<(usize, Const<I>)>, States<H>>
    for modules::LstmCell<I, H, f32, Device>
{
    fn states(&self, x: Var<(usize, Const<I>)>, (h, c): States<H>, rows: &[usize]) -> States<H> {
        let all = x.shape().0;
        let start = joined(h.into_flat(), c.into_flat(), [H; 2]);
        let step = self.step();
        let states = step.after_each(self.weights(), x.flat(), &start, rows);
        let [h, c] = parted(&states, [H; 2]);
        (Var::of(h, (all, Const)), Var::of(c, (all, Const)))
    }
}
