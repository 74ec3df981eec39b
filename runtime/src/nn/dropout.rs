//! Dropout.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::Shape;
use dfdx::tensor::HasErr;

use super::facts::{Elsewhere, Layer, Widths};
use crate::kernels::dropout::dropout;
use crate::noise::{Standard, layer_noise};
use crate::tensor::{Device, Flat, Var};

/// A field's layer `Dropout<60>`: while the model trains, 60 of 100 elements are zero, and the others are divided by 0.4 (Srivastava et
/// al. 2014). Evaluations and draws leave all elements as they are.
///
/// Its noise comes from the seed of the run, so the same seed gives the same run. Every row, and every particle, has its own. The noise of
/// sites is the same with it and without.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0])?);
/// // No model trains here.
/// assert_eq!(Dropout::<60> {}.forward(x).as_vec(), [1.0, 2.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// A share of 100 or more is a compile error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropout<const PERCENT: usize> {}

impl<const PERCENT: usize> ZeroSizedModule for Dropout<PERCENT> {}
impl<const PERCENT: usize> NonMutableModule for Dropout<PERCENT> {}

impl<const PERCENT: usize> Layer for Dropout<PERCENT> {
    const WIDTHS: Widths = Widths::Kept;
    type Range = Elsewhere;
}

impl<S: Shape, const PERCENT: usize> Module<Var<S>> for Dropout<PERCENT> {
    type Output = Var<S>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, x: Var<S>) -> Result<Var<S>, Self::Error> {
        const {
            assert!(
                PERCENT < 100,
                "dropout leaves nothing: its share is a percentage below 100"
            )
        };
        let shape = *x.shape();
        let sizes: Vec<usize> = shape.concrete().into();
        let width = sizes.iter().skip(1).product();
        let out = dropped(x.into_flat(), width, PERCENT as f32 / 100.0);
        Ok(Var::of(out, shape))
    }
}

/// Rows of `width` elements, each of which is zero with probability `share`, and else divided by `1 − share`. They stay as they are if no
/// model trains.
fn dropped(x: Flat, width: usize, share: f32) -> Flat {
    let Some(noise) = layer_noise().filter(|_| share > 0.0) else {
        return x;
    };
    let kept = 1.0 / (1.0 - share);
    let mut factors = noise.numbers(Standard::Uniform, x.len() / width.max(1), width);
    for factor in &mut factors {
        *factor = if *factor < share { 0.0 } else { kept };
    }
    dropout(&x, factors)
}
