//! What layers learn from a batch without gradients, such as the running statistics of a batch norm.

use dfdx::shapes::Shape;
use dfdx::tensor::{Tensor, UniqueId};

use super::Device;
use super::parameters::{Parameters, Walked};
use super::tape::identity_of;

/// The batch statistics of a loss, which the kept tensors of a model's layers follow.
///
/// A layer computes them while the loss is recorded, and the model stays as it is. [`Adam::descend`](crate::prelude::Adam::descend) moves
/// the kept tensors in the step that it takes. Beside another optimiser call [`update`](Self::update) after its step:
///
/// ```
/// use elbow::dfdx::optim::{Optimizer, Sgd};
/// use elbow::prelude::*;
///
/// model! {
///     /// A normal with a mean by a network.
///     pub struct Slope { mean: (BatchNorm<2>, Linear<2, 1>) }
///     generative p(u: [2]) { sample x: [1] ~ Normal::new(mean(u), 1.0); }
///     inference q(x, u) {}
/// }
///
/// let mut slope = Slope::new(0);
/// let mut sgd = Sgd::new(&slope, Default::default());
/// let x: Batch<(Const<1>,)> = batch(vec![0.5, -0.5])?;
/// let u: Batch<(Const<2>,)> = batch(vec![1.0, 5.0, 3.0, 5.0])?;
/// let loss = Elbo::default().loss(&slope.q(&x, &u))?;
/// let statistics = loss.statistics();
/// sgd.update(&mut slope, &loss.backward()).expect("a step");
/// assert_eq!(slope.mean.0.running_mean.as_vec(), [0.0, 0.0]);
/// statistics.update(&mut slope);
/// assert_eq!(slope.mean.0.running_mean.as_vec(), [0.2, 0.5]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    followed: Vec<Followed>,
}

/// The numbers that a kept tensor follows.
#[derive(Clone, Debug)]
struct Followed {
    tensor: UniqueId,
    values: Vec<f64>,
    share: f64,
}

impl Statistics {
    /// Each number `t` of the tensor is to become `t + share (value − t)`.
    pub(crate) fn follow<S: Shape>(
        &mut self,
        tensor: &Tensor<S, f32, Device>,
        values: Vec<f64>,
        share: f64,
    ) {
        self.followed.push(Followed {
            tensor: identity_of(tensor),
            values,
            share,
        });
    }

    /// Those of another loss too.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.followed.append(&mut other.followed);
    }

    /// Moves the kept tensors of a model. `Adam::descend` does this itself.
    pub fn update<M: Parameters>(&self, model: &mut M) {
        self.move_kept(model);
    }

    pub(crate) fn move_kept(&self, model: &mut dyn Walked) {
        if self.followed.is_empty() {
            return;
        }
        model.each_mut(&mut |mut kept| {
            let (is_learned, own) = (kept.is_learned, kept.as_ref().identity());
            let followed = self.followed.iter().filter(|one| one.tensor == own);
            for Followed { values, share, .. } in followed.filter(|_| !is_learned) {
                let mut numbers = kept.as_ref().values();
                for (number, value) in numbers.iter_mut().zip(values) {
                    let before = f64::from(*number);
                    *number = (before + share * (value - before)) as f32;
                }
                kept.set(&numbers);
            }
        });
    }
}
