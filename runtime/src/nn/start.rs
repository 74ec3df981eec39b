//! The numbers that a layer's parameters start with.

use dfdx::nn::tensor_collection::TensorOptions;
use dfdx::shapes::{ConstShape, Dtype, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;
use num_traits::Float;
use rand_distr::uniform::SampleUniform;
use rand_distr::{Distribution, StandardNormal, Uniform};

/// The numbers that a tensor of a layer starts with, as [`parameters!`](crate::family::parameters) takes them.
///
/// ```
/// use elbow::family::Start;
/// use elbow::prelude::*;
///
/// let mut weight = tensor(vec![0.0; 6], (Const::<2>, Const::<3>));
/// Start::Uniform { inputs: 4 }.fill(&mut weight).expect("memory");
/// assert!(weight.as_vec().iter().all(|w| w.abs() <= 0.5 && *w != 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Zero.
    Zeros,
    /// One.
    Ones,
    /// Uniform between ±1/√inputs, as the weights of a layer that sums this many inputs.
    Uniform {
        /// How many inputs are summed.
        inputs: usize,
    },
    /// Standard normal.
    Normal,
}

/// A number that a layer's parameters may be of. dfdx's floating-point numbers are.
pub trait Startable: Dtype {
    /// Fills a tensor.
    ///
    /// # Errors
    /// As the device does, if it has no memory.
    #[doc(hidden)]
    fn fill<S: Shape, D: Device<Self>>(
        tensor: &mut Tensor<S, Self, D>,
        start: Start,
    ) -> Result<(), D::Err>;
}

impl<E: Dtype + Float + SampleUniform> Startable for E
where
    StandardNormal: Distribution<E>,
{
    fn fill<S: Shape, D: Device<E>>(
        tensor: &mut Tensor<S, E, D>,
        start: Start,
    ) -> Result<(), D::Err> {
        match start {
            Start::Zeros => tensor.try_fill_with_zeros(),
            Start::Ones => tensor.try_fill_with_ones(),
            Start::Uniform { inputs } => {
                let inputs = E::from(inputs).unwrap_or_else(E::one);
                let bound = inputs.sqrt().recip();
                tensor.try_fill_with_distr(Uniform::new(-bound, bound))
            }
            Start::Normal => tensor.try_fill_with_distr(StandardNormal),
        }
    }
}

impl Start {
    /// Fills a tensor with such numbers.
    ///
    /// # Errors
    /// As the device does, if it has no memory.
    pub fn fill<S: Shape, E: Startable, D: Device<E>>(
        self,
        tensor: &mut Tensor<S, E, D>,
    ) -> Result<(), D::Err> {
        E::fill(tensor, self)
    }
}

/// What dfdx asks about a tensor: how it is filled, and whether optimisers move it.
#[doc(hidden)]
#[expect(clippy::type_complexity, reason = "dfdx asks for it")]
pub fn options<S: ConstShape, E: Dtype, D: Device<E>>(
    is_learned: bool,
    fill: fn(&mut Tensor<S, E, D>) -> Result<(), D::Err>,
) -> TensorOptions<S, E, D> {
    if is_learned {
        TensorOptions::reset_with(fill)
    } else {
        TensorOptions::detached(fill)
    }
}
